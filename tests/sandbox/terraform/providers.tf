terraform {
  required_version = ">= 1.10"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

variable "endpoint" {
  type        = string
  description = "The sandbox's HTTPS endpoint."
}

variable "region" {
  type    = string
  default = "us-east-1"
}

# Credentials and the sandbox's CA come from the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_CA_BUNDLE.
provider "aws" {
  region                 = var.region
  s3_use_path_style      = true
  max_retries            = 2
  skip_region_validation = true
  allowed_account_ids    = ["000000000000"]

  default_tags {
    tags = { project = "sample", managed-by = "terraform" }
  }

  endpoints {
    dynamodb    = var.endpoint
    ec2         = var.endpoint
    elasticache = var.endpoint
    iam         = var.endpoint
    kms         = var.endpoint
    logs        = var.endpoint
    s3          = var.endpoint
    ssm         = var.endpoint
    sts         = var.endpoint
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_availability_zones" "available" {
  state = "available"
}

resource "aws_dynamodb_table" "core" {
  name                        = "sample-core"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  stream_enabled              = true
  stream_view_type            = "NEW_AND_OLD_IMAGES"
  deletion_protection_enabled = false
  table_class                 = "STANDARD"

  attribute {
    name = "pk"
    type = "S"
  }
  attribute {
    name = "sk"
    type = "S"
  }
  attribute {
    name = "gsi1pk"
    type = "S"
  }
  attribute {
    name = "gsi1sk"
    type = "S"
  }
  attribute {
    name = "lsi1sk"
    type = "S"
  }

  global_secondary_index {
    name            = "gsi1"
    hash_key        = "gsi1pk"
    range_key       = "gsi1sk"
    projection_type = "ALL"
  }

  local_secondary_index {
    name               = "lsi1"
    range_key          = "lsi1sk"
    projection_type    = "INCLUDE"
    non_key_attributes = ["title"]
  }

  on_demand_throughput {
    max_read_request_units  = 1000
    max_write_request_units = 500
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 14
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.data.arn
  }

  ttl {
    enabled        = true
    attribute_name = "ttl"
  }
}

resource "aws_dynamodb_table" "state" {
  name           = "sample-state"
  billing_mode   = "PROVISIONED"
  read_capacity  = 5
  write_capacity = 6
  hash_key       = "pk"

  attribute {
    name = "pk"
    type = "S"
  }
  attribute {
    name = "gsi1pk"
    type = "S"
  }

  global_secondary_index {
    name            = "gsi1"
    hash_key        = "gsi1pk"
    projection_type = "KEYS_ONLY"
    read_capacity   = 3
    write_capacity  = 4
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }
}

resource "aws_dynamodb_resource_policy" "core" {
  resource_arn = aws_dynamodb_table.core.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "dynamodb:*"
      Resource  = [aws_dynamodb_table.core.arn, "${aws_dynamodb_table.core.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_dynamodb_contributor_insights" "core" {
  table_name = aws_dynamodb_table.core.name
}

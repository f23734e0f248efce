resource "aws_ssm_parameter" "connection" {
  name  = "/sample/connection"
  type  = "String"
  value = jsonencode({ host = aws_elasticache_replication_group.redis.configuration_endpoint_address })
}

resource "aws_iam_policy" "application" {
  name = "sample-application"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:Query"]
      Resource = [aws_dynamodb_table.core.arn, "${aws_dynamodb_table.core.arn}/index/*"]
    }]
  })
}

resource "aws_iam_role" "application" {
  name = "sample-application"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "application" {
  role       = aws_iam_role.application.name
  policy_arn = aws_iam_policy.application.arn
}

output "host" {
  value = aws_elasticache_replication_group.redis.configuration_endpoint_address
}

resource "aws_elasticache_subnet_group" "redis" {
  name        = "sample"
  description = "private subnets"
  subnet_ids  = aws_subnet.private[*].id
}

resource "aws_elasticache_parameter_group" "redis" {
  name        = "sample"
  family      = "redis7"
  description = "cluster mode"

  parameter {
    name  = "cluster-enabled"
    value = "yes"
  }
  parameter {
    name  = "maxmemory-policy"
    value = "allkeys-lru"
  }
  parameter {
    name  = "notify-keyspace-events"
    value = "Ex"
  }
}

resource "aws_elasticache_user" "default" {
  user_id              = "sample-default"
  user_name            = "default"
  engine               = "redis"
  access_string        = "off -@all"
  no_password_required = true
}

resource "aws_elasticache_user" "application" {
  user_id       = "sample-application"
  user_name     = "sample-application"
  engine        = "redis"
  access_string = "on ~* &* +@all -@dangerous +client|setinfo +cluster|slots +cluster|shards +cluster|info +info"
  authentication_mode {
    type = "iam"
  }
}

resource "aws_elasticache_user_group" "redis" {
  user_group_id = "sample"
  engine        = "redis"
  user_ids      = [aws_elasticache_user.default.user_id, aws_elasticache_user.application.user_id]
}

resource "aws_cloudwatch_log_group" "redis" {
  for_each          = toset(["slow-log", "engine-log"])
  name              = "/sample/redis/${each.key}"
  retention_in_days = 30
}

resource "aws_elasticache_replication_group" "redis" {
  replication_group_id       = "sample"
  description                = "cache"
  engine                     = "redis"
  engine_version             = "7.1"
  node_type                  = "cache.t4g.small"
  port                       = 6379
  num_node_groups            = 3
  replicas_per_node_group    = 1
  multi_az_enabled           = true
  automatic_failover_enabled = true
  at_rest_encryption_enabled = true
  kms_key_id                 = aws_kms_key.data.arn
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  user_group_ids             = [aws_elasticache_user_group.redis.user_group_id]
  parameter_group_name       = aws_elasticache_parameter_group.redis.name
  subnet_group_name          = aws_elasticache_subnet_group.redis.name
  security_group_ids         = [aws_security_group.redis.id]
  snapshot_retention_limit   = 7
  snapshot_window            = "03:00-04:00"
  maintenance_window         = "sun:05:00-sun:06:00"
  auto_minor_version_upgrade = true
  apply_immediately          = true

  dynamic "log_delivery_configuration" {
    for_each = aws_cloudwatch_log_group.redis
    content {
      destination      = log_delivery_configuration.value.name
      destination_type = "cloudwatch-logs"
      log_format       = "json"
      log_type         = log_delivery_configuration.key
    }
  }
}

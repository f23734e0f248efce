"""The stack of one environment: puts the constructs together, and nothing else."""

from __future__ import annotations

from cdktf import TerraformStack
from constructs import Construct

from environments import Deployment
from environments.backups import backed_up
from environments.standby import standby
from modules.access import AccessPoints, Boundaries, BoundaryArns, DataKeys, Personas
from modules.audit import Trail
from modules.backup import Backups
from modules.connection import Connection
from modules.connection.document import (
    BucketConnection,
    TableConnection,
    render_connection,
)
from modules.connection.redis import redis_connections
from modules.cost import Costs
from modules.dynamodb import Tables
from modules.encryption import Keys
from modules.monitoring import Monitoring
from modules.network import Network
from modules.provider import add_disaster_recovery_region, add_provider
from modules.redis import Caches, Place
from modules.s3 import Buckets, block_public_access
from modules.standby import Standby
from modules.state import add_bucket_state, add_file_state
from monitoring import standby_alarms
from tierstore.declaration.model import DataModel


class EnvironmentStack(TerraformStack):
    """All three tiers of one environment, its id the environment's name."""

    def __init__(self, scope: Construct, *, deployment: Deployment, model: DataModel) -> None:
        environment = deployment.environment
        super().__init__(scope, environment.name)
        add_provider(self, deployment)
        match environment.state:
            case "bucket":
                add_bucket_state(self, deployment)
                boundaries = BoundaryArns.of(environment)
            case "file":
                add_file_state(self, deployment)
                # No bootstrap stack came first.
                block_public_access(self, environment)
                boundaries = Boundaries(self, "boundaries", environment=environment, model=model).arns
        disaster_recovery = add_disaster_recovery_region(self, deployment)
        keys = Keys(self, "keys", environment=environment, disaster_recovery=disaster_recovery)
        network = Network(
            self, "network", environment=environment, logs_key_arn=keys.logs.arn, boundary_arn=boundaries.services
        )
        tables = Tables(
            self,
            "tables",
            environment=environment,
            declared=model.tables,
            key=keys.dynamodb,
            disaster_recovery=disaster_recovery,
        )
        buckets = Buckets(
            self,
            "buckets",
            environment=environment,
            declared=model.buckets,
            key_arn=keys.s3.arn,
            replica_key=keys.s3.replica,
            boundary_arn=boundaries.services,
        )
        if environment.audit.enabled:
            Trail(
                self,
                "trail",
                environment=environment,
                model=model,
                bucket=buckets.logs,
                key_arn=keys.logs.arn,
                boundary_arn=boundaries.services,
            )
        caches = Caches(
            self,
            "redis",
            environment=environment,
            place=Place(
                subnet_ids=network.subnet_ids,
                security_group_id=network.redis_security_group_id,
                key_arn=keys.redis.arn,
                logs_key_arn=keys.logs.arn,
            ),
        )
        personas = Personas(
            self,
            "access",
            environment=environment,
            model=model,
            keys=DataKeys(
                dynamodb=keys.dynamodb.arn,
                s3=keys.s3.arn,
                s3_replica=keys.s3.replica.arn if keys.s3.replica else None,
            ),
            boundaries=boundaries,
        )
        AccessPoints(
            self,
            "access-points",
            environment=environment,
            model=model,
            buckets={name: bucket.id for name, bucket in buckets.by_name.items()},
            roles={name: role.arn for name, role in personas.roles.items()},
            vpc_id=network.vpc_id,
        )
        monitoring = Monitoring(self, "monitoring", environment=environment, model=model, key_arn=keys.alarms.arn)
        Costs(self, "cost", environment=environment, topic_arn=monitoring.topic_arn, boundary_arn=boundaries.services)
        if environment.backup.enabled:
            selected = backed_up(environment, model)
            Backups(
                self,
                "backup",
                environment=environment,
                tables=[tables.by_name[name].arn for name in selected.tables],
                buckets=[buckets.by_name[name].arn for name in selected.buckets],
                key=keys.backup,
                data_keys=(keys.dynamodb, keys.s3),
                disaster_recovery=disaster_recovery,
                topic_arn=monitoring.topic_arn,
                boundary_arn=boundaries.services,
                logs=buckets.logs,
            )

        main, separate = redis_connections(caches, port=environment.redis.port)
        document = render_connection(
            environment=environment.name,
            region=environment.region,
            tables={name: TableConnection(name=table.name, arn=table.arn) for name, table in tables.by_name.items()},
            buckets={
                name: BucketConnection(name=bucket.name, arn=bucket.arn, kms_key_arn=bucket.key_arn)
                for name, bucket in buckets.by_name.items()
            },
            redis=main,
            separate_redis=separate,
            redis_users=caches.user_names,
        )
        Connection(self, "connection", parameter_name=environment.connection_parameter, document=document)
        there = standby(environment)
        if there and disaster_recovery:
            Standby(
                self,
                "standby",
                environment=environment,
                there=there,
                region=disaster_recovery,
                boundary_arn=boundaries.services,
                follows=caches.global_datastore_ids,
                tables=[name for name in tables.by_name if environment.table(name).replica],
                buckets=buckets.replicas,
                alarms=standby_alarms(environment, there, model),
            )

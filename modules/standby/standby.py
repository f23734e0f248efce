"""Redis of the disaster-recovery region, with everything that applications need to use it there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from cdktf import TerraformOutput
from constructs import Construct

from environments.arns import table_arn
from environments.schema import Environment
from modules.connection import PublishedDocument
from modules.connection.document import BucketConnection, TableConnection, render_connection
from modules.connection.redis import redis_connections
from modules.encryption import StandbyKeys
from modules.monitoring.alarms import Alarms
from modules.monitoring.topic import Topic
from modules.network import Network
from modules.provider import DisasterRecoveryRegion
from modules.redis import Caches, Place
from modules.s3.bucket import Bucket
from monitoring import Alarm


class Standby(Construct):
    """A network, keys, the secondaries of the global datastores, and alarms that tell of them.

    `there` is the standby as an environment of its own; `follows` are the ids of global datastores by the name of the
    replication group, `tables` and `buckets` what has a copy in that region, by declared name. Applications find all of
    it by the connection document there, which has the name of the environment's own. Alarms tell a topic of their own
    region, as no other can be told.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        there: Environment,
        region: DisasterRecoveryRegion,
        boundary_arn: str,
        follows: Mapping[str, str],
        tables: Collection[str],
        buckets: Mapping[str, Bucket],
        alarms: Sequence[Alarm],
    ) -> None:
        super().__init__(scope, id_)
        keys = StandbyKeys(self, "keys", environment=there)
        network = Network(
            self,
            "network",
            environment=there,
            logs_key_arn=keys.logs.arn,
            boundary_arn=boundary_arn,
            data_of=environment,
        )
        caches = Caches(
            self,
            "redis",
            environment=there,
            place=Place(
                subnet_ids=network.subnet_ids,
                security_group_id=network.redis_security_group_id,
                key_arn=keys.redis.arn,
                logs_key_arn=keys.logs.arn,
            ),
            follows=follows,
        )
        topic = Topic(self, "topic", environment=there, key_arn=keys.alarms.arn)
        Alarms(self, "alarms", environment=there, alarms=alarms, topic_arn=topic.arn)
        main, separate = redis_connections(caches, port=there.redis.port)
        document = render_connection(
            environment=environment.name,
            region=there.region,
            tables={name: _table(environment, name, region=there.region) for name in tables},
            buckets={
                name: BucketConnection(name=bucket.name, arn=bucket.arn, kms_key_arn=bucket.key_arn)
                for name, bucket in buckets.items()
            },
            redis=main,
            separate_redis=separate,
            redis_users=caches.user_names,
        )
        PublishedDocument(self, "connection", parameter_name=environment.connection_parameter, document=document)
        output = TerraformOutput(self, "standby", value=document)
        output.override_logical_id("standby")
        region.hold(self)


def _table(environment: Environment, name: str, *, region: str) -> TableConnection:
    """A copy has the name of its table."""
    there = environment.model_copy(update={"region": region})
    return TableConnection(name=environment.physical_name(name), arn=table_arn(there, name))

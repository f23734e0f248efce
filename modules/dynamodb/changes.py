"""A table's changes in Kinesis."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.dynamodb_kinesis_streaming_destination import DynamodbKinesisStreamingDestination
from cdktf_cdktf_provider_aws.kinesis_stream import KinesisStream, KinesisStreamStreamModeDetails
from constructs import Construct

from environments.schema import ChangeStream, Environment
from modules.encryption import Key
from modules.encryption.policies import render_use_through


class Changes(Construct):
    """A Kinesis stream with a key of its own, scaled by Kinesis itself, and the table's destination in it."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        what: str,
        table_name: str,
        settings: ChangeStream,
    ) -> None:
        super().__init__(scope, id_)
        name = environment.physical_name(f"{what}-changes")
        key = Key(
            self,
            f"{what}-changes",
            environment=environment,
            description=f"Changes of the table {table_name}",
            use=render_use_through("kinesis", environment),
        )
        stream = KinesisStream(
            self,
            "stream",
            name=name,
            retention_period=settings.retention_hours,
            stream_mode_details=KinesisStreamStreamModeDetails(stream_mode="ON_DEMAND"),
            encryption_type="KMS",
            kms_key_id=key.arn,
            tags={"Name": name},
        )
        DynamodbKinesisStreamingDestination(
            self,
            "destination",
            table_name=table_name,
            stream_arn=stream.arn,
            approximate_creation_date_time_precision=settings.precision,
        )

"""The declared buckets as S3 buckets."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from environments.schema import Environment
from modules.s3.bucket import Bucket
from modules.s3.policies import (
    bucket_arn,
    render_encryption,
    render_log_delivery,
    render_secure_transport,
)
from tierstore.declaration.buckets import Bucket as DeclaredBucket


class Buckets(Construct):
    """One bucket for each declared one, and the access logs of all in the one that receives them."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        declared: Sequence[DeclaredBucket],
        key_arn: str,
    ) -> None:
        super().__init__(scope, id_)
        data = [bucket.name for bucket in declared if not bucket.receives_access_logs]
        self.by_name: dict[str, Bucket] = {}
        """By declared name."""
        for bucket in declared:
            name = environment.bucket_name(bucket.name)
            arn = bucket_arn(environment, name)
            if bucket.receives_access_logs:
                sources = [bucket_arn(environment, environment.bucket_name(source)) for source in data]
                delivery = render_log_delivery(arn, account=environment.account, sources=sources)
                # S3 delivers logs only to a bucket that its own key encrypts.
                key, statements = None, [*render_secure_transport(arn), delivery]
            else:
                key, statements = key_arn, [*render_secure_transport(arn), *render_encryption(arn, key_arn)]
            self.by_name[bucket.name] = Bucket(
                self,
                bucket.name,
                name=name,
                settings=environment.bucket(bucket.name),
                key_arn=key,
                statements=statements,
            )
        logs = self.by_name[next(bucket.name for bucket in declared if bucket.receives_access_logs)]
        for source in data:
            self.by_name[source].log_access_to(logs, prefix=f"{source}/")

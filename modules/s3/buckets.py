"""The declared buckets as S3 buckets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

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

OF_THE_LOG_BUCKET: Final = {
    "CKV_AWS_144": "Access logs are of no use without the region whose buckets they tell of.",
    "CKV_AWS_145": "S3 delivers access logs only to a bucket that its own key encrypts.",
}
"""What Checkov would have of every bucket and the one that receives access logs does without."""


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
                suppressions=OF_THE_LOG_BUCKET if bucket.receives_access_logs else None,
            )
        logs = self.by_name[next(bucket.name for bucket in declared if bucket.receives_access_logs)]
        for source in data:
            self.by_name[source].log_access_to(logs, prefix=f"{source}/")

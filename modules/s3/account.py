"""The block of public access to every bucket of an account, whoever made it."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.s3_account_public_access_block import S3AccountPublicAccessBlock
from constructs import Construct

from environments.schema import Environment


def block_public_access(scope: Construct, environment: Environment) -> None:
    """Block it where the environment owns its account, so that no two environments fight over what there is once."""
    if environment.owns_account:
        S3AccountPublicAccessBlock(
            scope,
            "account-public-access",
            account_id=environment.account,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )

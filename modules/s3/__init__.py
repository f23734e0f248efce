"""S3 buckets from the declaration."""

from modules.s3.account import block_public_access
from modules.s3.bucket import Bucket
from modules.s3.buckets import Buckets

__all__ = ["Bucket", "Buckets", "block_public_access"]

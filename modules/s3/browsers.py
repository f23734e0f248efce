"""What a bucket lets web pages of other origins do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cdktf_cdktf_provider_aws.s3_bucket_cors_configuration import S3BucketCorsConfigurationCorsRule

_PREFLIGHT_SECONDS: Final = 3600


def cors_rule(origins: Sequence[str]) -> S3BucketCorsConfigurationCorsRule:
    """Pages of these origins may send signed uploads and downloads, and read what proves that they arrived whole."""
    return S3BucketCorsConfigurationCorsRule(
        id="browsers",
        allowed_origins=list(origins),
        allowed_methods=["GET", "HEAD", "POST", "PUT"],
        allowed_headers=["content-md5", "content-type", "range", "x-amz-*"],
        expose_headers=["ETag", "x-amz-checksum-sha256", "x-amz-version-id"],
        max_age_seconds=_PREFLIGHT_SECONDS,
    )

"""S3 as ElastiCache itself uses it: as a service, which may do what the bucket's policy and its key let it.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-exporting.html
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Protocol

from sandbox.elasticache.protocol import ServiceError
from sandbox.wire import OK, Handler, Request, parse_xml

_KMS = "TrentService.GetKeyPolicy"
# What ElastiCache must be granted on the bucket, by the names of its error messages.
_READ = {"READ": ("s3:GetObject", "s3:ListBucket"), "READ_ACP": ("s3:GetBucketAcl",)}
_WRITE = {"WRITE": ("s3:PutObject", "s3:ListMultipartUploadParts", "s3:ListBucketMultipartUploads")}
_OF_OBJECTS = frozenset({"s3:GetObject", "s3:PutObject", "s3:ListMultipartUploadParts"})
_OF_KEYS = ("kms:Decrypt", "kms:GenerateDataKey")


class Permits(Protocol):
    """Whether a resource's policy lets a service do something."""

    def __call__(self, policy: str, *, service: str, action: str, resource: str) -> bool:
        """Answer for one action on one resource (an ARN)."""


class Objects:
    """Objects of one account's buckets in one region."""

    def __init__(
        self,
        *,
        account: str,
        region_name: str,
        s3: Handler,
        kms: Handler,
        permits: Permits,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._account = account
        self._region_name = region_name
        self._s3 = s3
        self._kms = kms
        self._permits = permits
        self._loop = loop

    def put(self, bucket: str, files: Mapping[str, bytes]) -> None:
        """Store objects by key; raise ServiceError where ElastiCache may not, before any is stored."""
        self._check(bucket, {**_READ, **_WRITE})
        for key, content in files.items():
            status, _, body = self._call(self._s3, "PUT", f"/{bucket}/{key}", body=content)
            if status != OK:
                raise _refused(f"The S3 bucket {bucket} refused {key}: {body!r}")

    def get(self, arn: str) -> bytes:
        """Return an object by its ARN; raise ServiceError where there is none, or ElastiCache may not read it."""
        bucket, _, key = arn.rpartition(":")[2].partition("/")
        self._check(bucket, _READ)
        status, headers, body = self._call(self._s3, "GET", f"/{bucket}/{key}")
        if status != OK:
            raise _refused(f"There is no {key} in the S3 bucket {bucket}.")
        if headers.get("x-amz-server-side-encryption", "AES256") != "AES256":
            raise _refused(f"{key} is encrypted with a KMS key; ElastiCache reads files encrypted by SSE-S3 only.")
        return body

    def _check(self, bucket: str, needed: Mapping[str, tuple[str, ...]]) -> None:
        status, _, _ = self._call(self._s3, "HEAD", f"/{bucket}")
        if status != OK:
            raise _refused(f"The S3 bucket {bucket} does not exist.")
        _, _, policy = self._call(self._s3, "GET", f"/{bucket}", subresource="policy")
        arn = f"arn:aws:s3:::{bucket}"
        for permission, actions in needed.items():
            for action in actions:
                resource = f"{arn}/*" if action in _OF_OBJECTS else arn
                if not self._may(policy.decode(), action, resource):
                    missing = f"{permission} permissions ({action})"
                    raise _refused(f"ElastiCache has not been granted {missing} on the S3 Bucket {bucket}.")
        if needed.keys() & _WRITE.keys():
            self._check_key(bucket)

    def _check_key(self, bucket: str) -> None:
        status, _, body = self._call(self._s3, "GET", f"/{bucket}", subresource="encryption")
        key = parse_xml(body).findtext(".//{*}KMSMasterKeyID") if status == OK else None
        if key is None:
            return
        asked = json.dumps({"KeyId": key, "PolicyName": "default"}).encode()
        _, _, answer = self._call(self._kms, "POST", "/", body=asked, headers={"x-amz-target": _KMS})
        policy = json.loads(answer).get("Policy", "{}")
        for action in _OF_KEYS:
            if not self._may(policy, action, key):
                raise _refused(
                    f"ElastiCache has not been granted {action} by {key}, which encrypts the S3 Bucket {bucket}."
                )

    def _may(self, policy: str, action: str, resource: str) -> bool:
        service = f"{self._region_name}.elasticache-snapshot.amazonaws.com"
        return self._permits(policy, service=service, action=action, resource=resource)

    def _call(
        self,
        handler: Handler,
        method: str,
        path: str,
        *,
        subresource: str = "",
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        # The emulator takes a request without a caller for an anonymous one, also from inside.
        scope = f"{self._account}/20260101/{self._region_name}/s3/aws4_request"
        request = Request(
            method=method,
            path=path,
            headers={"authorization": f"AWS4-HMAC-SHA256 Credential={scope}", **(headers or {})},
            body=body,
            query={subresource: [""]} if subresource else {},
            account=self._account,
            region=self._region_name,
        )
        return asyncio.run_coroutine_threadsafe(_answer(handler, request), self._loop).result()


async def _answer(handler: Handler, request: Request) -> tuple[int, dict[str, str], bytes]:
    status, headers, body = await handler(request)
    return status, headers, body.encode() if isinstance(body, str) else bytes(body)


def _refused(message: str) -> ServiceError:
    return ServiceError("InvalidParameterValueException", message)

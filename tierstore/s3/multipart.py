"""An upload in parts: begun, sent, resumed, put together, or thrown away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from tierstore.core.effects import Plan
from tierstore.errors import NotFoundError
from tierstore.s3.bucket import SHA256_METADATA, LiveBucket
from tierstore.s3.checksums import DigestedFile, DigestedPart
from tierstore.s3.effects import FileSlice
from tierstore.s3.parallel import in_parallel
from tierstore.s3.progress import Progress


@dataclass(frozen=True, kw_only=True)
class MultipartUpload:
    """The parts of one file on their way to one key; S3 remembers them by the upload's id."""

    bucket: LiveBucket
    key: str
    id: str
    file: DigestedFile
    etags: dict[int, str] = field(default_factory=dict)
    """Of the parts that S3 has, by their numbers."""

    @classmethod
    def begin(cls, bucket: LiveBucket, key: str, file: DigestedFile, *, content_type: str) -> Plan[Self]:
        """A new upload, of which S3 has no part yet."""
        begun = yield from bucket.call(
            "CreateMultipartUpload",
            Key=key,
            ContentType=content_type,
            ChecksumAlgorithm="SHA256",
            Metadata={SHA256_METADATA: file.sha256},
            **bucket.encryption,
        )
        return cls(bucket=bucket, key=key, id=begun["UploadId"], file=file)

    @classmethod
    def resume(cls, bucket: LiveBucket, key: str, multipart_id: str, file: DigestedFile) -> Plan[Self]:
        """An earlier upload with those parts that S3 has as they are in the file now.

        Raises `NotFoundError` for one that was put together, thrown away, or never begun.
        """
        wanted = {digested.part.number: digested.sha256 for digested in file.parts}
        etags: dict[int, str] = {}
        marker: int | None = None
        while True:
            page = yield from bucket.call("ListParts", Key=key, UploadId=multipart_id, PartNumberMarker=marker)
            for sent in page.get("Parts", ()):
                if sent.get("ChecksumSHA256") == wanted.get(sent["PartNumber"]):
                    etags[sent["PartNumber"]] = sent["ETag"]
            if not page["IsTruncated"]:
                return cls(bucket=bucket, key=key, id=multipart_id, file=file, etags=etags)
            marker = page["NextPartNumberMarker"]

    def send(self, progress: Progress) -> Plan[None]:
        """Send the parts that S3 does not have; it refuses one whose bytes are not those that were digested."""
        missing = [digested for digested in self.file.parts if digested.part.number not in self.etags]
        progress.add(self.file.size - sum(digested.part.length for digested in missing))

        def send_one(digested: DigestedPart) -> Plan[None]:
            part = digested.part
            sent = yield from self.bucket.call(
                "UploadPart",
                source=FileSlice(path=self.file.path, offset=part.offset, length=part.length),
                Key=self.key,
                UploadId=self.id,
                PartNumber=part.number,
                ChecksumSHA256=digested.sha256,
            )
            self.etags[part.number] = sent["ETag"]
            progress.add(part.length)

        yield from in_parallel(send_one, missing)

    def put_together(self) -> Plan[None]:
        """Make the parts an object; raises `NotFoundError` where that was done already, or the parts are gone."""
        parts = [
            {
                "PartNumber": digested.part.number,
                "ETag": self.etags[digested.part.number],
                "ChecksumSHA256": digested.sha256,
            }
            for digested in self.file.parts
        ]
        yield from self.bucket.call(
            "CompleteMultipartUpload", Key=self.key, UploadId=self.id, MultipartUpload={"Parts": parts}
        )


def abort(bucket: LiveBucket, key: str, multipart_id: str) -> Plan[None]:
    """Throw away the parts of an upload; one that is over already is no error."""
    try:
        yield from bucket.call("AbortMultipartUpload", Key=key, UploadId=multipart_id)
    except NotFoundError:
        return

"""A cached copy as bytes: what it is a copy of, how long it is fresh, and a checksum over both.

Bytes that this release did not write for this layout of the entity are no copy at all, and never an error.
"""

from __future__ import annotations

from struct import Struct
from typing import Final, Generic, NamedTuple, TypedDict, TypeVar
from zlib import crc32

import msgspec

from tierstore.cache.forms import packer_of, unpacked_extension
from tierstore.declaration.entities import Entity

AnyEntity = TypeVar("AnyEntity", bound=Entity)
AnyEntity_co = TypeVar("AnyEntity_co", bound=Entity, covariant=True)

FORMAT: Final = 1
"""The first byte of every copy; grows when this module writes copies in another way."""
_HEADER: Final = Struct(">BIId")
"""Format, CRC-32 of what follows it, layout, moment until which the copy is fresh in epoch seconds."""
HEADER_BYTES: Final = _HEADER.size
"""Two copies that differ in anything differ in these."""
_CHECKSUMMED_FROM: Final = 5
_set_attribute: Final = object.__setattr__
_new: Final = object.__new__


class Copy(NamedTuple, Generic[AnyEntity_co]):
    """What a cache knows of an item."""

    entity: AnyEntity_co | None
    """None where there is no such item."""
    fresh_until: float
    """Epoch seconds."""


class CopyCodec(Generic[AnyEntity]):
    """Encodes and decodes the copies of one entity; made once for each."""

    def __init__(self, entity: type[AnyEntity]) -> None:
        declared = entity.declaration
        self._entity = entity
        self._packers = {name: pack for name, kind in declared.kinds.items() if (pack := packer_of(kind)) is not None}
        layout = [declared.type, declared.schema_version, *(f"{name}: {kind}" for name, kind in declared.kinds.items())]
        self._layout = crc32(repr(layout).encode())
        self._encode = msgspec.msgpack.Encoder().encode
        # Straight into the dictionary that an entity keeps its fields in.
        fields = TypedDict("fields", declared.field_types)  # type: ignore[misc]  # made at run time
        self._decode = msgspec.msgpack.Decoder(fields, ext_hook=unpacked_extension).decode

    def encode(self, entity: AnyEntity | None, *, fresh_until: float) -> bytes | None:
        """The copy of an item, or of there being none; None for values that MessagePack lacks (whole numbers > 2⁶⁴)."""
        payload = b""
        if entity is not None:
            values = entity.__dict__
            if self._packers:
                values = {**values, **{name: pack(values[name]) for name, pack in self._packers.items()}}
            try:
                payload = self._encode(values)
            except (OverflowError, ValueError):
                return None
        return self._sealed(payload, fresh_until)

    def decode(self, data: bytes | None) -> Copy[AnyEntity] | None:
        """The copy, fresh or not; None for anything else."""
        if data is None or len(data) < HEADER_BYTES:
            return None
        written_format, checksum, layout, fresh_until = _HEADER.unpack_from(data)
        if written_format != FORMAT or layout != self._layout or crc32(data[_CHECKSUMMED_FROM:]) != checksum:
            return None
        if len(data) == HEADER_BYTES:
            return Copy(None, fresh_until)
        try:
            values = self._decode(data[HEADER_BYTES:])
        except (msgspec.MsgspecError, ValueError, ArithmeticError):
            return None
        copy = _new(self._entity)
        # Past the frozen dataclass's own __setattr__, and past checks that the entity passed when it was made.
        _set_attribute(copy, "__dict__", values)
        return Copy(copy, fresh_until)

    def _sealed(self, payload: bytes, fresh_until: float) -> bytes:
        unsealed = _HEADER.pack(FORMAT, 0, self._layout, fresh_until) + payload
        checksum = crc32(unsealed[_CHECKSUMMED_FROM:])
        return b"".join((unsealed[:1], checksum.to_bytes(4, "big"), unsealed[_CHECKSUMMED_FROM:]))

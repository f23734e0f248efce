"""What the emulator lacks or answers differently from AWS: one gap a module, each in front of one service.

To close another gap, write a handler `async (Request, Handler) -> Response` in a module of its own and add it to `GAPS`; a
later entry stands in front of an earlier one.
"""

from __future__ import annotations

from sandbox.gaps import kms_managed_keys
from sandbox.wire import Gap

GAPS: tuple[tuple[str, Gap], ...] = (("kms", kms_managed_keys.handle),)

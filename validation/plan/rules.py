"""Rules about attributes: which change of a value takes protection or secrecy away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from validation.plan.finding import Finding, Kind
from validation.plan.model import Change
from validation.plan.values import UNKNOWN, Value, at, blocks, is_empty, shown

Weaker: TypeAlias = Callable[[Value, Value], bool]
"""Whether the second value protects less than the first; what is not known yet always does."""

Attributes: TypeAlias = Mapping[str, tuple[Weaker, str]]
"""By dotted path, through blocks that exist once: which value is weaker, and what that means."""

Rules: TypeAlias = Mapping[str, Attributes]
"""By type of resource."""


@dataclass(frozen=True, kw_only=True)
class Members:
    """Attributes that protect, in each block of a list whose blocks are told apart by a key."""

    type: str
    path: str
    key: str
    attributes: Attributes = field(default_factory=dict)
    """Of one block."""
    on_removal: str = ""
    """What it means that a block is gone; "" where it means no harm."""
    judges_new: bool = False
    """Whether a block that was not there before can do harm."""
    inactive: tuple[str, str] | None = None
    """Attribute and value by which a block says that it has no effect, so that it counts as absent."""

    def findings(self, change: Change, *, kind: Kind) -> Iterator[Finding]:
        """What a change of the list means for a resource that exists before and after."""
        if change.type != self.type or change.before is None or change.after is None:
            return
        old, new = self._by_key(change.before), self._by_key(change.after)
        if old and at(change.after, self.path) is UNKNOWN:
            yield _finding(change, kind, f"protection is lost ({self.path})", list(old), UNKNOWN)
            return
        for name, block in old.items():
            if self.on_removal and name not in new:
                yield _finding(change, kind, f"{self.on_removal} ({self.path} {shown(name)})", block, None)
        for name, block in new.items():
            if self.judges_new or name in old:
                for path, what, before, after in _weaker(old.get(name), block, self.attributes):
                    yield _finding(change, kind, f"{what} ({self.path} {shown(name)}: {path})", before, after)

    def _by_key(self, values: Value) -> Mapping[Value, Value]:
        found = {block.get(self.key): block for block in blocks(values, self.path)}
        if self.inactive is None:
            return found
        attribute, value = self.inactive
        return {key: block for key, block in found.items() if block.get(attribute) != value}


def findings(change: Change, attributes: Attributes, *, kind: Kind) -> Iterator[Finding]:
    """What the rules about its attributes say of a resource that exists before and after."""
    if change.before is not None and change.after is not None:
        for path, what, before, after in _weaker(change.before, change.after, attributes):
            yield _finding(change, kind, f"{what} ({path})", before, after)


def turned_off(before: Value, after: Value) -> bool:
    """On before, and not certainly on afterwards."""
    return _is_on(before) and not _is_on(after)


def turned_on(before: Value, after: Value) -> bool:
    """Not on before, and not certainly off afterwards: for settings that are dangerous."""
    return not _is_on(before) and (_is_on(after) or after is UNKNOWN)


def lowered(before: Value, after: Value) -> bool:
    """A smaller number than before, or none."""
    if not isinstance(before, int | float) or before <= 0:
        return False
    return not isinstance(after, int | float) or after < before


def raised(before: Value, after: Value) -> bool:
    """A larger number than before, or one that is not known."""
    if not isinstance(before, int | float):
        return False
    return after is UNKNOWN or (isinstance(after, int | float) and after > before)


def shortened(before: Value, after: Value) -> bool:
    """Like `lowered`, where 0 and nothing stand for "for ever"."""
    if is_empty(after) or after == 0:
        return False
    return is_empty(before) or before == 0 or after is UNKNOWN or (isinstance(after, int | float) and after < before)


def removed(before: Value, after: Value) -> bool:
    """Something before, and nothing certain afterwards."""
    return not is_empty(before) and (is_empty(after) or after is UNKNOWN)


def left(value: str) -> Weaker:
    """Was this value, and is another."""
    return lambda before, after: before == value != after


def lost_entry(before: Value, after: Value) -> bool:
    """A list or set lacks something that it had."""
    if not isinstance(before, list):
        return False
    return bool(before) and (not isinstance(after, list) or any(entry not in after for entry in before))


def _weaker(old: Value, new: Value, attributes: Attributes) -> Iterator[tuple[str, str, Value, Value]]:
    """Path, meaning, value before and value after of every attribute that got weaker."""
    for path, (is_weaker, what) in attributes.items():
        before, after = at(old, path), at(new, path)
        if before != after and is_weaker(before, after):
            yield path, what, before, after


def _finding(change: Change, kind: Kind, what: str, before: Value, after: Value) -> Finding:
    is_known = after is not UNKNOWN
    remedy = "Set it back" if is_known else "Give it a value that is known when planning, so that it can be judged"
    return Finding(
        kind=kind,
        address=change.address,
        what=what if is_known else f"not known before apply; at worst, {what}",
        before=shown(before),
        after="none" if after is None else shown(after),
        remedy=f"{remedy}; if it is meant, allow it.",
    )


def _is_on(value: Value) -> bool:
    return value is True or (isinstance(value, str) and value.lower() in {"true", "enabled"})

"""Rules about attributes: which change of a value takes protection or secrecy away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from validation.plan.finding import Finding, Kind
from validation.plan.model import Change
from validation.plan.values import HIDDEN, Unknown, Value, at, blocks, shown
from validation.plan.weaker import Weaker, is_unclear

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
    reach: tuple[str, Weaker] | None = None
    """Path of what a block applies to, and when that is so much more that the block counts as new."""
    inactive: tuple[str, str] | None = None
    """Attribute and value by which a block says that it has no effect, so that it counts as absent."""

    def findings(self, change: Change, *, kind: Kind) -> Iterator[Finding]:
        """What a change of the list means for a resource that exists before and after."""
        if change.type != self.type or change.before is None or change.after is None:
            return
        old, new = self._by_key(change.before), self._by_key(change.after)
        whole = at(change.after, self.path)
        if is_unclear(at(change.before, self.path)) or (is_unclear(whole) and (old or self.judges_new)):
            yield _finding(change, kind, f"protection is lost ({self.path})", list(old), whole)
            return
        for name, block in old.items():
            if self.on_removal and name not in new:
                yield _finding(change, kind, f"{self.on_removal} ({self.path} {shown(name)})", block, None)
        for name, block in new.items():
            if self.judges_new or name in old:
                for path, what, before, after in _weaker(self._judged_by(old.get(name), block), block, self.attributes):
                    yield _finding(change, kind, f"{what} ({self.path} {shown(name)}: {path})", before, after)

    def _judged_by(self, old: Value, new: Value) -> Value:
        """What a block has to protect as well as: the old one of its key, nothing where it reaches further."""
        if self.reach is None:
            return old
        path, is_wider = self.reach
        return None if is_wider(at(old, path), at(new, path)) else old

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


def _weaker(old: Value, new: Value, attributes: Attributes) -> Iterator[tuple[str, str, Value, Value]]:
    """Path, meaning, value before and value after of every attribute that got weaker."""
    for path, (is_weaker, what) in attributes.items():
        before, after = at(old, path), at(new, path)
        if (before != after or before == HIDDEN) and is_weaker(before, after):
            yield path, what, before, after


def _finding(change: Change, kind: Kind, what: str, before: Value, after: Value) -> Finding:
    match after:
        case Unknown.UNKNOWN:
            what = f"not known before apply; at worst, {what}"
            remedy = "Give it a value that is known when planning, so that it can be judged"
        case str() if after == HIDDEN:
            what = f"hidden as sensitive; at worst, {what}"
            remedy = "Don't mark it as sensitive, so that it can be judged"
        case _:
            remedy = "Set it back"
    return Finding(
        kind=kind,
        address=change.address,
        what=what,
        before=shown(before),
        after="none" if after is None else shown(after),
        remedy=f"{remedy}; if it is meant, allow it.",
    )

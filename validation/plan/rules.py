"""Rules about single attributes: which change of a value takes protection or secrecy away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from validation.plan.finding import Finding, Kind
from validation.plan.model import Change
from validation.plan.values import UNKNOWN, Value, at, blocks, is_empty, shown

Weaker = Callable[[Value, Value], bool]
"""Whether the second value protects less than the first; what is not known yet always does."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One attribute that protects, on resources of one type."""

    type: str
    path: str
    """Dotted, through blocks that exist once."""
    kind: Kind
    what: str
    """What the weaker value means."""
    is_weaker: Weaker


@dataclass(frozen=True, kw_only=True)
class Members:
    """Attributes that protect, in each block of a list whose blocks are told apart by a key."""

    type: str
    path: str
    key: str
    kind: Kind
    rules: Mapping[str, tuple[str, Weaker]] = field(default_factory=dict)
    """By path inside the block: what the weaker value means, and which one is weaker."""
    on_removal: str = ""
    """What it means that a block is gone; "" where it means no harm."""
    judges_new: bool = False
    """Whether a block that was not there before can do harm."""
    inactive: tuple[str, str] | None = None
    """Attribute and value by which a block says that it has no effect, so that it counts as absent."""

    def findings(self, change: Change) -> Iterator[Finding]:
        """What a change of the list means for a resource that exists before and after."""
        if change.type != self.type or change.before is None or change.after is None:
            return
        old, new = self._by_key(change.before), self._by_key(change.after)
        if at(change.after, self.path) is UNKNOWN and old:
            yield self._finding(change.address, self.path, "protection is lost", old, UNKNOWN)
            return
        for name, block in old.items():
            if name not in new and self.on_removal:
                yield self._finding(change.address, f"{self.path} {shown(name)}", self.on_removal, block, None)
        for name, block in new.items():
            if name in old or self.judges_new:
                yield from self._judge(change.address, name, old.get(name), block)

    def _judge(self, address: str, name: Value, old: Value, new: Value) -> Iterator[Finding]:
        for path, (what, is_weaker) in self.rules.items():
            before, after = at(old, path), at(new, path)
            if before != after and is_weaker(before, after):
                yield self._finding(address, f"{self.path} {shown(name)}: {path}", what, before, after)

    def _by_key(self, values: Value) -> Mapping[Value, Value]:
        found = {block.get(self.key): block for block in blocks(values, self.path)}
        if self.inactive is None:
            return found
        attribute, value = self.inactive
        return {key: block for key, block in found.items() if block.get(attribute) != value}

    def _finding(self, address: str, where: str, what: str, before: Value, after: Value) -> Finding:
        return Finding(
            kind=self.kind,
            address=address,
            what=at_worst(f"{what} ({where})", after),
            before=shown(before),
            after="none" if after is None else shown(after),
            remedy=remedy(after),
        )


def findings(change: Change, rules: Iterable[Rule]) -> Iterator[Finding]:
    """What the rules for its type say of a resource that exists before and after."""
    if change.before is None or change.after is None:
        return
    for rule in rules:
        if rule.type != change.type:
            continue
        before, after = at(change.before, rule.path), at(change.after, rule.path)
        if before != after and rule.is_weaker(before, after):
            yield Finding(
                kind=rule.kind,
                address=change.address,
                what=at_worst(f"{rule.what} ({rule.path})", after),
                before=shown(before),
                after=shown(after),
                remedy=remedy(after),
            )


def at_worst(what: str, after: Value) -> str:
    """What a weaker value means, as a possibility only where the value is not known yet."""
    return f"not known before apply; at worst, {what}" if after is UNKNOWN else what


def remedy(after: Value) -> str:
    """What to do about a value that protects less."""
    if after is UNKNOWN:
        return "Give it a value that is known when planning, so that it can be judged; if it is meant, allow it."
    return "Set it back; if it is meant, allow it."


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


def _is_on(value: Value) -> bool:
    return value is True or (isinstance(value, str) and value.lower() in {"true", "enabled"})

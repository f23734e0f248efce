"""When a value protects less than the one before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

from validation.cost.nodes import NODE_MEMORY_GB
from validation.plan.values import HIDDEN, UNKNOWN, Value, at, is_empty, shown

Weaker: TypeAlias = Callable[[Value, Value], bool]
"""Whether the second value protects less than the first.

What is not known yet always does, and so does what is hidden as a secret: it may have been anything before.
"""

_AWS_OWN_KEYS: Final = "alias/aws/"
"""How the names of keys begin that AWS makes in every account, whose policies nobody else writes."""

BLOCKS_OF_PUBLIC_ACCESS: Final = (
    "block_public_acls",
    "block_public_policy",
    "ignore_public_acls",
    "restrict_public_buckets",
)


def turned_off(before: Value, after: Value) -> bool:
    """On before, and not certainly on afterwards."""
    return (_is_on(before) or before == HIDDEN) and not _is_on(after)


def turned_on(before: Value, after: Value) -> bool:
    """Not on before, and not certainly off afterwards: for settings that are dangerous."""
    return not _is_on(before) and (_is_on(after) or is_unclear(after))


def lowered(before: Value, after: Value) -> bool:
    """A smaller number than before, or none."""
    if before == HIDDEN:
        return True
    if not isinstance(before, int | float) or before <= 0:
        return False
    return not isinstance(after, int | float) or after < before


def raised(before: Value, after: Value) -> bool:
    """A larger number than before, or one that is not known."""
    if before == HIDDEN:
        return True
    if not isinstance(before, int | float):
        return False
    return is_unclear(after) or (isinstance(after, int | float) and after > before)


def shortened(before: Value, after: Value) -> bool:
    """Like `lowered`, where nothing, 0 and -1 stand for "for ever", or for "without limit"."""
    if is_empty(after) or (isinstance(after, int | float) and after <= 0):
        return False
    if not isinstance(before, int | float) or before <= 0:
        return True
    return not isinstance(after, int | float) or after < before


def spends_more(before: Value, after: Value) -> bool:
    """A larger amount of money than before, or one that is not known; the provider writes amounts as text."""
    return raised(_amount(before), _amount(after))


def _amount(value: Value) -> Value:
    return float(value) if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value) else value


def holds_less(before: Value, after: Value) -> bool:
    """A type of Redis node that does not certainly have as much memory."""
    if is_empty(before):
        return False
    return not NODE_MEMORY_GB.get(shown(after), Decimal(0)) >= NODE_MEMORY_GB.get(shown(before), Decimal("Infinity"))


def removed(before: Value, after: Value) -> bool:
    """Something before, and nothing certain afterwards."""
    return not is_empty(before) and (is_empty(after) or after is UNKNOWN)


def changed(before: Value, after: Value) -> bool:
    """Something before, and not certainly the same afterwards."""
    return not is_empty(before) and (before != after or before == HIDDEN)


def left(value: str) -> Weaker:
    """Was this value, and is another."""
    return lambda before, after: before in (value, HIDDEN) and after != value


def lost_entry(before: Value, after: Value) -> bool:
    """A list or set lacks something that it had."""
    if not isinstance(before, list):
        return bool(before == HIDDEN)
    return bool(before) and (not isinstance(after, list) or any(entry not in after for entry in before))


def gained_entry(before: Value, after: Value) -> bool:
    """A list or set has something that it had not: for those that let somebody in."""
    if not isinstance(after, list):
        return is_unclear(after)
    return not isinstance(before, list) or any(entry not in before for entry in after)


def imposed(before: Value, after: Value) -> bool:
    """A filter that was not there before, or another one."""
    return not is_empty(after) and (before != after or before == HIDDEN)


def any_of(*weaker: Weaker) -> Weaker:
    """Weaker by one rule or another."""
    return lambda before, after: any(each(before, after) for each in weaker)


def leaves_account(before: Value, after: Value) -> bool:
    """A key of one account, and then of another or AWS's own."""
    if HIDDEN in (before, after):
        return bool(before == HIDDEN)
    if _AWS_OWN_KEYS in str(after):
        return not is_empty(before) and _AWS_OWN_KEYS not in str(before)
    return ":" in str(before) and ":" in str(after) and str(before).split(":")[4:5] != str(after).split(":")[4:5]


def leaves_kms(before: Value, after: Value) -> bool:
    """An algorithm of S3 that uses KMS, and then one that does not."""
    return before == HIDDEN or (str(before).startswith("aws:kms") and not str(after).startswith("aws:kms"))


def blocks_less(before: Value, after: Value) -> bool:
    """One of the blocks of public access is no longer certainly on."""
    return any(turned_off(at(before, name), at(after, name)) for name in BLOCKS_OF_PUBLIC_ACCESS)


def gains_default(before: Value, after: Value) -> bool:
    """The users come to include the one that AWS gives every account."""
    return gained_entry(before, after) and (not isinstance(after, list) or "default" in after)


def opted_out(before: Value, after: Value) -> bool:
    """A map of switches in which one that was on is not certainly on."""
    if not isinstance(before, Mapping):
        return bool(before == HIDDEN)
    return any(
        on is True and (not isinstance(after, Mapping) or after.get(name) is not True) for name, on in before.items()
    )


def copied_less(before: Value, after: Value) -> bool:
    """A vault that copies went to gets none, or deletes them earlier."""
    if not isinstance(before, list):
        return bool(before == HIDDEN)
    vault, days = "destination_vault_arn", "lifecycle.delete_after"
    kept = {at(copy, vault): at(copy, days) for copy in after} if isinstance(after, list) else {}
    return any(at(copy, vault) not in kept or shortened(at(copy, days), kept[at(copy, vault)]) for copy in before)


def records_less(before: Value, after: Value) -> bool:
    """Whether fewer events meet all conditions of a selector: one of them is new, or lets fewer values pass."""
    old = _event_conditions(before)
    return is_unclear(after) or any(
        condition not in old or (values > old[condition] if "not_" in condition[1] else not values >= old[condition])
        for condition, values in _event_conditions(after).items()
    )


def _event_conditions(selector: Value) -> dict[tuple[str, str], frozenset[Value]]:
    """By field and operator, the values that each condition of an event selector names."""
    return {
        (str(condition.get("field")), operator): frozenset(values if isinstance(values, list) else [values])
        for condition in (selector if isinstance(selector, list) else [])
        for operator, values in condition.items()
        if operator != "field" and not is_empty(values)
    }


def expires_other_items(before: Value, after: Value) -> bool:
    """A table's TTL that comes into force, or that another attribute is to hold."""
    if before == HIDDEN or is_unclear(after):
        return True
    return turned_on(at(before, "enabled"), at(after, "enabled")) or (
        _is_on(at(after, "enabled")) and at(before, "attribute_name") != at(after, "attribute_name")
    )


def narrowed(before: Value, after: Value) -> bool:
    """A filter that objects pass no longer."""
    return not _passes(after, before)


def widened(before: Value, after: Value) -> bool:
    """A filter that more objects pass."""
    return not _passes(before, after)


def _passes(general: Value, special: Value) -> bool:
    """Whether every object that passes the filter `special` certainly passes `general` too."""
    if is_unclear(general) or is_unclear(special):
        return False
    wide, narrow = _tests(general), _tests(special)
    prefix = narrow.get("prefix") or at(narrow, "and.prefix")
    below = wide.get("prefix") if wide.keys() == {"prefix"} else None
    return wide in ({}, narrow) or (isinstance(below, str) and isinstance(prefix, str) and prefix.startswith(below))


def _tests(filter_: Value) -> dict[str, Value]:
    """What a filter of objects looks at; empty where every object passes."""
    block = filter_[0] if isinstance(filter_, list) and filter_ else filter_
    return {name: value for name, value in block.items() if not is_empty(value)} if isinstance(block, Mapping) else {}


def rarer(before: Value, after: Value) -> bool:
    """Times that may come less often; another hour or minute of the same days does not."""
    if is_empty(before) or before == after:
        return bool(before == HIDDEN)
    (old_time, old_days), (new_time, new_days) = _times(before), _times(after)
    return old_days != new_days or not (old_time == new_time or all(map(str.isdigit, (*old_time, *new_time))))


def _times(schedule: Value) -> tuple[Sequence[str], Sequence[str]]:
    """Minute and hour, then the days, of cron(minute hour day month weekday year)."""
    fields = shown(schedule).removeprefix("cron(").removesuffix(")").split()
    return fields[:2], fields[2:]


def unheeds(before: Value, after: Value) -> bool:
    """A composite alarm's rule names an alarm no longer."""
    return before == HIDDEN or is_unclear(after) or not _alarms(before) <= _alarms(after)


def _alarms(rule: Value) -> set[str]:
    return set(re.findall(r"\(\s*\"?([^\")]+)", rule)) if isinstance(rule, str) else set()


def evicts_everything(before: Value, after: Value) -> bool:
    """Parameters of Redis of which the policy of eviction comes to mean every key."""
    return _eviction(after) in ("allkeys", HIDDEN) and _eviction(before) != "allkeys"


def _eviction(parameters: Value) -> str:
    if not isinstance(parameters, list):
        return "" if is_empty(parameters) else HIDDEN
    chosen = (at(each, "value") for each in parameters if at(each, "name") == "maxmemory-policy")
    return next((shown(value).partition("-")[0] for value in chosen), "")


def is_unclear(value: Value) -> bool:
    """Whether nobody can tell what it will be."""
    return value is UNKNOWN or value == HIDDEN


def _is_on(value: Value) -> bool:
    return value is True or (isinstance(value, str) and value.lower() in {"true", "enabled"})

"""What a new policy allows that the old one did not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from validation.plan.policy.conditions import all_imply
from validation.plan.policy.patterns import Extent, extent_covers
from validation.plan.policy.statements import Grant, grants


@dataclass(frozen=True, kw_only=True)
class Widening:
    """One way in which a policy got wider."""

    what: str
    """Such as "new actions"."""
    before: str
    """What the old policy said of it; "" where it said nothing."""
    after: str
    """What the new policy says of it; "" where it says nothing any more."""


def widenings(old: str, new: str) -> tuple[Widening, ...]:
    """Everything that the policy `new` allows, or no longer denies, in comparison with `old`.

    Raises `UnreadablePolicy`.
    """
    before, after = grants(old), grants(new)
    allowed = [grant for grant in before if grant.effect == "Allow"]
    denied = [grant for grant in after if grant.effect == "Deny"]
    added = [grant for grant in after if grant.effect == "Allow" and not _any_covers(allowed, grant)]
    dropped = [grant for grant in before if grant.effect == "Deny" and not _any_covers(denied, grant)]
    return (*_explain_added(added, allowed), *_explain_dropped(dropped, denied))


def _any_covers(grants_: Iterable[Grant], wanted: Grant) -> bool:
    return any(_covers(grant, wanted) for grant in grants_)


def _covers(general: Grant, special: Grant, *, but: str = "") -> bool:
    """Whether `general` applies to everything that `special` applies to, leaving one element out of the comparison."""
    return (
        (but == "principal" or extent_covers(general.principal, special.principal))
        and (but == "action" or extent_covers(general.action, special.action))
        and (but == "resource" or extent_covers(general.resource, special.resource))
        and (but == "conditions" or all_imply(special.conditions, general.conditions))
    )


def _explain_added(added: Sequence[Grant], allowed: Sequence[Grant]) -> Iterator[Widening]:
    """Names the one element that an old statement would have to be wider in; the whole permission where it is more."""
    rest = list(added)
    for element, what in _ELEMENTS.items():
        found = [grant for grant in rest if any(_covers(old, grant, but=element) for old in allowed)]
        near = [old for old in allowed if any(_covers(old, grant, but=element) for grant in found)]
        rest = [grant for grant in rest if grant not in found]
        if found:
            yield Widening(what=what, before=_summary(near), after=_summary(found))
    if rest:
        yield Widening(what="new permission", before="", after=_summary(rest))


def _explain_dropped(dropped: Sequence[Grant], denied: Sequence[Grant]) -> Iterator[Widening]:
    if not dropped:
        return
    left = [grant for grant in denied if any(_covers(old, grant) for old in dropped)]
    yield Widening(
        what="Deny narrowed" if left else "Deny removed", before=_summary(dropped), after=_summary(left) if left else ""
    )


_ELEMENTS: Final = {
    "conditions": "condition dropped or loosened",
    "action": "new actions",
    "resource": "new resources",
    "principal": "new principals",
}


def _summary(grants_: Sequence[Grant]) -> str:
    """All the grants in one line, each element once."""
    actions = _listed(grant.action for grant in grants_)
    resources = _listed(grant.resource for grant in grants_)
    principals = _listed(grant.principal for grant in grants_)
    conditions = {" and ".join(sorted(map(str, grant.conditions))) for grant in grants_ if grant.conditions}
    suffix = f" if {' or '.join(sorted(conditions))}" if conditions else ""
    return f"{actions} on {resources} by {principals}{suffix}"


def _listed(extents: Iterable[Extent]) -> str:
    return ", ".join(sorted({str(extent) for extent in extents}))

"""Policy documents in a plan: any text attribute that is one, whatever the resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from validation.plan.finding import Finding, Kind
from validation.plan.hosts import added_settings, removed_settings
from validation.plan.model import Action, Change, Plan
from validation.plan.policy.comparison import widenings
from validation.plan.policy.patterns import Everything, Extent
from validation.plan.policy.public import is_open_to_all
from validation.plan.policy.statements import BEARER, Grant, UnreadablePolicy, grants, is_policy
from validation.plan.values import HIDDEN, UNKNOWN, Value, blocks, shown

_ATTRIBUTES: Final = ("assume_role_policy", "inline_policy", "policy", "policy_document", "resource_policy")
"""Where policies stand that are hidden from view."""

_INLINE: Final = "inline_policy"

_NETWORK_BOUND: Final = frozenset({"aws_vpc_endpoint", "aws_vpc_endpoint_policy"})
"""Their policies speak of everybody inside a network, and give nobody a permission."""

_NOTHING: Final = '{"Statement": []}'

_BROAD: Final = ("AdministratorAccess", "PowerUserAccess", "FullAccess")
"""How the names of AWS's own policies end that give more than any persona needs."""

_REMEDY: Final = "Narrow it to what is needed; if it is meant, allow it."


def findings(plan: Plan) -> Iterator[Finding]:
    """Every policy that allows more, or denies less, than before, and every new one that is open to all.

    A new policy for something that is there already allows more, too.
    """
    for change in plan.changes:
        match change.action:
            case Action.UPDATE | Action.REPLACE:
                yield from _changed(change)
            case Action.CREATE:
                yield from _created(change)
            case _:
                continue
    for change in added_settings(plan):
        yield from _added(change)
    for change in removed_settings(plan):
        for name, text in _policies(change.before):
            if any(grant.effect == "Deny" for grant in _readable(text)):
                what = f"Deny removed ({name}): this resource is deleted, and what it denied is denied no longer"
                yield _finding(change, what, remedy="Put it back into the code; if it is meant, allow it.")


def weakened(change: Change) -> Iterator[Finding]:
    """What the policies of one resource allow after a change, or drift, that they did not allow before."""
    after = _flat(change.after)
    for name, old in _policies(change.before):
        new = after.get(name, after.get(name.partition(" ")[0]))
        if new != old:
            yield from _compared(change, name, old, new)


def _changed(change: Change) -> Iterator[Finding]:
    yield from weakened(change)
    before, after = change.before or {}, change.after or {}
    for name in _ATTRIBUTES:
        if HIDDEN in (before.get(name), after.get(name)):
            yield _finding(
                change,
                f"{name} is sensitive, so that nobody can tell whether it allows more",
                remedy="Don't mark it as sensitive: a policy is no secret. If it is meant, allow it.",
            )
    for name, text in _policies(after):
        # An endpoint without a policy lets everything pass; nothing else is allowed without one.
        if not is_policy(_flat(before).get(name)) and change.type not in _NETWORK_BOUND:
            yield from _compared(change, name, _NOTHING, text)


def _created(change: Change) -> Iterator[Finding]:
    for name, text in _policies(change.after):
        yield from _open_to_all(change, name, text)
    for name in ("policy_arn", "managed_policy_arns"):
        given = (change.after or {}).get(name)
        for arn in map(str, given if isinstance(given, list) else [given]):
            if ":iam::aws:policy/" in arn and arn.endswith(_BROAD):
                yield _finding(change, f"new permission ({name}): one of AWS's broad policies", after=arn)


def _added(change: Change) -> Iterator[Finding]:
    """What a policy, or a grant of a key, allows that is added to something that had none of that name."""
    values = change.after or {}
    if change.type == "aws_kms_grant":
        what = "new permission (operations): one more grant of a key that is there already"
        yield _finding(change, what, after=f"{shown(values.get('operations'))} by {values.get('grantee_principal')}")
    if change.type.endswith("_policy_attachment"):
        what = "new permission (policy_arn): one more policy for what is there already"
        yield _finding(change, what, after=shown(values.get("policy_arn")))
    for name in _ATTRIBUTES:
        if values.get(name) in (UNKNOWN, HIDDEN):
            what = f"{name} of what is there already can't be seen, so that nobody can tell what it allows"
            yield _finding(change, what, after=shown(values[name]))
    for name, text in _policies(values):
        yield from _compared(change, name, _NOTHING, text)


def _compared(change: Change, name: str, old: str, new: Value) -> Iterator[Finding]:
    if not new and change.type in _NETWORK_BOUND:
        yield _finding(change, f"the endpoint lets every request pass ({name})", before=old, after="none")
        return
    if new is UNKNOWN:
        yield _finding(
            change,
            f"{name} is not known before apply, so that nobody can tell whether it allows more",
            before=old,
            remedy="Build it from names that are known when planning, or apply in two steps; if it is meant, allow it.",
        )
        return
    try:
        for widening in widenings(old, new or _NOTHING):
            yield _finding(change, f"{widening.what} ({name})", before=widening.before, after=widening.after or "none")
    except UnreadablePolicy as error:
        yield _finding(change, f"{name} is no policy that can be read: {error}", before=old, after=str(new))


def _open_to_all(change: Change, name: str, text: str) -> Iterator[Finding]:
    for grant in sorted(_readable(text), key=str):
        if grant.effect == "Deny":
            continue
        if is_open_to_all(grant) and change.type not in _NETWORK_BOUND:
            what = f"public access ({name}): everybody may, and no condition says who"
            yield _finding(change, what, after=_said(grant))
        elif grant.principal == BEARER and not grant.conditions and _is_all(grant.action) and _is_all(grant.resource):
            yield _finding(change, f"new permission ({name}): everything on everything", after=_said(grant))


def _is_all(extent: Extent) -> bool:
    return isinstance(extent, Everything) or not extent.strip("*:")


def _said(grant: Grant) -> str:
    return f"{grant.action} on {grant.resource} by {grant.principal}"


def _readable(text: str) -> frozenset[Grant]:
    try:
        return grants(text)
    except UnreadablePolicy:
        return frozenset()


def _policies(values: Mapping[str, Value] | None) -> Iterator[tuple[str, str]]:
    for name, value in sorted(_flat(values).items()):
        if is_policy(value):
            yield name, value


def _flat(values: Mapping[str, Value] | None) -> dict[str, Value]:
    """The attributes, and the text of each inline policy of a role under a name such as `inline_policy read`."""
    inline = {f"{_INLINE} {block.get('name')}": block.get("policy") for block in blocks(values, _INLINE)}
    return {**(values or {}), **inline}


def _finding(change: Change, what: str, *, before: str = "", after: str = "", remedy: str = _REMEDY) -> Finding:
    return Finding(kind=Kind.WEAKEN, address=change.address, what=what, before=before, after=after, remedy=remedy)

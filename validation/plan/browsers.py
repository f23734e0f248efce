"""Pages of which sites may have a browser read and write objects: a bucket's rules about origins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final

from validation.plan.finding import Finding, Kind
from validation.plan.model import Action, Change, Plan
from validation.plan.policy.patterns import covers
from validation.plan.values import HIDDEN, UNKNOWN, Value, at, blocks, shown

_TYPE: Final = "aws_s3_bucket_cors_configuration"
_EVERYBODY: Final = ("*", "http://*", "https://*")
_PARTS: Final = ("allowed_origins", "allowed_methods", "allowed_headers")


def findings(plan: Plan) -> Iterator[Finding]:
    """Every origin, method or header that the plan lets in and that was not let in before."""
    for change in plan.changes:
        if change.action in (Action.CREATE, Action.UPDATE, Action.REPLACE):
            yield from weakened(change)


def weakened(change: Change) -> Iterator[Finding]:
    """What a change, or drift, of one bucket's rules lets in; of a new bucket's, whether they let in every page."""
    if change.type != _TYPE or change.after is None:
        return
    if at(change.after, "cors_rule") in (UNKNOWN, HIDDEN):
        yield _finding(change, "nobody can tell before apply which pages are let in (cors_rule)", "")
        return
    before, after = _requests(change.before), _requests(change.after)
    opened = [new for new in after if not any(_covers(old, new) for old in before)]
    if any(origin in _EVERYBODY for origin, _, _ in opened):
        yield _finding(change, "pages of every site are let in (cors_rule)", _said(opened))
    elif opened and change.after.get("bucket") is not UNKNOWN:
        yield _finding(change, "pages of more sites are let in, or may send more (cors_rule)", _said(opened))


def _requests(values: Mapping[str, Value] | None) -> list[tuple[str, ...]]:
    """Origin, method and header of every kind of request that is let in; without headers, those that need no leave."""
    return [
        request
        for rule in blocks(values, "cors_rule")
        for request in product(*(map(shown, _listed(rule.get(part)) or [""]) for part in _PARTS))
    ]


def _listed(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _covers(old: tuple[str, ...], new: tuple[str, ...]) -> bool:
    (origin, method, header), (new_origin, new_method, new_header) = old, new
    return (
        covers(origin, new_origin)
        and method == new_method
        and (not new_header or covers(header.lower(), new_header.lower()))
    )


def _said(requests: list[tuple[str, ...]]) -> str:
    return ", ".join(sorted({f"{method} from {origin}" for origin, method, _ in requests}))


def _finding(change: Change, what: str, after: str) -> Finding:
    return Finding(
        kind=Kind.WEAKEN,
        address=change.address,
        what=what,
        before=_said(_requests(change.before)),
        after=after,
        remedy="Name only the sites whose pages need it; if it is meant, allow it.",
    )

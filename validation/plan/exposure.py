"""Doors that a plan opens: security groups, public buckets, users of Redis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from validation.plan.finding import Finding, Kind
from validation.plan.model import Action, Change, Plan
from validation.plan.policy.public import is_public_network
from validation.plan.values import UNKNOWN, Value, blocks, is_empty, shown
from validation.plan.weaker import BLOCKS_OF_PUBLIC_ACCESS

_EVERY_PROTOCOL: Final = "-1"

_SOURCES: Final = (
    "cidr_blocks",
    "cidr_ipv4",
    "cidr_ipv6",
    "ipv6_cidr_blocks",
    "prefix_list_id",
    "prefix_list_ids",
    "referenced_security_group_id",
    "security_groups",
    "self",
    "source_security_group_id",
)

_GROUPS: Final = ("aws_default_security_group", "aws_security_group")
_PUBLIC_LISTS: Final = frozenset({"authenticated-read", "public-read", "public-read-write"})
_EVERYTHING: Final = frozenset({"~*", "+@all"})
"""Rights of a user of Redis that has all of them, unless some are taken away again."""
_OPENING_TOKENS: Final = ("+", "~", "%", "&", "all", "on", "nopass")
_CLOSING_TOKENS: Final = ("-", "off", "reset")


@dataclass(frozen=True, kw_only=True)
class Opening:
    """One source that may connect to one range of ports."""

    source: str
    protocol: str
    first: int
    last: int

    def __str__(self) -> str:
        protocol = "every protocol" if self.protocol == _EVERY_PROTOCOL else self.protocol
        ports = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return f"{self.source} to {protocol} {ports}"

    @property
    def is_public(self) -> bool:
        """Whether the source is the internet, or so large a part of it that nobody owns it."""
        return is_public_network(self.source)

    def covers(self, other: Opening) -> bool:
        """Whether whatever `other` lets in was let in by this one."""
        return (
            _source_covers(self.source, other.source)
            and self.protocol in (_EVERY_PROTOCOL, other.protocol)
            and self.first <= other.first
            and other.last <= self.last
        )


def findings(plan: Plan) -> Iterator[Finding]:
    """Everything that can be reached after the plan and could not before."""
    for change in plan.changes:
        yield from weakened(change)
        if change.action is Action.CREATE:
            yield from _public_from_the_start(change)


def weakened(change: Change) -> Iterator[Finding]:
    """What a change, or drift, of one resource opens."""
    yield from _security_group(change)
    if change.type == "aws_elasticache_user" and change.before is not None and change.after is not None:
        yield from _redis_user(change, change.before.get("access_string"), change.after.get("access_string"))
    if change.type == "aws_s3_bucket_acl" and change.after is not None:
        before, after = (change.before or {}).get("acl"), change.after.get("acl")
        if after in _PUBLIC_LISTS and after != before:
            yield _finding(change, "public access (acl): everybody may read the bucket", str(before or "none"), after)


def _public_from_the_start(change: Change) -> Iterator[Finding]:
    values = change.after or {}
    if change.type == "aws_elasticache_user":
        rights = shown(values.get("access_string")).split()
        does_everything = set(rights) >= _EVERYTHING and not any(token.startswith("-") for token in rights)
        if "on" in rights and (values.get("no_password_required") is True or does_everything):
            what = "a user of Redis that needs no password or may do everything"
            yield _finding(change, what, "none", " ".join(rights))
    if change.type == "aws_iam_access_key":
        yield _finding(change, "an access key of a user, which never expires", "none", shown(values.get("user")))
    if change.type in ("aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"):
        for setting in BLOCKS_OF_PUBLIC_ACCESS:
            value = values.get(setting)
            if value is not True:
                yield _finding(change, f"public access is possible ({setting})", "none", shown(value))


def _redis_user(change: Change, before: Value, after: Value) -> Iterator[Finding]:
    if before == after:
        return
    old = set(before.split()) if isinstance(before, str) else set()
    new = set(after.split()) if isinstance(after, str) else None
    opened = new is None or any(token.startswith(_OPENING_TOKENS) for token in new - old)
    if opened or any(token.startswith(_CLOSING_TOKENS) for token in old - (new or set())):
        yield _finding(change, "the user may do more (access_string)", shown(before), shown(after))


def _security_group(change: Change) -> Iterator[Finding]:
    for direction in ("ingress", "egress"):
        before = frozenset(_openings(change, change.before, direction))
        after = frozenset(_openings(change, change.after, direction))
        opened = [o for o in after if not any(old.covers(o) for old in before)]
        public = [opening for opening in opened if opening.is_public]
        if public:
            way = "from" if direction == "ingress" else "to"
            yield _finding(change, f"open {way} the internet ({direction})", _listed(before), _listed(public))
        elif opened and direction == "ingress" and not _is_new_group(change):
            yield _finding(change, "the security group lets more in (ingress)", _listed(before), _listed(opened))


def _is_new_group(change: Change) -> bool:
    """Whether the plan creates the group itself, so that nothing stands behind it yet."""
    if change.action is not Action.CREATE:
        return False
    return change.type in _GROUPS or (change.after or {}).get("security_group_id") is UNKNOWN


def _openings(change: Change, values: Mapping[str, Value] | None, direction: str) -> Iterator[Opening]:
    if values is None:
        return
    match change.type:
        case _ if change.type in _GROUPS:
            if values.get(direction) is UNKNOWN:
                yield _opening(UNKNOWN, {})
            for block in blocks(values, direction):
                yield from _of_rule(block)
        case "aws_security_group_rule" if values.get("type") == direction:
            yield from _of_rule(values)
        case "aws_vpc_security_group_ingress_rule" if direction == "ingress":
            yield from _of_rule(values)
        case "aws_vpc_security_group_egress_rule" if direction == "egress":
            yield from _of_rule(values)
        case _:
            return


def _of_rule(rule: Mapping[str, Value]) -> Iterator[Opening]:
    for name in _SOURCES:
        value = rule.get(name)
        if is_empty(value) or value is False:
            continue
        for source in value if isinstance(value, list) else [value]:
            yield _opening("the group itself" if source is True else source, rule)


def _opening(source: Value, rule: Mapping[str, Value]) -> Opening:
    protocol = rule.get("ip_protocol", rule.get("protocol", _EVERY_PROTOCOL))
    ports = [rule.get("from_port"), rule.get("to_port")]
    first, last = ports if protocol != _EVERY_PROTOCOL else (None, None)
    return Opening(
        source=shown(source),
        protocol=shown(protocol),
        first=first if isinstance(first, int) else 0,
        last=last if isinstance(last, int) else 65_535,
    )


def _source_covers(general: str, special: str) -> bool:
    if general == special:
        return True
    try:
        return ip_network(special, strict=False).subnet_of(ip_network(general, strict=False))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def _listed(openings: frozenset[Opening] | list[Opening]) -> str:
    return ", ".join(sorted(map(str, openings))) or "none"


def _finding(change: Change, what: str, before: str, after: str) -> Finding:
    return Finding(
        kind=Kind.WEAKEN,
        address=change.address,
        what=what,
        before=before,
        after=after,
        remedy="Close it to what is needed; if it is meant, allow it.",
    )

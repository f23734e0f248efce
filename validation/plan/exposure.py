"""Doors that a plan opens: security groups, public buckets, users of Redis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from validation.plan.finding import Finding, Kind
from validation.plan.model import Action, Change, Plan
from validation.plan.policy.public import is_public_network
from validation.plan.values import UNKNOWN, Value, at, blocks, is_empty, shown
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
_PUBLIC_GROUPS: Final = ("/AllUsers", "/AuthenticatedUsers")
_ROUTE_TABLES: Final = ("aws_default_route_table", "aws_route_table")
_DESTINATIONS: Final = ("cidr_block", "destination_cidr_block", "destination_ipv6_cidr_block", "ipv6_cidr_block")
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
        if _public_grants(change.after) - _public_grants(change.before):
            what = "public access (access_control_policy): everybody gets something of the bucket"
            yield _finding(change, what, _said(change.before), _said(change.after))
    if change.type in ("aws_route", *_ROUTE_TABLES) and change.action is not Action.DESTROY:
        yield from _routes(change)


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
    yield from _settings_of_buckets(change, values)


def _settings_of_buckets(change: Change, values: Mapping[str, Value]) -> Iterator[Finding]:
    """What a new setting of a bucket, an access point or the account leaves open to the public."""
    for setting in BLOCKS_OF_PUBLIC_ACCESS:
        value = values.get(setting)
        if change.type == "aws_s3_access_point":
            # Where nothing is said of it, AWS blocks.
            value = at(values, f"public_access_block_configuration.{setting}") is not False
        elif change.type not in ("aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"):
            continue
        if value is not True:
            yield _finding(change, f"public access is possible ({setting})", "none", shown(value))
    if change.type == "aws_s3_bucket_ownership_controls":
        ownership = at(values, "rule.object_ownership")
        if ownership != "BucketOwnerEnforced":
            yield _finding(change, "access control lists are in force (object_ownership)", "none", shown(ownership))


def _public_grants(values: Mapping[str, Value] | None) -> frozenset[tuple[str, str]]:
    """Group and permission of what an access control list gives to everybody."""
    return frozenset(
        (group, shown(grant.get("permission")))
        for grant in blocks(values, "access_control_policy.grant")
        if (group := shown(at(grant, "grantee.uri"))).endswith(_PUBLIC_GROUPS)
    )


def _said(values: Mapping[str, Value] | None) -> str:
    return ", ".join(sorted(" ".join(grant) for grant in _public_grants(values))) or "none"


def _routes(change: Change) -> Iterator[Finding]:
    """Ways between the internet and a subnet that had none; the subnets of a new table are empty yet."""
    before, after = (_internet_routes(change, values) for values in (change.before, change.after))
    is_new = change.before is None and (change.type != "aws_route" or at(change.after, "route_table_id") is UNKNOWN)
    if after - before and not is_new:
        what = "the internet reaches subnets, and they the internet (route)"
        yield _finding(change, what, ", ".join(sorted(before)) or "none", ", ".join(sorted(after)))


def _internet_routes(change: Change, values: Mapping[str, Value] | None) -> frozenset[str]:
    if values is None:
        return frozenset()
    routes = [values] if change.type == "aws_route" else blocks(values, "route")
    return frozenset(
        f"{destination} by {shown(route['gateway_id'])}"
        for route in routes
        for name in _DESTINATIONS
        if is_public_network(destination := shown(route.get(name)))
        and (route.get("gateway_id") is UNKNOWN or str(route.get("gateway_id")).startswith("igw-"))
    )


def _redis_user(change: Change, before: Value, after: Value) -> Iterator[Finding]:
    if before == after:
        return
    old = before.split() if isinstance(before, str) else []
    new = after.split() if isinstance(after, str) else []
    opened = not new or any(token.startswith(_OPENING_TOKENS) for token in new if token not in old)
    closed = all(token in new for token in old if token.startswith(_CLOSING_TOKENS))
    # Redis takes the words one after the other: the same ones in another order allow other things.
    is_in_order = [token for token in old if token in new] == [token for token in new if token in old]
    if opened or not closed or not is_in_order:
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

"""Who may do what on a node: ElastiCache users as a Redis ACL file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

# What ElastiCache lets nobody run
# (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/RestrictedCommands.html).
_RESTRICTED = (
    "acl|deluser", "acl|load", "acl|log", "acl|save", "acl|setuser", "bgrewriteaof", "bgsave", "cluster|addslots",
    "cluster|addslotsrange", "cluster|bumpepoch", "cluster|delslots", "cluster|delslotsrange", "cluster|failover",
    "cluster|flushslots", "cluster|forget", "cluster|meet", "cluster|replicate", "cluster|reset",
    "cluster|saveconfig", "cluster|set-config-epoch", "cluster|setslot", "config", "debug", "migrate", "psync",
    "replconf", "replicaof", "save", "slaveof", "shutdown", "sync",
)  # fmt: skip
# Redis 7.2 brought them; an ACL that names them keeps Redis 7.0 from starting.
_UNKNOWN_TO_REDIS_7_0 = frozenset({"client|setinfo", "client|no-touch", "waitaof"})


# https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#command-categories
_CATEGORIES = (
    "admin", "all", "bitmap", "blocking", "connection", "dangerous", "fast", "geo", "hash", "hyperloglog", "keyspace",
    "list", "pubsub", "read", "scripting", "set", "slow", "sortedset", "stream", "string", "transaction", "write",
)  # fmt: skip
# What an access string may hold; passwords come by another way.
_RULE = re.compile(
    rf"on|off|~\S+|%(R|W|RW)~\S+|&\S+|[+-]@({'|'.join(_CATEGORIES)})|[+-][\w|-]+"
    r"|(all|reset)(keys|channels)|(all|no)commands|clearselectors|\([^()]*\)",
    re.IGNORECASE,
)
_RULES = re.compile(r"\([^()]*\)|\S+")


@dataclass(frozen=True, kw_only=True)
class User:
    """A user as a node knows it; without a password hash it logs in with any password."""

    name: str
    access_string: str
    password_hashes: tuple[str, ...]


def invalid_rules(access_string: str) -> list[str]:
    """Return the parts of an access string that are none; whether commands exist, only a node knows."""
    return [rule for rule in _RULES.findall(access_string) if not _RULE.fullmatch(rule)]


def password_hash(password: str) -> str:
    """Return a password as ACL files hold it: SHA-256 in hexadecimal."""
    return hashlib.sha256(password.encode()).hexdigest()


# Nobody can log in as a user that is off. Its permissions matter all the same: with the default user's, Redis 7.0
# replays the transactions and scripts of its append-only file when it starts, and drops what they do not allow.
_DEFAULT_OFF = "user default reset off ~* &* +@all"


def render(users: Sequence[User], *, operator: User) -> str:
    """Render the ACL file: `users`, the default user off unless it is among them, and the sandbox's own operator."""
    names = {user.name for user in users}
    default = [] if "default" in names else [_DEFAULT_OFF]
    lines = [*default, *(_line(user, restrict=True) for user in users), _line(operator, restrict=False)]
    return "\n".join(lines) + "\n"


def _line(user: User, *, restrict: bool) -> str:
    if user.name == "default" and not _is_on(user.access_string):
        return _DEFAULT_OFF
    credentials = [f"#{digest}" for digest in user.password_hashes] or ["nopass"]
    rules = [
        rule for rule in _RULES.findall(user.access_string) if rule.lstrip("+-").lower() not in _UNKNOWN_TO_REDIS_7_0
    ]
    denied = [f"-{command}" for command in _RESTRICTED] if restrict else []
    return " ".join(["user", user.name, "reset", *credentials, *rules, *denied])


def _is_on(access_string: str) -> bool:
    """Whether somebody can log in: the last word on it counts, and a user begins as off."""
    words = [rule.lower() for rule in _RULES.findall(access_string)]
    return next((word == "on" for word in reversed(words) if word in {"on", "off"}), False)

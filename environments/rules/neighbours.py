"""What two environments must not have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Network

from environments.problems import FieldPath, Finding
from environments.replication_groups import cache_ids
from environments.schema import CreatedNetwork, Environment
from environments.standby import with_standby
from environments.wording import given


def findings(environment: Environment, others: Iterable[Environment]) -> Iterator[Finding]:
    """Names and address ranges of `environment` that one of the others has too."""
    for other in others:
        yield from _names(environment, other)
        yield from _accounts(environment, other)
        yield from _ranges(environment, other)


def _names(environment: Environment, other: Environment) -> Iterator[Finding]:
    if environment.account != other.account:
        return
    # "a-b" + "c" and "a" + "b-c" give the same names, and so do "a" + "b-replica" and the standby of "a" + "b".
    ours, theirs = ({id_ for one in with_standby(each) for id_ in cache_ids(one)} for each in (environment, other))
    if shared := sorted(ours & theirs):
        yield Finding(
            path=("prefix",),
            message=f"{given(environment.prefix)}, which gives the same names ({shared[0]}) as "
            f"environment {other.name} in the same account: choose another prefix",
        )


def _accounts(environment: Environment, other: Environment) -> Iterator[Finding]:
    def owns(each: Environment) -> bool:
        # What an account has once belongs to the bootstrap stack, which only such an environment has.
        return each.owns_account and each.state == "bucket"

    if environment.account == other.account and owns(environment) and owns(other):
        yield Finding(
            path=("owns_account",),
            message=f"given true, as in environment {other.name} in the same account: set it to false in one of them",
        )


def _ranges(environment: Environment, other: Environment) -> Iterator[Finding]:
    # The network of a standby is that of its own settings.
    paths: tuple[FieldPath, ...] = (("network",), ("redis", "replica", "network"))
    for path, here in zip(paths, with_standby(environment), strict=False):
        for there in with_standby(other):
            yield from _range(path, here, there, other.name)


def _range(path: FieldPath, here: Environment, there: Environment, name: str) -> Iterator[Finding]:
    ours, theirs = here.network, there.network
    if not isinstance(ours, CreatedNetwork) or not isinstance(theirs, CreatedNetwork):
        return
    if not ours.cidr.overlaps(theirs.cidr):
        return
    # Networks that never meet may have the same addresses.
    if (here.account, here.region) == (there.account, there.region):
        meeting = "in the same account and region"
    elif shared := _shared(ours.peer_cidrs, theirs.peer_cidrs):
        meeting = f"which is peered with {shared} too"
    else:
        return
    yield Finding(
        path=(*path, "cidr"),
        message=f"given {ours.cidr}, which overlaps {theirs.cidr} of environment {name}, {meeting}: "
        "choose another range",
    )


def _shared(ours: Iterable[IPv4Network], theirs: Sequence[IPv4Network]) -> IPv4Network | None:
    return next((peer for peer in ours if any(peer.overlaps(other) for other in theirs)), None)

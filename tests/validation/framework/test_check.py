"""Checks: what makes one, and which are chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from validation.framework.check import Check, check, select
from validation.framework.result import Finding, Severity, Tier, compare


def nothing_special(_context: None) -> Sequence[str]:
    return ["one"]


def a_check(id_: str) -> Check[None]:
    @check(id_, "Title", severity=Severity.HIGH, each=nothing_special)
    def examine(_context: None, _resource: str) -> Iterator[Finding]:
        """Compares a thing
        over two lines."""
        yield compare("thing", expected=1, found=1)

    return examine


def test_a_check_knows_its_tier_and_explains_itself() -> None:
    made = a_check("s3.policy")

    assert made.tier is Tier.S3
    assert made.explanation == "Compares a thing over two lines."


@pytest.mark.parametrize("bad", ["s3", "nothing.policy", "s3.Policy", "s3.", "s3.policy.more"])
def test_an_id_must_name_a_tier_and_a_thing(bad: str) -> None:
    with pytest.raises(ValueError, match=r"must be <tier>\.<what>"):
        a_check(bad)


def test_a_check_must_say_what_it_compares() -> None:
    def examine(_context: None, _resource: str) -> Iterator[Finding]:
        yield compare("thing", expected=1, found=1)

    with pytest.raises(ValueError, match="needs a docstring"):
        check("s3.policy", "Title", severity=Severity.HIGH, each=nothing_special)(examine)


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ([], ["s3.policy", "s3.versioning", "redis.tls"]),
        (["s3"], ["s3.policy", "s3.versioning"]),
        (["*.policy"], ["s3.policy"]),
        (["redis", "s3.ver*"], ["s3.versioning", "redis.tls"]),
    ],
)
def test_checks_are_chosen_by_tier_or_glob(patterns: list[str], chosen: list[str]) -> None:
    checks = [a_check(id_) for id_ in ("s3.policy", "s3.versioning", "redis.tls")]

    assert [each.id for each in select(checks, patterns)] == chosen


def test_a_pattern_that_matches_nothing_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"--only s4: no check matches.*platform, access, dynamodb, s3, redis, backup, monitoring"
    ):
        select([a_check("s3.policy")], ["s4"])

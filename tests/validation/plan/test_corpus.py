"""A corpus of plans with the verdict on each: what must never pass, and what must not be held up."""

from __future__ import annotations

import pytest

from tests.validation.plan.builder import reviewed
from tests.validation.plan.corpus import (
    backups,
    drift,
    encryption,
    harmless,
    permissions,
    protection,
    stateful,
    traces,
    ways_in,
)
from tests.validation.plan.corpus.case import Case
from validation.plan.values import HIDDEN

CORPUS = (
    *stateful.CASES,
    *protection.CASES,
    *backups.CASES,
    *permissions.CASES,
    *encryption.CASES,
    *ways_in.CASES,
    *traces.CASES,
    *harmless.CASES,
    *drift.CASES,
)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.id)
def test_the_verdict_on_a_plan(case: Case) -> None:
    review = reviewed(case.plan)

    blocking = sorted((finding.kind.value, finding.address) for finding in review.findings if finding.blocks)
    notices = {finding.address for finding in review.findings if finding.kind == "notice"}
    assert blocking == sorted(case.blocked)
    assert notices == set(case.notices)
    assert review.is_blocked == bool(case.blocked)


def test_the_corpus_is_as_large_as_it_claims() -> None:
    assert len(CORPUS) >= 270
    assert len({case.id for case in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.id)
def test_every_finding_says_what_to_do(case: Case) -> None:
    for finding in reviewed(case.plan).findings:
        assert finding.what
        assert finding.remedy.endswith(".")


def test_a_hidden_policy_stays_hidden() -> None:
    (case,) = (case for case in CORPUS if case.id == "a policy that nobody may see")

    (finding,) = reviewed(case.plan).findings

    assert "DenyInsecureTransport" not in repr(finding)
    assert HIDDEN not in finding.remedy

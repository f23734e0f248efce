"""The comment on a pull request: readable, harmless, and never too long."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from environments.schema import AllowedChange
from tests.validation.plan import objects as o
from tests.validation.plan.builder import (
    TODAY,
    created,
    destroyed,
    environment,
    moved,
    plan,
    replaced,
    unchanged,
    updated,
)
from validation.plan.checkov import CheckovReport, FailedCheck, Suppression
from validation.plan.document import review_document
from validation.plan.markdown import LIMIT, code, marker, plain, render
from validation.plan.model import read_plan
from validation.plan.review import review

TABLE = "aws_dynamodb_table.core"
OLD = "aws_dynamodb_table.old"
REASON = "its data lives in core since March"


def entry(address: str = OLD, *, days: int = 0) -> AllowedChange:
    return AllowedChange.model_validate(
        {"address": address, "action": "destroy", "reason": REASON, "until": TODAY + timedelta(days=days)}
    )


def comment(
    document: dict[str, Any], *, limit: int = LIMIT, allowed: tuple[AllowedChange, ...] = (), **more: Any
) -> str:
    """The comment on a plan of `dev`."""
    return render(
        review_document(review(read_plan(document), environment(allowed=allowed), today=TODAY, **more)), limit=limit
    )


def test_a_clean_plan_says_so_in_its_heading_and_is_marked() -> None:
    text = comment(plan(created(TABLE, o.TABLE)))

    assert text.splitlines()[:2] == [marker("dev"), "## ✅ Plan of `dev`: clean"]
    assert "1 to create · about $4.75 a month (+$4.75)" in text
    assert "### Blocked" not in text


def test_a_blocked_plan_says_what_forces_it_and_how_to_allow_it() -> None:
    text = comment(plan(replaced(TABLE, o.TABLE, by=[["hash_key"]], hash_key="id")))

    assert "## ⛔ Plan of `dev`: blocked" in text
    assert f"- **replace** `{TABLE}`: is deleted and created anew, empty: hash_key forces it\n  - `pk` → `id`" in text
    assert f"    - address: {TABLE}\n      action: replace\n" in text
    assert f"| `{TABLE}` | hash_key forces it | `pk` | `id` |" in text


@pytest.mark.parametrize("key", ["old", "a: b", "a #b", "it's: b"])
def test_what_it_says_of_allowing_is_yaml_that_names_the_address(key: str) -> None:
    address = f'{TABLE}["{key}"]'

    text = comment(plan(destroyed(address, o.TABLE)))

    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert yaml.safe_load(example)["plan"]["allowed"][0]["address"] == address


def test_an_allowed_change_shows_its_reason_and_day_and_stale_entries_are_told() -> None:
    text = comment(
        plan(destroyed(OLD, o.TABLE)), allowed=(entry(), entry("aws_s3_bucket.a", days=-1), entry("aws_s3_bucket.b"))
    )

    assert f"  - until {TODAY}: {REASON}" in text
    assert "for destroy of `aws_s3_bucket.a` until 2026-11-21 is over: remove it" in text
    assert "for destroy of `aws_s3_bucket.b` until 2026-11-22 does nothing: remove it" in text


def test_drift_stands_apart_from_changes() -> None:
    text = comment(plan(unchanged(TABLE, o.TABLE), drift=[updated(TABLE, o.TABLE, tags={"Name": "x"})]))

    assert "no changes · " in text
    assert "1 changed outside Terraform" in text
    assert f"- `{TABLE}` was changed; the plan leaves it so\n  - tags.Name: `core` → `x`" in text


def test_checkov_stands_in_the_same_comment() -> None:
    report = CheckovReport(
        passed=140,
        failed=(FailedCheck(id="CKV_AWS_28", title="Ensure recovery", address=TABLE),),
        suppressed=(FailedCheck(id="CKV_AWS_144", title="Ensure", address="aws_s3_bucket.logs", reason=REASON),),
        void=(Suppression(id="CKV_AWS_1", address=TABLE, reason=""),),
    )

    text = comment(plan(unchanged(TABLE, o.TABLE)), checkov=report)

    assert "### Checkov: 140 passed, 1 failed, which blocks production only" in text
    assert f"- CKV_AWS_28 Ensure recovery, `{TABLE}`" in text
    assert f"- CKV_AWS_144 Ensure, `aws_s3_bucket.logs`: {REASON}" in text
    assert "the note for CKV_AWS_1" in text


def test_without_checkov_it_says_how_to_install_it() -> None:
    assert "`python3 -m toolchain checkov`" in comment(plan())


def test_a_move_shows_where_it_came_from() -> None:
    assert f"- move `{TABLE}` (was `{OLD}`)" in comment(plan(moved(unchanged(TABLE, o.TABLE), from_=OLD)))


LARGE = plan(
    *(destroyed(f"aws_dynamodb_table.t{n}", {**o.TABLE, "name": f"t{n}"}) for n in range(300)),
    *(updated(f"aws_s3_bucket_policy.p{n}", o.BUCKET_POLICY, policy=o.policy(o.READ)) for n in range(300)),
    *(replaced(f"aws_dynamodb_table.r{n}", o.TABLE, by=[["hash_key"]], hash_key="x" * 500) for n in range(300)),
    drift=[updated(f"aws_dynamodb_table.d{n}", o.TABLE, tags={"Name": "y" * 500}) for n in range(300)],
)


@pytest.mark.parametrize("limit", [LIMIT, 20_000, 6_000])
def test_a_large_review_fits_and_says_what_is_missing(limit: int) -> None:
    text = comment(LARGE, limit=limit)

    assert len(text) <= limit
    assert "## ⛔ Plan of `dev`: blocked" in text
    assert re.search(r"… and \d+ more, in review.json", text)
    assert text.count("<details>") == text.count("</details>")
    assert text.count("```") % 2 == 0


def test_every_section_of_a_large_review_is_there() -> None:
    text = comment(LARGE)

    for title in ("Blocked", "Replaced", "Changes by tier", "Cost a month", "Every change", "Drift"):
        assert title in text


@given(text=st.text())
def test_code_stays_code_whatever_it_is(text: str) -> None:
    shown = code(text)

    fence = re.match("`+", shown)
    assert fence is not None
    assert shown.endswith(fence.group())
    assert fence.group() not in shown[len(fence.group()) : -len(fence.group())]
    assert "\n" not in shown


@given(text=st.text())
def test_plain_text_is_no_tag_and_mentions_nobody(text: str) -> None:
    assert not set(plain(text)) & set("<>@\n")


@pytest.mark.parametrize(
    "name", ["![x](https://example.com/x.png)", "[here](https://example.com)", "**all is well**", "`x`", "_x_", "~~x~~"]
)
def test_a_name_is_no_markdown(name: str) -> None:
    rules = [{"id": name, "status": "Enabled", "expiration": [{"days": 1}]}]

    text = comment(plan(updated("aws_s3_bucket_lifecycle_configuration.x", {**o.LIFECYCLE, "rule": []}, rule=rules)))

    (line,) = (line for line in text.splitlines() if line.startswith("- **unprotect**"))
    assert name not in line
    assert re.sub(r"\\(.)", r"\1", line).count(name) == 1


def test_words_stay_readable() -> None:
    assert plain("hash_key forces it") == "hash_key forces it"


def test_a_hostile_value_breaks_no_table() -> None:
    evil = "| `x` | </details> @everyone\n# heading"

    text = comment(plan(replaced("aws_elasticache_parameter_group.p", {"family": evil}, by=[["family"]], family="y")))

    (row,) = (line for line in text.splitlines() if line.startswith("| `aws_elasticache_parameter_group.p`"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 5
    assert "\n# heading" not in text

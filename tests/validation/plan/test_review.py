"""What a review tells beside the verdict: causes, drift, allowances, sums."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from environments.schema import AllowedChange
from tests.validation.plan import objects as o
from tests.validation.plan.builder import (
    TODAY,
    created,
    destroyed,
    environment,
    findings_of,
    imported,
    moved,
    only_finding,
    plan,
    replaced,
    reviewed,
    unchanged,
    updated,
)
from validation.plan.checkov import CheckovReport, FailedCheck
from validation.plan.model import read_plan
from validation.plan.review import review
from validation.plan.tiers import Tier, tier_of

TABLE = "aws_dynamodb_table.core"
REASON = "replaced by the table core in March"


def allow(action: str, *, address: str = TABLE, until: date = TODAY) -> AllowedChange:
    return AllowedChange.model_validate({"address": address, "action": action, "reason": REASON, "until": until})


class TestReplacement:
    def test_the_attribute_that_forces_it_is_named_with_its_values(self) -> None:
        finding = only_finding(replaced(TABLE, o.TABLE, by=[["hash_key"]], hash_key="id"))

        assert "hash_key forces it" in finding.what
        assert (finding.before, finding.after) == ("pk", "id")

    def test_nested_attributes_are_named_by_their_path(self) -> None:
        finding = only_finding(
            replaced(TABLE, o.TABLE, by=[["global_secondary_index", 0, "hash_key"], ["hash_key"]], hash_key="id")
        )

        assert "global_secondary_index[0].hash_key, hash_key force it" in finding.what
        assert finding.after == "global_secondary_index[0].hash_key = gsi1pk, hash_key = id"

    def test_without_an_attribute_terraform_s_own_reason_is_told(self) -> None:
        finding = only_finding(replaced(TABLE, o.TABLE, reason="replace_because_tainted"))

        assert "it is tainted" in finding.what
        assert finding.before == finding.after == ""

    def test_replacements_of_what_holds_no_data_are_listed_and_block_nothing(self) -> None:
        group = "aws_elasticache_parameter_group.p"

        result = reviewed(plan(replaced(group, {"family": "redis7"}, by=[["family"]], family="valkey8")))

        ((change, cause),) = result.replacements
        assert (change.address, cause.before, cause.after) == (group, "redis7", "valkey8")
        assert not result.is_blocked


class TestDestroy:
    def test_the_reason_is_told(self) -> None:
        assert "no longer in the code" in only_finding(destroyed(TABLE, o.TABLE)).what

    def test_a_renamed_construct_is_recognized_by_its_name(self) -> None:
        finding = only_finding(destroyed(TABLE, o.TABLE), created("aws_dynamodb_table.renamed", o.TABLE))

        assert "aws_dynamodb_table.renamed" in finding.remedy
        assert "moved" in finding.remedy

    def test_another_table_is_no_successor(self) -> None:
        finding = only_finding(
            destroyed(TABLE, o.TABLE), created("aws_dynamodb_table.other", {**o.TABLE, "name": "other"})
        )

        assert "aws_dynamodb_table.other" not in finding.remedy

    def test_what_an_interrupted_replacement_left_is_named(self) -> None:
        finding = only_finding(destroyed(TABLE, o.TABLE, because="", deposed="0a1b2c3d"))

        assert "an interrupted replacement left (deposed 0a1b2c3d)" in finding.what


class TestPolicy:
    def test_of_one_that_is_not_known_yet_that_is_said(self) -> None:
        finding = only_finding(updated("aws_s3_bucket_policy.a", o.BUCKET_POLICY, unknown={"policy": True}))

        assert "policy is not known before apply" in finding.what

    def test_of_one_that_is_none_that_is_said(self) -> None:
        finding = only_finding(updated("aws_s3_bucket_policy.a", o.BUCKET_POLICY, policy="oops"))

        assert "policy is no policy that can be read" in finding.what


class TestAllowance:
    def test_an_entry_lets_the_change_pass_and_its_reason_is_told(self) -> None:
        result = reviewed(plan(destroyed(TABLE, o.TABLE)), allowed=[allow("destroy")])

        (finding,) = result.findings
        assert not result.is_blocked
        assert finding.allowed is not None
        assert finding.allowed.reason == REASON

    def test_the_last_day_counts_and_the_next_does_not(self) -> None:
        document = plan(destroyed(TABLE, o.TABLE))

        assert not reviewed(document, allowed=[allow("destroy", until=TODAY)]).is_blocked
        late = reviewed(document, allowed=[allow("destroy", until=TODAY - timedelta(days=1))])
        assert late.is_blocked
        assert [entry.address for entry in late.expired] == [TABLE]

    @pytest.mark.parametrize(
        "entry",
        [
            allow("replace"),
            allow("destroy", address="aws_dynamodb_table.other"),
            allow("destroy", address="aws_dynamodb_table.*"),
        ],
    )
    def test_another_action_or_address_does_not_help_and_is_told(self, entry: AllowedChange) -> None:
        result = reviewed(plan(destroyed(TABLE, o.TABLE)), allowed=[entry])

        assert result.is_blocked
        assert result.unused == (entry,)

    def test_an_entry_without_effect_is_told_although_the_plan_is_clean(self) -> None:
        result = reviewed(plan(unchanged(TABLE, o.TABLE)), allowed=[allow("destroy")])

        assert not result.is_blocked
        assert len(result.unused) == 1

    def test_one_entry_covers_all_findings_of_its_kind_only(self) -> None:
        change = updated(TABLE, o.TABLE, deletion_protection_enabled=False, replica=[], point_in_time_recovery=[])

        result = reviewed(plan(change), allowed=[allow("unprotect")])

        assert {finding.kind.value for finding in result.findings if finding.blocks} == {"destroy"}
        assert len([finding for finding in result.findings if finding.allowed]) == 3


class TestDrift:
    TAGGED = updated(TABLE, o.TABLE, tags={"Name": "core", "By": "hand"}, arn="other")

    def test_only_attributes_that_the_code_sets_are_drift(self) -> None:
        (drift,) = reviewed(plan(unchanged(TABLE, o.TABLE), drift=[self.TAGGED], declared={TABLE: ["tags"]})).drift

        assert [path for path, _, _ in drift.differences] == [("tags", "By")]
        assert drift.outcome == "the plan leaves it so"

    def test_a_block_more_than_the_code_has_is_drift(self) -> None:
        west, east = ({"region_name": region} for region in ("us-west-2", "us-east-2"))
        drifted = updated(TABLE, {**o.TABLE, "replica": [west]}, replica=[west, east])
        document = plan(drift=[drifted], declared={TABLE: ["replica"]})
        (resource,) = document["configuration"]["root_module"]["resources"]
        resource["expressions"]["replica"] = [{"region_name": {"constant_value": "us-west-2"}}]

        (drift,) = reviewed(document).drift

        assert drift.differences == ((("replica",), [west], [west, east]),)

    def test_drift_in_nothing_that_the_code_sets_is_none(self) -> None:
        assert reviewed(plan(drift=[self.TAGGED], declared={TABLE: ["name"]})).drift == ()

    def test_what_a_block_leaves_to_the_provider_is_no_drift(self) -> None:
        user = {"authentication_mode": [{"type": "iam", "password_count": 0}]}
        drifted = updated("aws_elasticache_user.a", user, authentication_mode=[{"type": "iam", "password_count": 1}])
        document = plan(drift=[drifted])
        document["configuration"]["root_module"]["resources"] = [
            {
                "address": "aws_elasticache_user.a",
                "type": "aws_elasticache_user",
                "name": "a",
                "expressions": {"authentication_mode": [{"type": {"constant_value": "iam"}}]},
            }
        ]

        assert reviewed(document).drift == ()

    def test_a_rule_of_another_resource_is_no_drift_of_the_security_group(self) -> None:
        opened = updated("aws_security_group.a", {"ingress": []}, ingress=[{"cidr_blocks": ["10.0.0.0/16"]}])

        result = reviewed(plan(drift=[opened], declared={"aws_security_group.a": ["name"]}))

        assert (result.drift, result.findings) == ((), ())

    @pytest.mark.parametrize("index", ["[0]", '["a"]', r'["a]\"b"]'])
    def test_an_index_is_no_part_of_the_block_s_address(self, index: str) -> None:
        elsewhere = updated(TABLE, o.TABLE, arn="other")
        document = plan(
            drift=[{**each, "address": f"{TABLE}{index}"} for each in (self.TAGGED, elsewhere)],
            declared={TABLE: ["tags"]},
        )

        assert len(reviewed(document).drift) == 1

    def test_null_and_empty_are_alike(self) -> None:
        document = plan(drift=[updated(TABLE, {**o.TABLE, "tags": None}, tags={})])

        assert reviewed(document).drift == ()

    @pytest.mark.parametrize(
        ("change", "outcome"),
        [
            (updated(TABLE, o.TABLE, tags={}), "the plan changes it"),
            (created(TABLE, o.TABLE), "the plan creates it anew"),
            (replaced(TABLE, o.TABLE), "the plan replaces it"),
            (destroyed(TABLE, o.TABLE), "the plan destroys it"),
        ],
    )
    def test_what_the_plan_does_about_it_is_told(self, change: dict[str, object], outcome: str) -> None:
        (drift,) = reviewed(plan(change, drift=[self.TAGGED])).drift

        assert drift.outcome == outcome


class TestVerdict:
    CLEAN = plan(unchanged(TABLE, o.TABLE))
    FAILED = CheckovReport(
        passed=1, failed=(FailedCheck(id="CKV_AWS_1", title="Ensure", address=TABLE),), suppressed=(), void=()
    )

    @pytest.mark.parametrize(("name", "blocked"), [("dev", False), ("prod", True)])
    def test_what_checkov_finds_blocks_production_only(self, name: str, blocked: bool) -> None:
        result = review(read_plan(self.CLEAN), environment(name), today=TODAY, checkov=self.FAILED)

        assert result.is_blocked == blocked

    @pytest.mark.parametrize(
        "document",
        [
            plan(updated(TABLE, o.TABLE, tags={})),
            plan(moved(unchanged(TABLE, o.TABLE), from_="aws_dynamodb_table.old")),
            plan(output_changes={"tables": {"actions": ["update"]}}),
            plan(unchanged(TABLE, o.TABLE), drift=[updated(TABLE, o.TABLE, tags={})]),
            plan(unchanged(TABLE, o.TABLE), complete=False),
        ],
    )
    def test_after_a_deployment_any_change_and_any_drift_blocks(self, document: dict[str, object]) -> None:
        def is_blocked(*, must_be_empty: bool) -> bool:
            return review(read_plan(document), environment(), today=TODAY, must_be_empty=must_be_empty).is_blocked

        assert is_blocked(must_be_empty=True)
        assert not is_blocked(must_be_empty=False)

    def test_an_empty_plan_is_clean_after_a_deployment(self) -> None:
        assert not review(read_plan(self.CLEAN), environment(), today=TODAY, must_be_empty=True).is_blocked

    def test_the_gravest_comes_first(self) -> None:
        found = findings_of(
            updated("aws_s3_bucket_policy.a", o.BUCKET_POLICY, policy=o.policy(o.READ)),
            updated("aws_s3_bucket.a", o.BUCKET, force_destroy=True),
            destroyed(TABLE, o.TABLE),
        )

        assert [finding.kind.value for finding in found] == ["destroy", "unprotect", "weaken"]


class TestApproval:
    PLANNED = plan(updated(TABLE, o.TABLE, tags={}), unchanged("aws_kms_key.a", o.KMS_KEY))

    def fingerprint(self, document: dict[str, object]) -> str:
        return reviewed(document).fingerprint

    def test_the_plan_that_was_approved_may_be_applied(self) -> None:
        approved = self.fingerprint(self.PLANNED)

        assert not review(read_plan(self.PLANNED), environment(), today=TODAY, approved=approved).is_blocked

    def test_the_order_and_what_does_not_change_make_no_other_plan(self) -> None:
        other = plan(unchanged("aws_kms_key.b", o.KMS_KEY), updated(TABLE, {**o.TABLE, "ttl": []}, tags={}, ttl=[]))

        assert self.fingerprint(other) == self.fingerprint(self.PLANNED)

    @pytest.mark.parametrize(
        "other",
        [
            plan(),
            plan(updated(TABLE, o.TABLE, tags={"Name": "else"})),
            plan(updated(TABLE, {**o.TABLE, "tags": {"Name": "drifted"}}, tags={})),
            plan(updated(TABLE, o.TABLE, unknown={"tags": True})),
            plan(updated(f"{TABLE}[0]", o.TABLE, tags={})),
            plan(moved(updated(TABLE, o.TABLE, tags={}), from_="aws_dynamodb_table.old")),
            plan(imported(updated(TABLE, o.TABLE, tags={}))),
            plan(updated(TABLE, o.TABLE, tags={}), created("aws_s3_bucket.a", o.BUCKET)),
            plan(updated(TABLE, o.TABLE, tags={}), output_changes={"tables": {"actions": ["update"]}}),
        ],
    )
    def test_another_plan_is_not_the_approved_one(self, other: dict[str, object]) -> None:
        approved = self.fingerprint(self.PLANNED)

        result = review(read_plan(other), environment(), today=TODAY, approved=approved)

        (reason,) = result.reasons()
        assert f"is not the approved one, {approved}" in reason

    def test_to_delete_what_an_interrupted_replacement_left_is_another_plan(self) -> None:
        left, whole = (plan(destroyed(TABLE, o.TABLE, because="", deposed=key)) for key in ("0a1b2c3d", ""))

        assert self.fingerprint(left) != self.fingerprint(whole)


class TestSummary:
    def test_changes_are_counted_by_tier(self) -> None:
        document = plan(
            created("aws_s3_bucket.a", o.BUCKET),
            created("aws_s3_bucket_policy.a", o.BUCKET_POLICY),
            moved(updated(TABLE, o.TABLE, tags={}), from_="aws_dynamodb_table.old"),
            unchanged("aws_kms_key.a", o.KMS_KEY),
            destroyed("aws_subnet.a", {}),
        )

        counted = {tier.tier.value: dict(tier.counts) for tier in reviewed(document).summary}

        assert counted == {"dynamodb": {"update": 1, "move": 1}, "s3": {"create": 2}, "network": {"destroy": 1}}

    def test_an_import_is_a_change(self) -> None:
        (tier,) = reviewed(plan(imported(unchanged(TABLE, o.TABLE)))).summary

        assert dict(tier.counts) == {"import": 1}

    @pytest.mark.parametrize(
        ("type_", "tier"),
        [
            ("aws_dynamodb_table", Tier.DYNAMODB),
            ("aws_s3control_access_point_policy", Tier.S3),
            ("aws_elasticache_user", Tier.REDIS),
            ("aws_vpc_security_group_ingress_rule", Tier.NETWORK),
            ("aws_default_security_group", Tier.NETWORK),
            ("aws_cloudwatch_metric_alarm", Tier.MONITORING),
            ("aws_iam_role", Tier.ACCESS),
            ("aws_appautoscaling_target", Tier.SCALING),
            ("aws_ssm_parameter", Tier.CONNECTION),
            ("aws_lambda_function", Tier.OTHER),
            ("google_storage_bucket", Tier.OTHER),
        ],
    )
    def test_every_type_has_a_tier(self, type_: str, tier: Tier) -> None:
        assert tier_of(type_) is tier

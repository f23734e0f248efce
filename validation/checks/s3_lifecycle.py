"""How objects age, against what the environment says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from environments.schema import BucketSettings, LifecycleRule
from validation.checks.s3_settings import buckets
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, compare
from validation.live import s3


@check("s3.lifecycle", "Objects age as configured", severity=Severity.HIGH, each=buckets)
def lifecycle(context: Context, bucket: str) -> Iterator[Finding]:
    """When old versions, incomplete uploads and current objects go, and when objects change tier.

    Nothing else: an unknown rule may delete data that must stay.
    """
    rules = context.ask(s3.lifecycle, context.environment.bucket_name(bucket))
    expected = declared_ageing(context.environment.bucket(bucket))
    found = live_ageing(rules)
    for what in sorted(expected.keys() | found.keys()):
        yield compare(what, expected=expected.get(what), found=found.get(what))


@check("s3.archive", "Archive tiers are as configured", severity=Severity.MEDIUM, each=buckets)
def archive(context: Context, bucket: str) -> Iterator[Finding]:
    """After how many days without access Intelligent-Tiering archives an object, which then takes hours to restore."""
    settings = context.environment.bucket(bucket)
    days = {
        "ARCHIVE_ACCESS": settings.archive_access_days,
        "DEEP_ARCHIVE_ACCESS": settings.deep_archive_access_days,
    }
    configurations = context.ask(s3.archive_configurations, context.environment.bucket_name(bucket))
    yield compare(
        "days until archived",
        expected={tier: after for tier, after in days.items() if after is not None},
        found={
            tier["AccessTier"]: tier["Days"]
            for configuration in configurations
            if configuration["Status"] == "Enabled"
            for tier in configuration["Tierings"]
        },
    )


def declared_ageing(settings: BucketSettings) -> dict[str, Json]:
    """What the settings of a bucket ask for, in the words of `live_ageing`."""
    days = {
        "days until incomplete uploads are removed": settings.abort_multipart_days,
        "days until noncurrent versions are removed": settings.noncurrent_version_days,
        "days until INTELLIGENT_TIERING": settings.intelligent_tiering_days,
        "days until current objects expire": settings.expiration_days,
    }
    expected: dict[str, Json] = {what: after for what, after in days.items() if after is not None}
    for rule in settings.lifecycle:
        expected[f"rule {rule.id} is for"] = _selection(rule)
        if rule.transition_days is not None:
            expected[f"rule {rule.id} for some objects: days until {rule.storage_class}"] = rule.transition_days
        if rule.expiration_days is not None:
            expected[f"rule {rule.id} for some objects: days until current objects expire"] = rule.expiration_days
    return expected


def _selection(rule: LifecycleRule) -> Json:
    return _criteria(
        prefix=rule.prefix, tags=rule.tags, larger_than=rule.larger_than_bytes, smaller_than=rule.smaller_than_bytes
    )


def _live_selection(rule: Mapping[str, Any]) -> Json:
    """Several criteria stand together in `And`, one of them by itself."""
    chosen: Mapping[str, Any] = rule.get("Filter", {})
    together: Mapping[str, Any] = chosen.get("And", chosen)
    tags = together.get("Tags", [chosen["Tag"]] if "Tag" in chosen else [])
    return _criteria(
        prefix=together.get("Prefix") or rule.get("Prefix", ""),
        tags={tag["Key"]: tag["Value"] for tag in tags},
        larger_than=together.get("ObjectSizeGreaterThan"),
        smaller_than=together.get("ObjectSizeLessThan"),
    )


def _criteria(*, prefix: str, tags: Mapping[str, str], larger_than: int | None, smaller_than: int | None) -> Json:
    stated: dict[str, Json] = {
        "prefix": prefix or None,
        "tags": dict(tags) or None,
        "larger than": larger_than,
        "smaller than": smaller_than,
    }
    return {name: value for name, value in stated.items() if value is not None}


def live_ageing(rules: Iterable[Mapping[str, Any]]) -> dict[str, Json]:
    """What the enabled rules do to every object; a rule for some objects, or with another effect, by its id.

    Where two rules do the same, the earlier counts, as in S3.
    """
    found: dict[str, Json] = {}
    for rule in (rule for rule in rules if rule["Status"] == "Enabled"):
        is_for_all = _is_for_every_object(rule)
        if not is_for_all:
            found[f"rule {rule.get('ID')} is for"] = _live_selection(rule)
        for what, days in _effects(rule).items():
            if not is_for_all:
                found[f"rule {rule.get('ID')} for some objects: {what}"] = days
            else:
                known = found.get(what)
                found[what] = min(known, days) if isinstance(known, int) else days
    return found


def _effects(rule: Mapping[str, Any]) -> dict[str, int]:
    """What a rule does and after how many days; an expiry of lone delete markers removes no data and is left out."""
    effects: dict[str, int] = {}
    if "AbortIncompleteMultipartUpload" in rule:
        days = rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]
        effects["days until incomplete uploads are removed"] = days
    if "NoncurrentVersionExpiration" in rule:
        days = rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
        effects["days until noncurrent versions are removed"] = days
    if "Days" in rule.get("Expiration", {}):
        effects["days until current objects expire"] = rule["Expiration"]["Days"]
    if "Date" in rule.get("Expiration", {}):
        effects[f"current objects expire on {rule['Expiration']['Date']}"] = 0
    for transition in rule.get("Transitions", []):
        effects[f"days until {transition['StorageClass']}"] = transition.get("Days", 0)
    for transition in rule.get("NoncurrentVersionTransitions", []):
        effects[f"days until noncurrent versions move to {transition['StorageClass']}"] = transition["NoncurrentDays"]
    return effects


def _is_for_every_object(rule: Mapping[str, Any]) -> bool:
    # S3 answers an absent filter as {} or as an empty prefix, in either of two places.
    return not rule.get("Prefix") and rule.get("Filter", {}) in ({}, {"Prefix": ""})

"""What a restore drill measured, as a JSON document."""

from __future__ import annotations

from collections.abc import Sequence

from validation.drill.measurement import Verdict
from validation.drill.report import common_entries, rounded
from validation.drill.restore.measurement import Measurement, figures
from validation.drill.restore.stage import Stage
from validation.framework.result import Json
from validation.report.document import Subject


def restore_document(
    subject: Subject, stage: Stage, measurement: Measurement, verdicts: Sequence[Verdict]
) -> dict[str, Json]:
    """Everything that was measured: `measured` for machines, `verdicts`, `figures` and `timeline` in words."""
    items = measurement.items
    return {
        **common_entries(
            subject,
            title=f"Restore drill of {subject.environment}, table {stage.table}, bucket {stage.bucket}",
            started_at=measurement.restore_point,
            verdicts=verdicts,
            figures=figures(measurement, at_the_sandbox=subject.target == "sandbox"),
            timeline=measurement.timeline,
            interrupted=measurement.interrupted,
        ),
        "table": stage.table,
        "bucket": stage.bucket,
        "measured": {
            "restorable_seconds": rounded(measurement.restorable_seconds),
            "recovery_seconds": rounded(measurement.recovery_seconds),
            "items": None if items is None else items.expected,
            "items_missing": None if items is None else items.missing,
            "items_wrong": None if items is None else items.wrong,
            "items_from_later": None if items is None else items.from_later,
            "differences": None if measurement.differences is None else list(measurement.differences),
            "set_again": list(measurement.set_again),
            "objects_lost": measurement.objects_lost,
            "object_seconds": rounded(measurement.object_seconds),
        },
    }

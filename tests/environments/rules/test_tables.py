"""Settings of tables that do not fit together are refused before anything is deployed."""

from __future__ import annotations

import pytest

from tests.environments.conftest import ProblemsOf

RANGE = "{minimum: 5, maximum: 50}"
UNITS = "read_capacity: 5, write_capacity: 5"
MORNING = "{at: 'cron(0 7 * * ? *)', time_zone: Europe/Berlin, minimum: 9}"
EVENING = "{at: 'cron(0 19 * * ? *)', time_zone: Europe/Berlin, minimum: 6}"


def core(settings: str) -> str:
    return f"disaster_recovery_region: us-west-2\ntables: {{core: {{{settings}}}}}\n"


def scaled(read: str) -> str:
    return core(f"billing: {{mode: autoscaled, read: {read}, write: {RANGE}}}")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        pytest.param(
            core("billing: {mode: on_demand, indexes: {gsi3: {max_read_units: 5}}}"),
            "tables.core.billing.indexes.gsi3: unknown (did you mean gsi2?), allowed gsi1 or gsi2",
            id="an index that is not declared",
        ),
        pytest.param(
            core("billing: {mode: on_demand, max_read_units: 0}"),
            "tables.core.billing.max_read_units: given 0, allowed 1 or more, -1 to lift a cap, or null",
            id="a cap that lets nothing through",
        ),
        pytest.param(
            core("billing: {mode: on_demand, indexes: {gsi1: {max_write_units: 0}}}"),
            "tables.core.billing.indexes.gsi1.max_write_units: given 0, allowed 1 or more",
            id="a cap of an index that lets nothing through",
        ),
        pytest.param(
            scaled("{minimum: 60, maximum: 50}"),
            "tables.core.billing.read.minimum: given 60, allowed maximum (50) or less",
            id="bounds the wrong way round",
        ),
        pytest.param(
            scaled("{minimum: 6, maximum: 50000}"),
            "tables.core.billing.read.maximum: given 50000, allowed 40000 or less",
            id="more than DynamoDB's quota",
        ),
        pytest.param(
            scaled("{minimum: 6, maximum: 50, schedule: [{at: rate(1 day), minimum: 9}]}"),
            "tables.core.billing.read.schedule: given one time, allowed two or more",
            id="a schedule without a way back",
        ),
        pytest.param(
            scaled("{minimum: 6, maximum: 50, schedule: [{at: rate(1 day), minimum: 9}, {at: rate(12 hours)}]}"),
            "tables.core.billing.read.schedule[1]: changes nothing: give a minimum, a maximum or both",
            id="a time at which nothing happens",
        ),
        pytest.param(
            scaled(
                "{minimum: 6, maximum: 50, "
                "schedule: [{at: rate(1 day), minimum: 9}, {at: rate(12 hours), minimum: 9, maximum: 8}]}"
            ),
            "tables.core.billing.read.schedule[1].minimum: given 9, allowed maximum (8) or less",
            id="bounds of a time the wrong way round",
        ),
        pytest.param(
            "tables: {core: {replica: {}}}\n",
            "tables.core.replica: given a replica without a region for it: name disaster_recovery_region or set null",
            id="a replica without a region",
        ),
        pytest.param(
            "disaster_recovery_region: us-west-2\ntables: {state: {replica: {}}}\n",
            "tables.state.replica: given a replica of a table without a stream of new and old images",
            id="a replica without a stream",
        ),
        pytest.param(
            core("replica: {}, billing: {mode: provisioned, read_capacity: 5, write_capacity: 5}"),
            'tables.core.billing.mode: given "provisioned" with a replica, allowed autoscaled or on_demand',
            id="a replica that falls behind",
        ),
        pytest.param(
            "disaster_recovery_region: us-west-2\n"
            "tables: {state: {stream_readers: ['arn:aws:iam::123456789012:role/a']}}\n",
            "tables.state.stream_readers: given readers of a stream that state does not declare",
            id="readers of no stream",
        ),
        pytest.param(
            core("import_from: {bucket: exports}"),
            "tables.core.import_from: given for core, which has a local index",
            id="an import into a table with a local index",
        ),
        pytest.param(
            "disaster_recovery_region: us-west-2\n"
            "tables: {state: {import_from: {bucket: exports}, restore_from: {table: tierstore-prod-state}}}\n",
            "tables.state.import_from: given together with restore_from: a table has one origin",
            id="two origins",
        ),
        pytest.param(
            core("restore_from: {table: tierstore-dev-core}"),
            'tables.core.restore_from.table: given "tierstore-dev-core", the table itself',
            id="a restore of the table itself",
        ),
        pytest.param(
            core("restore_from: {table: tierstore-prod-core, at: '2026-02-30T06:30:00Z'}"),
            'tables.core.restore_from.at: given "2026-02-30T06:30:00Z", which is no time of a day',
            id="a time that never was",
        ),
    ],
)
def test_settings_that_do_not_fit_are_refused(problems_of: ProblemsOf, settings: str, problem: str) -> None:
    [found] = problems_of(settings)

    assert found.split(":", maxsplit=2)[2].strip().startswith(problem)


@pytest.mark.parametrize(
    "settings",
    [
        core("replica: {table_class: STANDARD_INFREQUENT_ACCESS}"),
        core(f"replica: {{}}, billing: {{mode: autoscaled, read: {RANGE}, write: {RANGE}, indexes: {{}}}}"),
        core("billing: {mode: on_demand, max_write_units: -1, indexes: {gsi2: {max_read_units: 90}}}"),
        core(f"billing: {{mode: provisioned, {UNITS}, indexes: {{gsi1: {{{UNITS}}}}}}}"),
        core("restore_from: {table: tierstore-prod-core, at: '2026-02-28T06:30:00Z'}, change_stream: {}"),
        scaled(f"{{minimum: 6, maximum: 50, schedule: [{MORNING}, {EVENING}]}}"),
        "tables: {state: {import_from: {bucket: exports, compression: ZSTD}}}\n",
        "tables: {state: {readers: ['arn:aws:iam::123456789012:role/analyst']}}\n",
    ],
)
def test_settings_that_fit_are_allowed(problems_of: ProblemsOf, settings: str) -> None:
    assert problems_of(settings) == []

"""Settings that do not fit together are refused before anything is deployed."""

from __future__ import annotations

import pytest

from tests.environments.conftest import ProblemsOf

SCALABLE = "node_type: cache.r7g.large"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        pytest.param(
            "disaster_recovery_region: us-east-1\n",
            'disaster_recovery_region: given "us-east-1", the region itself: name another one',
            id="the disaster recovery region is the region",
        ),
        pytest.param(
            "disaster_recovery_region: us-gov-west-1\n",
            'disaster_recovery_region: given "us-gov-west-1" of partition aws-us-gov, allowed a region of aws',
            id="the disaster recovery region is out of reach",
        ),
        pytest.param(
            "former_disaster_recovery_region: us-east-1\n",
            'former_disaster_recovery_region: given "us-east-1", the region itself: name another one',
            id="a former region that is the region",
        ),
        pytest.param(
            "former_disaster_recovery_region: us-west-2\ndisaster_recovery_region: eu-west-1\n",
            'former_disaster_recovery_region: given "us-west-2" beside disaster_recovery_region: '
            "deploy without the other first",
            id="a disaster recovery region is left for another in one step",
        ),
        pytest.param(
            "budget: {freeze: {roles: [developer]}}\n",
            "budget.freeze: given without a budget: set budget.monthly_usd, or this to null",
            id="a freeze without a budget",
        ),
        pytest.param(
            "tags: {'aws:owner': me}\n",
            "tags.aws:owner: allowed 1 to 128 characters that do not start with aws:",
            id="a tag that AWS keeps for itself",
        ),
        pytest.param(
            "network: {kind: create, cidr: 8.8.0.0/16}\n",
            "network.cidr: given 8.8.0.0/16, allowed a private range",
            id="a public range",
        ),
        pytest.param(
            "network: {kind: create, cidr: 10.1.0.0/16, peer_cidrs: [10.2.0.0/16, 10.1.4.0/24]}\n",
            "network.peer_cidrs[1]: given 10.1.4.0/24, which overlaps network.cidr 10.1.0.0/16",
            id="a peer that overlaps",
        ),
        pytest.param(
            "network: {kind: existing, vpc_id: vpc-12345678, subnet_ids: [subnet-12345678, subnet-12345678]}\n"
            "redis: {multi_az: false}\n",
            'network.subnet_ids[1]: given "subnet-12345678" twice: keep one',
            id="a subnet given twice",
        ),
        pytest.param(
            "network: {kind: create, interface_endpoints: [kms, ssm, kms]}\n",
            'network.interface_endpoints[2]: given "kms" twice: keep one',
            id="an endpoint given twice",
        ),
        pytest.param(
            "audit: {log_group: true}\n",
            "audit.log_group: given true while data_events is none",
            id="a log group of nothing",
        ),
        pytest.param(
            "access: {personas: {writer: {services: [ec2]}}}\n",
            "access.personas.writer: unknown, allowed application, auditor, backup, data_protection, operator",
            id="a persona that is not declared",
        ),
        pytest.param(
            "access: {personas: {reader: {principals: ['arn:aws:iam::999999999999:role/reports']}}}\n",
            'access.personas.reader.principals: given "arn:aws:iam::999999999999:role/reports" of another account, '
            "which anybody might have act for them: agree on an external_id with it",
            id="another account without an external id",
        ),
        pytest.param(
            "access: {personas: {reader: {external_id: agreed-upon}}}\n",
            "access.personas.reader.external_id: given without principals who could state it: remove it",
            id="an external id for nobody",
        ),
        pytest.param(
            "access: {personas: {uploader: {services: [lambda]}}}\n",
            'access.personas.uploader.services: given "lambda", which cannot say for which user_id it acts: '
            "let a persona take the role, as in personas: [application]",
            id="a service for an owner's role",
        ),
        pytest.param(
            "access: {personas: {reader: {personas: [operator]}}}\n",
            'access.personas.reader.personas[0]: given "operator", allowed application',
            id="a role lent by one who has none to lend",
        ),
        pytest.param(
            "tables: {cor: {deletion_protection: false}}\n",
            "tables.cor: unknown (did you mean core?), allowed core or state",
            id="a table that is not declared",
        ),
        pytest.param(
            "buckets: {pictures: {versioning: false}}\n",
            "buckets.pictures: unknown, allowed assets, backups, logs or uploads",
            id="a bucket that is not declared",
        ),
        pytest.param(
            "buckets: {uploads: {lifecycle: [{id: large, larger_than_bytes: 9}]}}\n",
            "buckets.uploads.lifecycle[0]: does nothing: state transition_days or expiration_days",
            id="a lifecycle rule without effect",
        ),
        pytest.param(
            "buckets: {uploads: {lifecycle: [{id: all, expiration_days: 9}]}}\n",
            "buckets.uploads.lifecycle[0]: is for every object: state a prefix, tags, larger_than_bytes or "
            "smaller_than_bytes",
            id="a lifecycle rule for everything",
        ),
        pytest.param(
            "buckets: {uploads: {lifecycle: [{id: a, tags: {'': b}, expiration_days: 9}]}}\n",
            "buckets.uploads.lifecycle[0].tags.: given 0 characters, allowed 1 to 128",
            id="a lifecycle rule for a tag without a name",
        ),
        pytest.param(
            "buckets: {uploads: {lifecycle: [{id: expiration, prefix: a/, expiration_days: 9}]}}\n",
            'buckets.uploads.lifecycle[0].id: given "expiration", the name of a rule for all objects',
            id="a lifecycle rule with a name that is taken",
        ),
        pytest.param(
            "buckets: {uploads: {lifecycle: [{id: a, prefix: a/, expiration_days: 9}, "
            "{id: a, prefix: b/, expiration_days: 9}]}}\n",
            'buckets.uploads.lifecycle[1].id: given "a" twice: choose another name',
            id="two lifecycle rules with one name",
        ),
        pytest.param(
            "buckets: {uploads: {lifecycle: "
            "[{id: a, larger_than_bytes: 9, smaller_than_bytes: 10, expiration_days: 9}]}}\n",
            "buckets.uploads.lifecycle[0].smaller_than_bytes: given 10, which with larger_than_bytes 9 leaves none",
            id="a lifecycle rule for no size",
        ),
        pytest.param(
            "buckets: {uploads: {lifecycle: [{id: a, prefix: a/, transition_days: 9, expiration_days: 9}]}}\n",
            "buckets.uploads.lifecycle[0].expiration_days: given 9, allowed more than transition_days (9)",
            id="some objects that expire before they move",
        ),
        pytest.param(
            "buckets: {uploads: {lifecycle: [{id: a, prefix: a/, transition_days: 29, storage_class: STANDARD_IA}]}}\n",
            "buckets.uploads.lifecycle[0].transition_days: given 29, allowed 30 or more for STANDARD_IA",
            id="a move to Standard-IA that S3 refuses",
        ),
        pytest.param(
            "buckets: {uploads: {versioning: false}}\ndisaster_recovery_region: us-west-2\n"
            "backup: {exclude: [uploads]}\n",
            "buckets.uploads.versioning: given false, but S3 replicates versions only: set replication to null",
            id="replication without versions",
        ),
        pytest.param(
            "buckets: {uploads: {replication: {destination: {account: '111111111111', bucket: copies, "
            "kms_key_arn: 'arn:aws:kms:us-west-2:111111111111:key/a'}}}}\n"
            "disaster_recovery_region: us-west-2\n",
            'buckets.uploads.replication.destination.account: given "111111111111", the environment\'s own: '
            "leave destination out",
            id="copies in another account that is none",
        ),
        pytest.param(
            "buckets: {backups: {versioning: false, object_lock: {days: 9}}}\nbackup: {exclude: [backups]}\n",
            "buckets.backups.versioning: given false, but S3 locks versions only: set it to true",
            id="a lock without versions",
        ),
        pytest.param(
            "buckets: {logs: {object_lock: {days: 9}}}\n",
            "buckets.logs.object_lock: S3 delivers no access logs to a bucket that locks them: set it to null",
            id="locked access logs",
        ),
        pytest.param(
            "buckets: {logs: {redis_exports: true}}\n",
            "buckets.logs.redis_exports: given true, but this bucket is for records of access",
            id="snapshots among access logs",
        ),
        pytest.param(
            "buckets: {backups: {noncurrent_version_days: 8, object_lock: {days: 9}}}\n",
            "buckets.backups.noncurrent_version_days: given 8, allowed object_lock.days (9) or more",
            id="old versions that expire while they are locked",
        ),
        pytest.param(
            "buckets: {logs: {expiration_days: 30}}\n",
            "buckets.logs.expiration_days: given 30, allowed more than intelligent_tiering_days (30), or that null",
            id="objects that expire before they move",
        ),
        pytest.param(
            "buckets: {backups: {archive_access_days: 200, deep_archive_access_days: 200}}\n",
            "buckets.backups.deep_archive_access_days: given 200, allowed more than archive_access_days (200)",
            id="a deep archive before the archive",
        ),
        pytest.param(
            "buckets: {backups: {archive_access_days: 90, intelligent_tiering_days: null}}\n",
            "buckets.backups.archive_access_days: given 90 without Intelligent-Tiering",
            id="an archive of a tier that is off",
        ),
        pytest.param(
            'redis: {engine_version: "6.2"}\n',
            'redis.engine_version: given "6.2", allowed for redis 7.0 or 7.1',
            id="an engine version without IAM authentication",
        ),
        pytest.param(
            'redis: {engine: valkey, engine_version: "7.1"}\n',
            'redis.engine_version: given "7.1", allowed for valkey 7.2, 8.0',
            id="an engine version of the other engine",
        ),
        pytest.param(
            "redis: {node_type: cache.t2.micro}\n",
            'redis.node_type: given "cache.t2.micro", allowed are the families c7gn',
            id="a node family without cluster mode",
        ),
        pytest.param(
            "redis: {shards: 46, replicas_per_shard: 1}\n",
            "redis.shards: given 46, which with redis.replicas_per_shard 1 is 92 nodes, allowed 90",
            id="more nodes than the quota",
        ),
        pytest.param(
            "redis: {shards: 3, separate: {session: {shards: 46}}}\n",
            "redis.separate.session.shards: given 46, which with redis.separate.session.replicas_per_shard 1 is 92",
            id="too many nodes of a separate group",
        ),
        pytest.param(
            "redis: {multi_az: false, separate: {session: {multi_az: true, replicas_per_shard: 0}}}\n",
            "redis.separate.session.multi_az: given true with no replica: set redis.separate.session",
            id="a separate group in many zones without a replica",
        ),
        pytest.param(
            "redis: {separate: {cache: {}, session: {}, real_time: {}}}\n",
            "redis.separate: given a group for every use, which leaves the main group without any",
            id="a main group for nothing",
        ),
        pytest.param(
            "redis: {shards: 251, replicas_per_shard: 1, node_quota: 500}\n",
            "redis.shards: given 251, which with redis.replicas_per_shard 1 is 502 nodes, allowed 500",
            id="more nodes than ElastiCache can run",
        ),
        pytest.param(
            "redis: {replicas_per_shard: 0}\n",
            "redis.multi_az: given true with no replica: set redis.replicas_per_shard to 1 to 5",
            id="many zones without a replica",
        ),
        pytest.param(
            "network: {kind: create, availability_zones: 1}\n",
            "redis.multi_az: given true in one zone: set network.availability_zones to 2 to 6",
            id="many zones in one",
        ),
        pytest.param(
            "network: {kind: existing, vpc_id: vpc-12345678, subnet_ids: [subnet-12345678]}\n",
            "redis.multi_az: given true with one subnet: list 2 or more under network.subnet_ids",
            id="many zones in one subnet",
        ),
        pytest.param(
            "redis: {autoscaling: {shards: {minimum: 2, maximum: 8, target_utilization: 60}}}\n",
            'redis.node_type: given "cache.t4g.small" with redis.autoscaling, allowed are large, xlarge or 2xlarge of',
            id="nodes that ElastiCache does not scale",
        ),
        pytest.param(
            f"redis: {{{SCALABLE}, autoscaling: {{shards: {{minimum: 4, maximum: 8}}}}}}\n",
            "redis.shards: given 3, allowed 4 to 8 (redis.autoscaling.shards): begin within its bounds",
            id="shards that begin out of bounds",
        ),
        pytest.param(
            f"redis: {{{SCALABLE}, autoscaling: {{replicas: {{minimum: 1, maximum: 6}}}}}}\n",
            "redis.autoscaling.replicas.maximum: given 6, allowed 5 or less",
            id="more replicas than ElastiCache runs",
        ),
        pytest.param(
            f"redis: {{{SCALABLE}, autoscaling: {{replicas: {{minimum: 1, maximum: 3, target_utilization: 80}}}}}}\n",
            "redis.autoscaling.replicas.target_utilization: given 80, allowed for ElastiCache 35 to 70",
            id="a target that ElastiCache does not take",
        ),
        pytest.param(
            f"redis: {{{SCALABLE}, autoscaling: {{shards: {{minimum: 3, maximum: 50}}}}}}\n",
            "redis.autoscaling: given up to 100 nodes, allowed 90 (redis.node_quota)",
            id="more nodes than the quota at most",
        ),
        pytest.param(
            "redis: {cluster_mode: compatible}\n",
            'redis.cluster_mode: given "compatible" with more than one shard, allowed 1',
            id="clients without cluster mode and several shards",
        ),
        pytest.param(
            "redis: {cluster_mode: compatible, shards: 1, replicas_per_shard: 0, multi_az: false}\n",
            'redis.cluster_mode: given "compatible" with no replica',
            id="a migration without a replica",
        ),
        pytest.param(
            "redis: {snapshot_window: 03:00-03:59}\n",
            'redis.snapshot_window: given "03:00-03:59", allowed 60 minutes or more',
            id="a snapshot window that is too short",
        ),
        pytest.param(
            "redis: {maintenance_window: sun:05:00-sun:05:30}\n",
            'redis.maintenance_window: given "sun:05:00-sun:05:30", allowed 60 minutes or more',
            id="a maintenance window that is too short",
        ),
        pytest.param(
            "redis: {maintenance_window: sat:23:00-sun:03:30}\n",
            'redis.snapshot_window: given "03:00-04:00", which overlaps redis.maintenance_window (sat:23:00-sun:03:30)',
            id="windows that overlap",
        ),
    ],
)
def test_settings_that_do_not_fit_are_refused(problems_of: ProblemsOf, settings: str, problem: str) -> None:
    [found] = problems_of(settings)

    file, line, message = found.split(":", maxsplit=2)
    assert file == "environments/dev.yaml"
    assert int(line) in {1, 4}
    assert message.strip().startswith(problem)


@pytest.mark.parametrize(
    "settings",
    [
        "redis: {shards: 45, replicas_per_shard: 1}\n",
        "redis: {shards: 100, replicas_per_shard: 4, node_quota: 500}\n",
        "redis: {shards: 1, replicas_per_shard: 0, multi_az: false}\n",
        "redis: {engine: valkey}\n",
        "redis: {cluster_mode: compatible, shards: 1}\n",
        f"redis: {{{SCALABLE}, autoscaling: {{shards: {{minimum: 2, maximum: 8, by: memory}}}}}}\n",
        f"redis: {{{SCALABLE}, autoscaling: {{replicas: {{minimum: 1, maximum: 3}}}}}}\n",
        "redis: {snapshot_window: 23:30-00:30, maintenance_window: sun:00:30-sun:23:30}\n",
        "buckets: {logs: {intelligent_tiering_days: null, expiration_days: 1}}\n",
        "buckets: {backups: {archive_access_days: 90, deep_archive_access_days: 180}}\n",
        "network: {kind: create, availability_zones: 2, cidr: 192.168.0.0/20}\n",
        "disaster_recovery_region: eu-central-1\n",
    ],
)
def test_settings_that_fit_are_allowed(problems_of: ProblemsOf, settings: str) -> None:
    assert problems_of(settings) == []


def test_a_name_that_aws_refuses_is_refused(problems_of: ProblemsOf) -> None:
    assert problems_of("prefix: a-prefix-of-thirty-letters-abc\n", name="demonstration") == [
        (
            'environments/demonstration.yaml:4: prefix: given "a-prefix-of-thirty-letters-abc", which makes the name '
            "a-prefix-of-thirty-letters-abc-demonstration-dataprotection; allowed 40 characters: "
            "shorten it by 19"
        )
    ]


def test_every_problem_is_reported_in_the_order_of_lines(problems_of: ProblemsOf) -> None:
    problems = problems_of(
        "network:\n"
        "  kind: create\n"
        "  cidr: 11.0.0.0/16\n"
        "redis:\n"
        "  shards: 200\n"
        "buckets:\n"
        "  logs:\n"
        "    expiration_days: 7\n"
    )

    assert [problem.split(": ")[0:2] for problem in problems] == [
        ["environments/dev.yaml:6", "network.cidr"],
        ["environments/dev.yaml:8", "redis.shards"],
        ["environments/dev.yaml:11", "buckets.logs.expiration_days"],
    ]

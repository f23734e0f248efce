"""What is stored or sent is encrypted less, or by other keys."""

from __future__ import annotations

from tests.validation.plan import objects as o
from tests.validation.plan.builder import created, destroyed, plan, sensitive, updated
from tests.validation.plan.corpus.addresses import ENCRYPTION, GROUP, KEY, TABLE, TOPIC
from tests.validation.plan.corpus.case import Case

CASES = (
    Case(
        "S3's own key encrypts",
        plan(
            updated(
                ENCRYPTION,
                o.BUCKET_ENCRYPTION,
                rule=[{"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}],
            )
        ),
        blocked=(("weaken", ENCRYPTION),) * 2,
    ),
    Case(
        "encryption's block vanished",
        plan(destroyed(ENCRYPTION, o.BUCKET_ENCRYPTION)),
        blocked=(("weaken", ENCRYPTION),),
    ),
    Case(
        "a log group without a key",
        plan(updated("aws_cloudwatch_log_group.slow", o.LOG_GROUP, kms_key_id="")),
        blocked=(("weaken", "aws_cloudwatch_log_group.slow"),),
    ),
    Case(
        "a table's key is not known yet",
        plan(updated(TABLE, o.TABLE, unknown={"server_side_encryption": [{"kms_key_arn": True}]})),
        blocked=(("weaken", TABLE),),
    ),
    Case(
        "the key's material is rotated no longer",
        plan(updated(KEY, o.KMS_KEY, enable_key_rotation=False)),
        blocked=(("weaken", KEY),),
    ),
    Case(
        "traffic need not be encrypted",
        plan(updated(GROUP, o.REPLICATION_GROUP, transit_encryption_mode="preferred")),
        blocked=(("weaken", GROUP),),
    ),
    Case(
        "the key's material is rotated less often",
        plan(updated(KEY, {**o.KMS_KEY, "rotation_period_in_days": 90}, rotation_period_in_days=365)),
        blocked=(("weaken", KEY),),
    ),
    Case(
        "the key's material is rotated more often",
        plan(updated(KEY, {**o.KMS_KEY, "rotation_period_in_days": 365}, rotation_period_in_days=90)),
    ),
    Case(
        "another account's key encrypts the topic",
        plan(updated(TOPIC, o.TOPIC, kms_master_key_id="arn:aws:kms:us-east-1:222222222222:key/9")),
        blocked=(("weaken", TOPIC),),
    ),
    Case(
        "a key that AWS makes for everybody encrypts the topic",
        plan(updated(TOPIC, o.TOPIC, kms_master_key_id="alias/aws/sns")),
        blocked=(("weaken", TOPIC),),
    ),
    Case(
        "the algorithm of encryption is hidden",
        plan(sensitive(updated(ENCRYPTION, o.BUCKET_ENCRYPTION, bucket_key_enabled=True), "rule")),
        blocked=(("weaken", ENCRYPTION),) * 2,
    ),
    Case(
        "another key bears the name of one",
        plan(updated("aws_kms_alias.data", {"name": "alias/data", "target_key_id": "1"}, target_key_id="2")),
        blocked=(("weaken", "aws_kms_alias.data"),),
    ),
    Case(
        "a key gets a name",
        plan(created("aws_kms_alias.data", {"name": "alias/data", "target_key_id": "1"})),
    ),
)

"""Policies and roles let somebody do more."""

from __future__ import annotations

from tests.validation.plan import objects as o
from tests.validation.plan.builder import created, destroyed, plan, replaced, sensitive, unchanged, updated
from tests.validation.plan.corpus.addresses import (
    ATTACHMENT,
    BUCKET,
    KEY,
    POLICY,
    ROLE,
    ROLE_POLICY,
    TOPIC,
    VERSIONING,
)
from tests.validation.plan.corpus.case import Case

CASES = (
    Case(
        "a Deny vanished from the policy",
        plan(updated(POLICY, o.BUCKET_POLICY, policy=o.policy(o.READ))),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "a Condition vanished",
        plan(updated(POLICY, o.BUCKET_POLICY, policy=o.policy({**o.READ, "Condition": {}}, o.DENY_PLAIN))),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "a principal more",
        plan(
            updated(
                POLICY,
                o.BUCKET_POLICY,
                policy=o.policy({**o.READ, "Principal": {"AWS": [o.ROLE, "222222222222"]}}, o.DENY_PLAIN),
            )
        ),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "the same policy in another spelling",
        plan(
            updated(
                POLICY,
                o.BUCKET_POLICY,
                policy=o.policy(
                    {**o.DENY_PLAIN, "Principal": {"AWS": ["*"]}, "Action": ["S3:*"]},
                    {**o.READ, "Sid": "Other", "Action": ["s3:ListBucket", "s3:GetObject"]},
                ),
            )
        ),
    ),
    Case(
        "an action less",
        plan(updated(POLICY, o.BUCKET_POLICY, policy=o.policy({**o.READ, "Action": "s3:GetObject"}, o.DENY_PLAIN))),
    ),
    Case(
        "a policy that is not known yet",
        plan(updated(POLICY, o.BUCKET_POLICY, unknown={"policy": True})),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "a policy that nobody may see",
        plan(sensitive(updated(POLICY, o.BUCKET_POLICY, policy=o.policy(o.DENY_PLAIN)), "policy")),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "a policy that is no policy",
        plan(updated(POLICY, o.BUCKET_POLICY, policy='{"Statement": "oops"}')),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "the bucket's policy vanished",
        plan(destroyed(POLICY, o.BUCKET_POLICY), unchanged(BUCKET, o.BUCKET)),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "a policy goes with its bucket",
        plan(destroyed(POLICY, o.BUCKET_POLICY), destroyed(BUCKET, o.BUCKET)),
        blocked=(("destroy", BUCKET),),
    ),
    Case(
        "a policy and versioning are replaced with their bucket",
        plan(
            replaced(BUCKET, o.BUCKET, by=[["bucket"]], bucket="other"),
            replaced(VERSIONING, o.VERSIONING, by=[["bucket"]], unknown={"bucket": True}),
            replaced(POLICY, o.BUCKET_POLICY, by=[["bucket"]], unknown={"bucket": True}),
        ),
        blocked=(("replace", BUCKET),),
    ),
    Case(
        "everybody under a condition from the start",
        plan(
            created(BUCKET, o.BUCKET),
            created(POLICY, {**o.BUCKET_POLICY, "policy": o.policy({**o.READ, "Principal": "*"})}),
        ),
    ),
    Case(
        "a role's permissions go",
        plan(destroyed("aws_iam_role_policy.storage", o.ROLE_POLICY)),
    ),
    Case(
        "a policy moves to another bucket",
        plan(replaced(POLICY, o.BUCKET_POLICY, by=[["bucket"]], bucket="assets")),
        blocked=(("weaken", POLICY),) * 2,
    ),
    Case(
        "a public policy from the start",
        plan(
            created(BUCKET, o.BUCKET),
            created(
                POLICY,
                {**o.BUCKET_POLICY, "policy": o.policy({**o.READ, "Principal": "*", "Condition": {}})},
            ),
        ),
        blocked=(("weaken", POLICY),) * 4,
    ),
    Case(
        "a role may do one thing more",
        plan(
            updated(
                "aws_iam_role_policy.storage",
                o.ROLE_POLICY,
                policy=o.policy(
                    {
                        "Effect": "Allow",
                        "Action": ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:DeleteItem"],
                        "Resource": o.TABLE["arn"],
                    }
                ),
            )
        ),
        blocked=(("weaken", "aws_iam_role_policy.storage"),),
    ),
    Case(
        "a role may do everything from the start",
        plan(
            created("aws_iam_role.x", {**o.IAM_ROLE, "name": "x"}),
            created(
                "aws_iam_role_policy.storage",
                {"role": "x", "policy": o.policy({"Effect": "Allow", "Action": "*", "Resource": "*"})},
            ),
        ),
        blocked=(("weaken", "aws_iam_role_policy.storage"),),
    ),
    Case(
        "an administrator's policy is attached",
        plan(
            created("aws_iam_role.application", o.IAM_ROLE),
            created(
                "aws_iam_role_policy_attachment.more",
                {"role": "application", "policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"},
            ),
        ),
        blocked=(("weaken", "aws_iam_role_policy_attachment.more"),),
    ),
    Case(
        "somebody else may assume the role",
        plan(
            updated(
                "aws_iam_role.application",
                o.IAM_ROLE,
                assume_role_policy=o.policy(
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    },
                    {"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "sts:AssumeRole"},
                ),
            )
        ),
        blocked=(("weaken", "aws_iam_role.application"),),
    ),
    Case(
        "nothing bounds the role",
        plan(updated("aws_iam_role.application", o.IAM_ROLE, permissions_boundary=None)),
        blocked=(("weaken", "aws_iam_role.application"),),
    ),
    Case(
        "the role is kept for longer",
        plan(updated("aws_iam_role.application", o.IAM_ROLE, max_session_duration=43_200)),
        blocked=(("weaken", "aws_iam_role.application"),),
    ),
    Case(
        "the role is kept for less time",
        plan(updated("aws_iam_role.application", o.IAM_ROLE, max_session_duration=1800)),
    ),
    Case(
        "a second policy for an old role", plan(created(ROLE_POLICY, o.ROLE_POLICY)), blocked=(("weaken", ROLE_POLICY),)
    ),
    Case(
        "a policy for a new role",
        plan(created(ROLE, o.IAM_ROLE), created(ROLE_POLICY, o.ROLE_POLICY, unknown={"role": True})),
    ),
    Case(
        "a policy that nobody knows yet, for an old role",
        plan(created(ROLE_POLICY, o.ROLE_POLICY, unknown={"policy": True})),
        blocked=(("weaken", ROLE_POLICY),),
    ),
    Case(
        "one more policy is attached to an old role",
        plan(created(ATTACHMENT, {"role": "application", "policy_arn": f"arn:aws:iam::{o.ACCOUNT}:policy/more"})),
        blocked=(("weaken", ATTACHMENT),),
    ),
    Case(
        "a Deny is added to an old bucket",
        plan(created(POLICY, {**o.BUCKET_POLICY, "policy": o.policy(o.DENY_PLAIN)})),
    ),
    Case(
        "another boundary",
        plan(updated(ROLE, o.IAM_ROLE, permissions_boundary=f"arn:aws:iam::{o.ACCOUNT}:policy/wider")),
        blocked=(("weaken", ROLE),),
    ),
    Case(
        "jobs of every branch may take the role",
        plan(updated(ROLE, o.GITHUB_ROLE, assume_role_policy=o.github_trust(StringLike="repo:example/storage:*"))),
        blocked=(("weaken", ROLE),),
    ),
    Case(
        "jobs of one more environment may take the role",
        plan(
            updated(
                ROLE,
                o.GITHUB_ROLE,
                assume_role_policy=o.github_trust(StringEquals=[o.GITHUB_SUBJECT, f"{o.GITHUB_SUBJECT}-plan"]),
            )
        ),
        blocked=(("weaken", ROLE),),
    ),
    Case(
        "jobs of one environment instead of every branch",
        plan(
            updated(
                ROLE,
                {**o.GITHUB_ROLE, "assume_role_policy": o.github_trust(StringLike="repo:example/storage:*")},
                assume_role_policy=o.github_trust(StringEquals=o.GITHUB_SUBJECT),
            )
        ),
    ),
    Case(
        "whoever administers the account's IAM may use the key",
        plan(
            updated(
                KEY,
                {**o.KMS_KEY, "policy": o.policy({**o.KEY_USE, "Condition": o.VIA_S3})},
                policy=o.policy(o.KEY_USE),
            )
        ),
        blocked=(("weaken", KEY),),
    ),
    Case(
        "the key is used through one service only",
        plan(
            updated(
                KEY,
                {**o.KMS_KEY, "policy": o.policy(o.KEY_USE)},
                policy=o.policy({**o.KEY_USE, "Condition": o.VIA_S3}),
            )
        ),
    ),
    Case(
        "an administrator's policy takes the place of another",
        plan(
            replaced(
                ATTACHMENT,
                {"role": "application", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
                by=[["policy_arn"]],
                policy_arn="arn:aws:iam::aws:policy/AdministratorAccess",
            )
        ),
        blocked=(("weaken", ATTACHMENT),),
    ),
    Case(
        "a role's permissions move to another role that is there already",
        plan(replaced(ROLE_POLICY, o.ROLE_POLICY, by=[["role"]], role="auditor")),
        blocked=(("weaken", ROLE_POLICY),),
    ),
    Case(
        "a role is replaced with its permissions",
        plan(
            replaced(ROLE, o.IAM_ROLE, by=[["name"]], name="other"),
            replaced(ROLE_POLICY, o.ROLE_POLICY, by=[["role"]], role="other"),
        ),
    ),
    Case(
        "a policy is attached to another role",
        plan(
            replaced(
                ATTACHMENT,
                {"role": "application", "policy_arn": f"arn:aws:iam::{o.ACCOUNT}:policy/more"},
                by=[["role"]],
                role="auditor",
            )
        ),
        blocked=(("weaken", ATTACHMENT),),
    ),
    Case(
        "a role administers from the start by AWS's own policy",
        plan(created(ROLE, {**o.IAM_ROLE, "managed_policy_arns": ["arn:aws:iam::aws:policy/AdministratorAccess"]})),
        blocked=(("weaken", ROLE),),
    ),
    Case(
        "an inline policy allows more",
        plan(
            updated(
                ROLE, o.inline(o.KEY_USE), inline_policy=o.inline({**o.KEY_USE, "Action": "kms:*"})["inline_policy"]
            )
        ),
        blocked=(("weaken", ROLE),),
    ),
    Case(
        "a role gets an inline policy",
        plan(updated(ROLE, o.IAM_ROLE, inline_policy=o.inline(o.KEY_USE)["inline_policy"])),
        blocked=(("weaken", ROLE),),
    ),
    Case(
        "inline policies that are not known yet",
        plan(updated(ROLE, o.inline(o.KEY_USE), unknown={"inline_policy": True})),
        blocked=(("weaken", ROLE),),
    ),
    Case(
        "everything but one thing on everything, from the start",
        plan(
            created(ROLE, o.IAM_ROLE),
            created(
                ROLE_POLICY,
                {"role": "application", "policy": o.policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})},
            ),
        ),
        blocked=(("weaken", ROLE_POLICY),),
    ),
    Case(
        "a secret lets another account read it",
        plan(
            updated(
                "aws_secretsmanager_secret.token",
                o.SECRET,
                policy=o.policy({**o.KEY_USE, "Principal": {"AWS": "222222222222"}, "Action": "secretsmanager:*"}),
            )
        ),
        blocked=(("weaken", "aws_secretsmanager_secret.token"),),
    ),
    Case(
        "somebody is granted the use of a key",
        plan(
            created("aws_kms_grant.more", {"key_id": "1", "grantee_principal": o.ROLE, "operations": ["Decrypt"]}),
            unchanged(KEY, o.KMS_KEY),
        ),
        blocked=(("weaken", "aws_kms_grant.more"),),
    ),
    Case(
        "jobs of every repository may take a new role",
        plan(created(ROLE, {**o.IAM_ROLE, "assume_role_policy": o.github_trust()})),
        blocked=(("weaken", ROLE),),
    ),
    Case(
        "jobs of every owner may take a new role",
        plan(created(ROLE, {**o.IAM_ROLE, "assume_role_policy": o.github_trust(StringLike="repo:*")})),
        blocked=(("weaken", ROLE),),
    ),
    Case("jobs of one environment may take a new role", plan(created(ROLE, o.GITHUB_ROLE))),
    Case(
        "everybody who speaks TLS, from the start",
        plan(
            created(BUCKET, o.BUCKET),
            created(
                POLICY,
                {
                    **o.BUCKET_POLICY,
                    "policy": o.policy(
                        {
                            **o.READ,
                            "Principal": "*",
                            "Action": "s3:GetObject",
                            "Resource": f"{o.BUCKET_ARN}/*",
                            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
                        }
                    ),
                },
            ),
        ),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "another account may publish to an old topic",
        plan(
            created(
                "aws_sns_topic_policy.alarms",
                {
                    "arn": o.TOPIC["arn"],
                    "policy": o.policy({**o.KEY_USE, "Principal": {"AWS": "222222222222"}, "Action": "sns:Publish"}),
                },
            ),
            unchanged(TOPIC, o.TOPIC),
        ),
        blocked=(("weaken", "aws_sns_topic_policy.alarms"),),
    ),
)

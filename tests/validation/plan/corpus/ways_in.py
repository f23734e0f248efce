"""The public, a network, a page or a user of Redis comes nearer to the data."""

from __future__ import annotations

from tests.validation.plan import objects as o
from tests.validation.plan.builder import created, destroyed, plan, replaced, unchanged, updated
from tests.validation.plan.corpus.addresses import (
    ACCESS_POINT,
    ACCOUNT_BLOCK,
    CORS,
    ENDPOINT,
    GROUP,
    INGRESS,
    REDIS_USER,
    SERVERLESS,
    USER_GROUP,
)
from tests.validation.plan.corpus.case import Case

CASES = (
    Case(
        "public policies allowed",
        plan(updated("aws_s3_bucket_public_access_block.uploads", o.PUBLIC_ACCESS_BLOCK, block_public_policy=False)),
        blocked=(("weaken", "aws_s3_bucket_public_access_block.uploads"),),
    ),
    Case(
        "the block of public access vanished",
        plan(destroyed("aws_s3_bucket_public_access_block.uploads", o.PUBLIC_ACCESS_BLOCK)),
        blocked=(("weaken", "aws_s3_bucket_public_access_block.uploads"),),
    ),
    Case(
        "half a block of public access from the start",
        plan(
            created(
                "aws_s3_bucket_public_access_block.new", {**o.PUBLIC_ACCESS_BLOCK, "restrict_public_buckets": False}
            )
        ),
        blocked=(("weaken", "aws_s3_bucket_public_access_block.new"),),
    ),
    Case(
        "a public access control list",
        plan(created("aws_s3_bucket_acl.uploads", {"bucket": "uploads", "acl": "public-read"})),
        blocked=(("weaken", "aws_s3_bucket_acl.uploads"),),
    ),
    Case(
        "the internet comes in",
        plan(updated(INGRESS, o.INGRESS, cidr_ipv4="0.0.0.0/0")),
        blocked=(("weaken", INGRESS),),
    ),
    Case(
        "half of the internet comes in",
        plan(
            updated(INGRESS, o.INGRESS, cidr_ipv4="0.0.0.0/1"),
            created(f"{INGRESS}_2", {**o.INGRESS, "cidr_ipv4": "128.0.0.0/1"}, unknown={"security_group_id": True}),
        ),
        blocked=(("weaken", INGRESS), ("weaken", f"{INGRESS}_2")),
    ),
    Case("another protocol", plan(updated(INGRESS, o.INGRESS, ip_protocol="udp")), blocked=(("weaken", INGRESS),)),
    Case(
        "one protocol of all",
        plan(updated(INGRESS, {**o.INGRESS, "ip_protocol": "-1"}, ip_protocol="udp")),
    ),
    Case(
        "the internet comes into a new group",
        plan(
            created(
                INGRESS,
                {**o.INGRESS, "cidr_ipv4": None, "cidr_ipv6": "::/0"},
                unknown={"security_group_id": True},
            )
        ),
        blocked=(("weaken", INGRESS),),
    ),
    Case(
        "a larger network comes in",
        plan(updated(INGRESS, o.INGRESS, cidr_ipv4="10.0.0.0/16")),
        blocked=(("weaken", INGRESS),),
    ),
    Case("a smaller network comes in", plan(updated(INGRESS, o.INGRESS, cidr_ipv4="10.0.0.0/28"))),
    Case("more ports", plan(updated(INGRESS, o.INGRESS, to_port=6380)), blocked=(("weaken", INGRESS),)),
    Case("one more rule for an old group", plan(created(INGRESS, o.INGRESS)), blocked=(("weaken", INGRESS),)),
    Case(
        "a rule for a new group",
        plan(created(INGRESS, o.INGRESS, unknown={"security_group_id": True})),
    ),
    Case(
        "an inline rule opens the group",
        plan(
            updated(
                "aws_security_group.redis",
                {"id": "sg-1", "ingress": []},
                ingress=[{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}],
            )
        ),
        blocked=(("weaken", "aws_security_group.redis"),),
    ),
    Case(
        "everything may leave to the internet",
        plan(
            created(
                "aws_vpc_security_group_egress_rule.all",
                {"security_group_id": "sg-1", "cidr_ipv4": "0.0.0.0/0", "ip_protocol": "-1"},
            )
        ),
        blocked=(("weaken", "aws_vpc_security_group_egress_rule.all"),),
    ),
    Case(
        "a serverless cache lets in another user group",
        plan(updated(SERVERLESS, o.SERVERLESS_CACHE, user_group_id="others")),
        blocked=(("weaken", SERVERLESS),),
    ),
    Case(
        "clients need not log in",
        plan(updated(GROUP, o.REPLICATION_GROUP, user_group_ids=[])),
        blocked=(("weaken", GROUP),),
    ),
    Case(
        "a user of Redis may do more",
        plan(
            updated("aws_elasticache_user.application", o.REDIS_USER, access_string="on ~app:* +@read +@write -@admin")
        ),
        blocked=(("weaken", "aws_elasticache_user.application"),),
    ),
    Case(
        "a user of Redis may do less",
        plan(
            updated(
                "aws_elasticache_user.application", o.REDIS_USER, access_string="on ~app:* +@read -@admin -flushall"
            )
        ),
    ),
    Case(
        "a way that stays inside is gone",
        plan(destroyed("aws_vpc_endpoint.kms", o.ENDPOINT), unchanged("aws_vpc.vpc", o.VPC)),
        blocked=(("weaken", "aws_vpc_endpoint.kms"),),
    ),
    Case(
        "pages of every site are let in",
        plan(updated(CORS, o.CORS, cors_rule=[{**o.CORS["cors_rule"][0], "allowed_origins": ["*"]}])),
        blocked=(("weaken", CORS),),
    ),
    Case(
        "pages of a foreign site are let in",
        plan(updated(CORS, o.CORS, cors_rule=o.cors("https://a.example.com"))),
        blocked=(("weaken", CORS),),
    ),
    Case(
        "pages may delete",
        plan(updated(CORS, o.CORS, cors_rule=o.cors(methods=["PUT", "DELETE"]))),
        blocked=(("weaken", CORS),),
    ),
    Case(
        "pages that are not known yet",
        plan(updated(CORS, o.CORS, unknown={"cors_rule": True})),
        blocked=(("weaken", CORS),),
    ),
    Case("an old bucket lets pages in", plan(created(CORS, o.CORS)), blocked=(("weaken", CORS),)),
    Case("a new bucket lets pages in", plan(created(CORS, o.CORS, unknown={"bucket": True}))),
    Case(
        "a new bucket lets pages of every site in",
        plan(created(CORS, {**o.CORS, "cors_rule": o.cors("*")}, unknown={"bucket": True})),
        blocked=(("weaken", CORS),),
    ),
    Case(
        "pages of fewer sites",
        plan(updated(CORS, {**o.CORS, "cors_rule": o.cors("https://*.example.org")}, cors_rule=o.cors())),
    ),
    Case("no page is let in any more", plan(destroyed(CORS, o.CORS))),
    Case(
        "an access point loses its VPC",
        plan(replaced(ACCESS_POINT, o.ACCESS_POINT, by=[["vpc_configuration"]], vpc_configuration=[])),
        blocked=(("weaken", ACCESS_POINT),),
    ),
    Case(
        "an access point gets a VPC",
        plan(
            replaced(
                ACCESS_POINT,
                {**o.ACCESS_POINT, "vpc_configuration": []},
                by=[["vpc_configuration"]],
                vpc_configuration=o.ACCESS_POINT["vpc_configuration"],
            )
        ),
    ),
    Case(
        "an endpoint lets more pass",
        plan(updated(ENDPOINT, o.ENDPOINT, policy=o.policy({**o.TO_TABLE, "Resource": "*"}))),
        blocked=(("weaken", ENDPOINT),),
    ),
    Case(
        "an endpoint lets everything pass",
        plan(updated(ENDPOINT, o.ENDPOINT, policy="")),
        blocked=(("weaken", ENDPOINT),),
    ),
    Case(
        "an endpoint lets less pass",
        plan(updated(ENDPOINT, o.ENDPOINT, policy=o.policy({**o.TO_TABLE, "Action": "dynamodb:GetItem"}))),
    ),
    Case(
        "an endpoint goes",
        plan(destroyed(ENDPOINT, o.ENDPOINT), unchanged("aws_vpc.vpc", o.VPC)),
        blocked=(("weaken", ENDPOINT),),
    ),
    Case("an endpoint goes with its network", plan(destroyed(ENDPOINT, o.ENDPOINT), destroyed("aws_vpc.vpc", o.VPC))),
    Case("a new endpoint", plan(created(ENDPOINT, o.ENDPOINT))),
    Case(
        "whoever another group lets in reaches Redis",
        plan(
            updated(GROUP, {**o.REPLICATION_GROUP, "security_group_ids": ["sg-1"]}, security_group_ids=["sg-1", "sg-2"])
        ),
        blocked=(("weaken", GROUP),),
    ),
    Case(
        "one security group less",
        plan(
            updated(GROUP, {**o.REPLICATION_GROUP, "security_group_ids": ["sg-1", "sg-2"]}, security_group_ids=["sg-1"])
        ),
    ),
    Case(
        "a user of Redis has a password",
        plan(
            updated(
                REDIS_USER,
                {**o.REDIS_USER, "authentication_mode": [{"type": "iam"}]},
                authentication_mode=[{"type": "password"}],
            )
        ),
        blocked=(("weaken", REDIS_USER),),
    ),
    Case(
        "a user of Redis may do everything from the start",
        plan(created(REDIS_USER, {**o.REDIS_USER, "access_string": "on ~* +@all"})),
        blocked=(("weaken", REDIS_USER),),
    ),
    Case(
        "a user of Redis needs no password from the start",
        plan(created(REDIS_USER, {**o.REDIS_USER, "no_password_required": True})),
        blocked=(("weaken", REDIS_USER),),
    ),
    Case(
        "a user of Redis who administers nothing",
        plan(created(REDIS_USER, {**o.REDIS_USER, "access_string": "on ~* &* +@all -@admin -@dangerous +info"})),
    ),
    Case(
        "a user of Redis who is switched off",
        plan(created(REDIS_USER, {"access_string": "off ~* -@all", "no_password_required": True})),
    ),
    Case("a new user of Redis", plan(created(REDIS_USER, o.REDIS_USER))),
    Case(
        "the account's own user of Redis is let in",
        plan(updated(USER_GROUP, o.USER_GROUP, user_ids=["default", "application"])),
        blocked=(("weaken", USER_GROUP),),
    ),
    Case(
        "one more user of Redis is let in",
        plan(updated(USER_GROUP, o.USER_GROUP, user_ids=["disabled", "reader", "application"])),
    ),
    Case(
        "the account's block of public access goes",
        plan(destroyed(ACCOUNT_BLOCK, o.PUBLIC_ACCESS_BLOCK)),
        blocked=(("weaken", ACCOUNT_BLOCK),),
    ),
    Case("the account's block of public access comes", plan(created(ACCOUNT_BLOCK, o.PUBLIC_ACCESS_BLOCK))),
    Case(
        "a key that never expires",
        plan(created("aws_iam_access_key.ci", {"user": "ci"})),
        blocked=(("weaken", "aws_iam_access_key.ci"),),
    ),
    Case(
        "a user of Redis has its rights in another order",
        plan(
            updated(
                REDIS_USER,
                {**o.REDIS_USER, "access_string": "on ~* +@all -@dangerous"},
                access_string="on ~* -@dangerous +@all",
            )
        ),
        blocked=(("weaken", REDIS_USER),),
    ),
    Case(
        "an access control list for everybody",
        plan(
            updated(
                "aws_s3_bucket_acl.uploads",
                {"bucket": "uploads", "access_control_policy": [{"grant": []}]},
                access_control_policy=[{"grant": [o.EVERYBODY_READS, o.OWNER_WRITES]}],
            )
        ),
        blocked=(("weaken", "aws_s3_bucket_acl.uploads"),),
    ),
    Case(
        "an access control list for the owner",
        plan(
            updated(
                "aws_s3_bucket_acl.uploads",
                {"bucket": "uploads", "access_control_policy": [{"grant": []}]},
                access_control_policy=[{"grant": [o.OWNER_WRITES]}],
            )
        ),
    ),
    Case(
        "access control lists are in force from the start",
        plan(
            created(
                "aws_s3_bucket_ownership_controls.new",
                {"bucket": "new", "rule": [{"object_ownership": "ObjectWriter"}]},
            )
        ),
        blocked=(("weaken", "aws_s3_bucket_ownership_controls.new"),),
    ),
    Case(
        "an access point that blocks no public policy",
        plan(
            created(
                ACCESS_POINT,
                {**o.ACCESS_POINT, "public_access_block_configuration": [{"block_public_policy": False}]},
            )
        ),
        blocked=(("weaken", ACCESS_POINT),),
    ),
    Case("an access point", plan(created(ACCESS_POINT, o.ACCESS_POINT))),
    Case(
        "a way to the internet",
        plan(created("aws_route.out", o.INTERNET_ROUTE)),
        blocked=(("weaken", "aws_route.out"),),
    ),
    Case(
        "a way to the internet from a new table",
        plan(created("aws_route.out", o.INTERNET_ROUTE, unknown={"route_table_id": True})),
    ),
    Case(
        "a way to another network",
        plan(created("aws_route.out", {**o.INTERNET_ROUTE, "destination_cidr_block": "10.1.0.0/16"})),
    ),
    Case(
        "a table of ways gets one to the internet that comes with the plan",
        plan(
            updated(
                "aws_route_table.private",
                {"id": "rtb-1", "route": []},
                route=[{"cidr_block": "0.0.0.0/0"}],
                unknown={"route": [{"gateway_id": True}]},
            )
        ),
        blocked=(("weaken", "aws_route_table.private"),),
    ),
    Case(
        "a subnet takes the ways of another table",
        plan(updated("aws_route_table_association.one", {"route_table_id": "rtb-1"}, route_table_id="rtb-public")),
        blocked=(("weaken", "aws_route_table_association.one"),),
    ),
    Case(
        "pages may send another header",
        plan(
            updated(
                CORS,
                {**o.CORS, "cors_rule": o.cors(headers=["content-type"])},
                cors_rule=o.cors(headers=["content-type", "x-amz-acl"]),
            )
        ),
        blocked=(("weaken", CORS),),
    ),
    Case(
        "pages may send fewer headers",
        plan(updated(CORS, o.CORS, cors_rule=o.cors(headers=["Content-Type"]))),
    ),
)

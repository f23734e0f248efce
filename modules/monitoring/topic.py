"""The topic through which people hear of what happens."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from environments.schema import Environment
from modules.monitoring.policies import protocol_of, render_topic_policy
from modules.policy import document
from monitoring.topic import topic_arn, topic_name


class Topic(Construct):
    """An encrypted topic, to which AWS's own services of this account may publish, and its subscriptions."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, key_arn: str) -> None:
        super().__init__(scope, id_)
        name = topic_name(environment)
        topic = SnsTopic(
            self,
            "topic",
            name=name,
            display_name=name,
            kms_master_key_id=key_arn,
            tags={"Name": name},
        )
        self._policy = SnsTopicPolicy(
            self, "policy", arn=topic.arn, policy=document(render_topic_policy(environment, topic_arn(environment)))
        )
        for number, subscriber in enumerate(environment.alarms.subscriptions, start=1):
            SnsTopicSubscription(
                self,
                f"subscription-{number}",
                topic_arn=topic.arn,
                protocol=protocol_of(subscriber),
                endpoint=subscriber,
            )
        self.arn: str = topic.arn

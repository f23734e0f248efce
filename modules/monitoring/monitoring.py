"""What is watched, put together."""

from __future__ import annotations

import json

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from environments.schema import Environment
from modules.monitoring.alarms import Alarms
from modules.monitoring.topic import Topic
from monitoring import alarms
from monitoring.dashboard import dashboard_name, render_dashboard
from tierstore.declaration.model import DataModel


class Monitoring(Construct):
    """The topic, every alarm of the environment, and the dashboard `<prefix>-<environment>`."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, model: DataModel, key_arn: str) -> None:
        super().__init__(scope, id_)
        watched = alarms(environment, model)
        topic = Topic(self, "topic", environment=environment, key_arn=key_arn)
        Alarms(self, "alarms", environment=environment, alarms=watched, topic_arn=topic.arn)
        CloudwatchDashboard(
            self,
            "dashboard",
            dashboard_name=dashboard_name(environment),
            dashboard_body=json.dumps(render_dashboard(environment, watched)),
        )
        self.topic_arn = topic.arn
        """Where people hear of what happens."""

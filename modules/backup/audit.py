"""What AWS Backup tells of its jobs every day, and what it judges."""

from __future__ import annotations

from collections.abc import Mapping

from cdktf import TerraformResource
from cdktf_cdktf_provider_aws.backup_framework import (
    BackupFramework,
    BackupFrameworkControl,
    BackupFrameworkControlInputParameter,
    BackupFrameworkControlScope,
)
from cdktf_cdktf_provider_aws.backup_report_plan import (
    BackupReportPlan,
    BackupReportPlanReportDeliveryChannel,
    BackupReportPlanReportSetting,
)
from constructs import Construct

from environments.backup_audit import FOLDER, REPORTS, TYPES, Control, controls, reports
from environments.schema import Environment

_TAG = "Environment"


class Audit(Construct):
    """Daily lists of jobs in the bucket `bucket_name`, and the framework of controls where AWS Config runs."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, bucket_name: str) -> None:
        super().__init__(scope, id_)
        self.reports: list[TerraformResource] = [
            BackupReportPlan(
                self,
                jobs.replace("_", "-"),
                name=environment.report_plan(jobs),
                description=f"What became of {jobs.replace('_', ' ')}",
                report_delivery_channel=BackupReportPlanReportDeliveryChannel(
                    s3_bucket_name=bucket_name, s3_key_prefix=FOLDER, formats=["CSV"]
                ),
                report_setting=BackupReportPlanReportSetting(report_template=REPORTS[jobs]),
                tags={"Name": environment.report_plan(jobs)},
            )
            for jobs in reports(environment)
        ]
        """The first of them makes the role by which AWS Backup delivers."""
        judged = controls(environment)
        if judged:
            tags = {_TAG: environment.resource_tags[_TAG]}
            BackupFramework(
                self,
                "framework",
                name=environment.backup_framework,
                description=f"Backups of {environment.prefix}-{environment.name} are made and kept as configured",
                control=[_control(each, tags) for each in judged],
                tags={"Name": environment.backup_framework},
            )


def _control(control: Control, tags: Mapping[str, str]) -> BackupFrameworkControl:
    return BackupFrameworkControl(
        name=control.name,
        input_parameter=[
            BackupFrameworkControlInputParameter(name=name, value=value) for name, value in control.parameters.items()
        ],
        # By type and by tag, which together name what is the environment's.
        scope=BackupFrameworkControlScope(compliance_resource_types=list(TYPES), tags=dict(tags))
        if control.of_resources
        else None,
    )

"""Publishes how to connect: to applications through Parameter Store, to people and scripts as Terraform outputs."""

from __future__ import annotations

import json

from cdktf import TerraformOutput
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from modules.checkov import suppress


class PublishedDocument(Construct):
    """A connection document as an SSM parameter."""

    def __init__(self, scope: Construct, id_: str, *, parameter_name: str, document: dict[str, object]) -> None:
        super().__init__(scope, id_)
        parameter = SsmParameter(
            self,
            "parameter",
            name=parameter_name,
            description="How an application connects to the storage tiers",
            type="String",
            # Not marked as sensitive, since it is not: a plan shows what changes.
            insecure_value=json.dumps(document),
        )
        suppress(parameter, {"CKV2_AWS_34": "It holds names and addresses, and no secret."})


class Connection(PublishedDocument):
    """One document as an SSM parameter, and its parts as outputs of the stack."""

    def __init__(self, scope: Construct, id_: str, *, parameter_name: str, document: dict[str, object]) -> None:
        super().__init__(scope, id_, parameter_name=parameter_name, document=document)
        for name, value in (document | {"connection_parameter": parameter_name}).items():
            output = TerraformOutput(self, name, value=value)
            output.override_logical_id(name)

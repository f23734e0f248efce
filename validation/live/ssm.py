"""What Systems Manager's Parameter Store holds."""

from __future__ import annotations

from validation.clients import Clients
from validation.framework.result import Unmet


def parameter(clients: Clients, name: str) -> str:
    """The value of a parameter; raises `Unmet` where there is none."""
    try:
        return clients.ssm.get_parameter(Name=name)["Parameter"]["Value"]
    except clients.ssm.exceptions.ParameterNotFound:
        raise Unmet(f"parameter {name}", expected="exists", found="does not exist") from None

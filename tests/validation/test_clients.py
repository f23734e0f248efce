"""Clients call each service where its environment says that it is."""

from __future__ import annotations

from environments import Deployment, load
from validation.clients import connect


def test_a_service_that_is_reached_elsewhere_is_called_there() -> None:
    environment = load("dev").model_copy(update={"endpoints": {"dynamodb": "https://dynamodb.example.org"}})

    clients = connect(Deployment(environment=environment, sandbox=None))

    assert clients.dynamodb.meta.endpoint_url == "https://dynamodb.example.org"
    assert clients.kms.meta.endpoint_url == "https://kms.us-east-1.amazonaws.com"


def test_the_disaster_recovery_region_has_clients_of_its_own() -> None:
    environment = load("prod").model_copy(update={"endpoints": {"kms": "https://kms.example.org"}})

    clients = connect(Deployment(environment=environment, sandbox=None))

    assert clients.disaster_recovery is not None
    assert clients.disaster_recovery.kms.meta.endpoint_url == "https://kms.us-west-2.amazonaws.com"


def test_without_a_disaster_recovery_region_there_are_no_clients_for_it() -> None:
    assert connect(Deployment(environment=load("dev"), sandbox=None)).disaster_recovery is None

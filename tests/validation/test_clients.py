"""Clients call each service where its environment says that it is."""

from __future__ import annotations

from environments import Deployment, load
from validation.clients import connect


def test_a_service_that_is_reached_elsewhere_is_called_there() -> None:
    environment = load("dev").model_copy(update={"endpoints": {"dynamodb": "https://dynamodb.example.org"}})

    clients = connect(Deployment(environment=environment, sandbox=None))

    assert clients.dynamodb.meta.endpoint_url == "https://dynamodb.example.org"
    assert clients.kms.meta.endpoint_url == "https://kms.us-east-1.amazonaws.com"

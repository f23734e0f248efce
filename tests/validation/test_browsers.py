"""A deployed bucket lets our own pages upload, and no others."""

from __future__ import annotations

import ssl
from contextlib import closing
from http.client import HTTPSConnection
from urllib.parse import urlsplit

import pytest

from tests.support.deployed import Deployed

pytestmark = pytest.mark.integration

ASKED = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type,x-amz-checksum-sha256",
}


def preflight(deployed: Deployed, origin: str) -> tuple[int, str | None]:
    """What a browser is told before it sends a page's upload: the status, and the origin that may."""
    deployment = deployed.load()
    assert deployment.sandbox is not None
    context = ssl.create_default_context(cafile=str(deployment.sandbox.ca_file))
    bucket = deployment.environment.bucket_name("uploads")
    host = urlsplit(deployment.sandbox.endpoint).netloc
    with closing(HTTPSConnection(host, context=context, timeout=300)) as connection:
        connection.request("OPTIONS", f"/{bucket}/uploads/ada/1/picture.png", headers={"Origin": origin, **ASKED})
        response = connection.getresponse()
        return response.status, response.headers.get("Access-Control-Allow-Origin")


def test_our_own_pages_may_upload(deployed_local: Deployed) -> None:
    (origin,) = deployed_local.load().environment.bucket("uploads").cors_origins

    assert preflight(deployed_local, origin) == (200, origin)


def test_pages_of_others_may_not(deployed_local: Deployed) -> None:
    assert preflight(deployed_local, "https://elsewhere.example") == (403, None)

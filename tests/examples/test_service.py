"""The example service, started as its page says and used over HTTP as its clients would."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from sandbox.connection import render_variables
from tests.support.deployed import Deployed
from tierstore.identifiers import new_ulid
from toolchain.paths import ROOT

pytestmark = pytest.mark.integration

PATIENCE = 300.0
"""Seconds in which any machine has started the service, or answered a request."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """The running service."""

    url: str
    log: Path
    ca_file: Path

    def request(self, method: str, path: str, *, secret: str | None = None, **options: object) -> requests.Response:
        """Ask the service; `secret` is the cookie that a browser would send over HTTPS only."""
        headers = {"Cookie": f"session={secret}"} if secret else {}
        return requests.request(method, self.url + path, headers=headers, timeout=PATIENCE, **options)  # type: ignore[arg-type] # whatever requests takes

    def letter_to(self, address: str) -> str:
        """The last letter that was sent to an address."""
        letters: list[str] = re.findall(rf"mail to {re.escape(address)}: (.*)", self.log.read_text())
        return letters[-1]


@pytest.fixture(scope="module")
def service(deployed_local: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service on the deployed `local`, and nothing of it afterwards."""
    sandbox = deployed_local.load().sandbox
    assert sandbox is not None
    log = tmp_path_factory.mktemp("service") / "log"
    command = [sys.executable, "-m", "uvicorn", "examples.service.main:app", "--port", "0"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **render_variables(sandbox)}, stdout=output, stderr=output
        )
    try:
        yield Service(url=_await_start(log, process), log=log, ca_file=sandbox.ca_file)
    finally:
        process.terminate()
        process.wait()


def _await_start(log: Path, process: subprocess.Popen[bytes]) -> str:
    """Where the service listens, as it tells once it does."""
    give_up = time.monotonic() + PATIENCE
    while (told := re.search(r"running on (http://127\.0\.0\.1:\d+)", log.read_text())) is None:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < give_up, log.read_text()
        time.sleep(0.1)
    return told[1]


@pytest.fixture
def email() -> str:
    """An address that nobody has used."""
    return f"ada-{new_ulid().lower()}@example.org"


@pytest.fixture
def sign_in(service: Service, email: str) -> Callable[[], str]:
    """Has a user with `email` join and sign in; returns the secret of a new session."""
    joined = service.request("POST", "/users", json={"email": email, "display_name": "Ada"})
    assert joined.status_code == 201, joined.text

    def secret() -> str:
        service.request("POST", "/sign-in/code", json={"email": email}).raise_for_status()
        code = service.letter_to(email).rpartition(" ")[2]
        signed_in = service.request("POST", "/sign-in", json={"email": email, "code": code})
        assert signed_in.status_code == 204, signed_in.text
        return signed_in.cookies["session"]

    return secret


def test_a_user_joins_signs_in_and_is_renamed(service: Service, email: str, sign_in: Callable[[], str]) -> None:
    secret = sign_in()
    renamed = service.request("PATCH", "/me", secret=secret, json={"display_name": "Countess"})

    assert renamed.status_code == 200
    assert service.request("GET", "/me", secret=secret).json() == {
        "id": renamed.json()["id"],
        "email": email,
        "display_name": "Countess",
    }


@pytest.mark.usefixtures("sign_in")
def test_an_address_is_taken_once_whatever_its_case(service: Service, email: str) -> None:
    again = service.request("POST", "/users", json={"email": email.upper(), "display_name": "Eve"})

    assert again.status_code == 409
    assert email not in again.text.casefold()


def test_a_code_is_worth_nothing_the_second_time(service: Service, email: str, sign_in: Callable[[], str]) -> None:
    sign_in()
    code = service.letter_to(email).rpartition(" ")[2]

    assert service.request("POST", "/sign-in", json={"email": email, "code": code}).status_code == 401


@pytest.mark.usefixtures("sign_in")
def test_guessing_codes_ends_soon(service: Service, email: str) -> None:
    answers = [
        service.request("POST", "/sign-in", json={"email": email, "code": "00000000"}).status_code for _ in range(6)
    ]

    assert answers == [401, 401, 401, 401, 401, 429]


def test_signing_out_everywhere_ends_every_session(service: Service, sign_in: Callable[[], str]) -> None:
    here, elsewhere = sign_in(), sign_in()

    ended = service.request("POST", "/sign-out/everywhere", secret=here)

    assert ended.json() == {"ended": 2}
    assert [service.request("GET", "/me", secret=each).status_code for each in (here, elsewhere)] == [401, 401]


def test_a_file_goes_to_the_bucket_and_comes_back(service: Service, sign_in: Callable[[], str]) -> None:
    secret, content = sign_in(), b"name,born\nAda,1815\n"
    announced = service.request("POST", "/uploads", secret=secret, json=announcement(content)).json()
    assert service.request("POST", f"/uploads/{announced['file']['id']}/complete", secret=secret).status_code == 404

    send = announced["send"]
    requests.request(
        send["method"],
        send["url"],
        headers=send["headers"],
        data=content,
        verify=str(service.ca_file),
        timeout=PATIENCE,
    ).raise_for_status()
    completed = service.request("POST", f"/uploads/{announced['file']['id']}/complete", secret=secret)

    assert completed.json()["status"] == "complete"
    listed = service.request("GET", "/uploads", secret=secret).json()
    assert (listed["files"], listed["cursor"]) == ([completed.json()], None)
    redirect = service.request(
        "GET", f"/uploads/{announced['file']['id']}/content", secret=secret, allow_redirects=False
    )
    assert requests.get(redirect.headers["Location"], verify=str(service.ca_file), timeout=PATIENCE).content == content


def test_a_type_that_the_bucket_does_not_take_is_refused(service: Service, sign_in: Callable[[], str]) -> None:
    refused = service.request(
        "POST", "/uploads", secret=sign_in(), json={**announcement(b"MZ"), "content_type": "application/x-msdownload"}
    )

    assert refused.status_code == 422
    assert "application/x-msdownload" in refused.json()["detail"]


def test_nobody_is_let_in_without_a_session(service: Service) -> None:
    assert service.request("GET", "/me").status_code == 401
    assert service.request("GET", "/uploads", secret="guessed").status_code == 401


def announcement(content: bytes) -> dict[str, object]:
    return {
        "file_name": "people.csv",
        "content_type": "text/csv",
        "size_bytes": len(content),
        "checksum_sha256": b64encode(hashlib.sha256(content).digest()).decode(),
    }

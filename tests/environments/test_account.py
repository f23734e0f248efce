"""Nothing happens with the credentials of another account."""

from __future__ import annotations

import os
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from environments import Environment, WrongAccount
from environments.account import Caller, mismatch, require_account

IDENTITY = """\
<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::{account}:user/me</Arn><UserId>AIDAEXAMPLE</UserId><Account>{account}</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
EXPIRED = """\
<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>ExpiredToken</Code><Message>The security token
included in the request is expired</Message></Error></ErrorResponse>"""

AnswerOfSts = Callable[[int, str], None]


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Throw-away AWS credentials, and none but these."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no AWS credentials are found."""
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")


@pytest.fixture
def sts_answers(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> AnswerOfSts:
    """Starts an STS on loopback that gives one answer."""

    def start(status: int, body: str) -> None:
        class Sts(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Keep the test's output clean."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Sts)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()

        def stop() -> None:
            server.shutdown()
            thread.join()
            server.server_close()

        request.addfinalizer(stop)
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", f"http://127.0.0.1:{server.server_port}")

    return start


def test_the_pinned_account_is_right(environment: Environment) -> None:
    assert mismatch(environment, Caller(account="111111111111", arn="arn:aws:iam::111111111111:user/me")) is None


def test_another_account_is_named_with_the_pinned_one(environment: Environment) -> None:
    assert mismatch(environment, Caller(account="999999999999", arn="arn:aws:iam::999999999999:user/me")) == (
        "wrong account: given credentials of arn:aws:iam::999999999999:user/me in account 999999999999, "
        "environment dev allows account 111111111111 only: choose another AWS_PROFILE"
    )


@pytest.mark.usefixtures("credentials")
def test_credentials_of_the_pinned_account_may_pass(environment: Environment, sts_answers: AnswerOfSts) -> None:
    sts_answers(200, IDENTITY.format(account="111111111111"))

    require_account(environment)


@pytest.mark.usefixtures("credentials")
def test_the_question_goes_to_the_endpoint_of_the_environment(
    environment: Environment, sts_answers: AnswerOfSts, monkeypatch: pytest.MonkeyPatch
) -> None:
    sts_answers(200, IDENTITY.format(account="111111111111"))
    elsewhere = environment.model_copy(update={"endpoints": {"sts": os.environ["AWS_ENDPOINT_URL_STS"]}})
    monkeypatch.delenv("AWS_ENDPOINT_URL_STS")

    require_account(elsewhere)


@pytest.mark.usefixtures("credentials")
def test_credentials_of_another_account_may_not(environment: Environment, sts_answers: AnswerOfSts) -> None:
    sts_answers(200, IDENTITY.format(account="999999999999"))

    with pytest.raises(WrongAccount, match=r"^wrong account: given credentials of arn:aws:iam::999999999999:user/me"):
        require_account(environment)


@pytest.mark.usefixtures("credentials")
def test_credentials_that_aws_refuses_are_explained_in_one_line(
    environment: Environment, sts_answers: AnswerOfSts
) -> None:
    sts_answers(403, EXPIRED)

    with pytest.raises(WrongAccount, match=r"ExpiredToken.*The security token included in the request") as refusal:
        require_account(environment)

    assert "\n" not in str(refusal.value)


@pytest.mark.usefixtures("no_credentials")
def test_missing_credentials_are_explained_in_one_line(environment: Environment) -> None:
    with pytest.raises(WrongAccount) as refusal:
        require_account(environment)

    assert str(refusal.value) == (
        "given no AWS credentials, environment dev allows those of account 111111111111: set AWS_PROFILE or log in"
    )

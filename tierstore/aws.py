"""Credentials, endpoints and trust, found by botocore as every AWS tool finds them.

Importing this module imports botocore, so only transports do, when they are made.
"""

from __future__ import annotations

import ssl
from pathlib import Path

import botocore
from botocore.credentials import Credentials, ReadOnlyCredentials, RefreshableCredentials
from botocore.exceptions import BotoCoreError
from botocore.session import Session

from tierstore.connection import AwsAccess, Connection
from tierstore.core.processes import PerProcess
from tierstore.errors import AccessDeniedError


class AwsIdentity:
    """Who asks AWS, and where; nothing is looked up before it is needed."""

    def __init__(self, access: AwsAccess) -> None:
        self.access = access
        self.session: PerProcess[Session] = PerProcess(self._make_session)
        """The session of botocore; call it. Make clients from it in one thread at a time."""
        self.credentials: PerProcess[Credentials] = PerProcess(self._find_credentials)
        """Call it; to sign a request, take `frozen_credentials`."""
        self.tls: PerProcess[ssl.SSLContext] = PerProcess(self._make_tls)
        """Checks certificates and host names; call it."""

    @property
    def has_credentials_ready(self) -> bool:
        """Whether `frozen_credentials` answers at once; otherwise it asks other services, and blocks meanwhile."""
        if not self.credentials.is_made:
            return False
        found = self.credentials()
        return not (isinstance(found, RefreshableCredentials) and found.refresh_needed())

    def frozen_credentials(self) -> ReadOnlyCredentials:
        """What to sign one request with; raises `AccessDeniedError` where there is nothing."""
        try:
            return self.credentials().get_frozen_credentials()
        except BotoCoreError as error:
            raise AccessDeniedError(f"AWS credentials cannot be had: {error}") from error

    def endpoint(self, service: str) -> str:
        """URL of a service in the connection's region, such as `https://dynamodb.eu-central-1.amazonaws.com`."""
        region = self.access.region
        domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        return self.access.endpoint_url or f"https://{service}.{region}.{domain}"

    def _make_session(self) -> Session:
        session = Session(profile=self.access.profile)
        session.set_config_variable("region", self.access.region)
        return session

    def _find_credentials(self) -> Credentials:
        credentials = self.session().get_credentials()
        if credentials is None:
            raise AccessDeniedError(
                "no AWS credentials were found; sign in with the AWS CLI, set AWS_PROFILE, or run with a role"
            )
        return credentials

    def _make_tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.access.ca_file or _certificate_authorities())


class Aws(AwsIdentity):
    """What all transports to the AWS services of one connection share."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.connection = connection


def _certificate_authorities() -> Path | None:
    """The list that comes with botocore where Python finds none on this machine, as in minimal containers."""
    known = ssl.get_default_verify_paths()
    return None if known.cafile or known.capath else Path(botocore.__file__).with_name("cacert.pem")

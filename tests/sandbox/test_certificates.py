from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import pytest

from sandbox import certificates
from sandbox.certificates import CertificateFiles


@pytest.fixture
def authority(tmp_path: Path) -> CertificateFiles:
    """A new certificate authority."""
    return certificates.ensure_authority(tmp_path / "authority")


@pytest.fixture
def server(tmp_path: Path, authority: CertificateFiles) -> CertificateFiles:
    """A certificate for two addresses and a name."""
    files = CertificateFiles(certificate=tmp_path / "server.pem", key=tmp_path / "server.key")
    certificates.issue(authority, files, hosts=["127.0.0.1", "127.1.2.3", "localhost"])
    return files


def shake_hands(server: CertificateFiles, trusted: Path, host: str) -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(server.certificate, server.key)
    asking = ssl.create_default_context(cafile=str(trusted))
    asking.verify_flags |= ssl.VERIFY_X509_STRICT
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            serving.wrap_socket(theirs, server_side=True).close()
        except ssl.SSLError:
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        asking.wrap_socket(ours, server_hostname=host).close()
    finally:
        ours.close()
        thread.join()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost"])
def test_clients_that_trust_the_authority_trust_the_server(
    authority: CertificateFiles, server: CertificateFiles, host: str
) -> None:
    shake_hands(server, authority.certificate, host)


def test_another_address_is_not_the_server(authority: CertificateFiles, server: CertificateFiles) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        shake_hands(server, authority.certificate, "127.0.0.2")


def test_another_authority_does_not_vouch_for_it(tmp_path: Path, server: CertificateFiles) -> None:
    stranger = certificates.ensure_authority(tmp_path / "stranger")

    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(server, stranger.certificate, "127.0.0.1")


def test_the_authority_stays_the_same(tmp_path: Path, authority: CertificateFiles) -> None:
    before = authority.certificate.read_bytes()

    assert certificates.ensure_authority(tmp_path / "authority").certificate.read_bytes() == before


def test_private_keys_are_readable_by_the_owner_only(authority: CertificateFiles, server: CertificateFiles) -> None:
    assert {file.stat().st_mode & 0o777 for file in (authority.key, server.key)} == {0o600}

"""A certificate authority of the sandbox's own, for the gateway's HTTPS and for Redis."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.files import write_private

# As long as a checkout may live; the authority is trusted by nobody but the sandbox's own clients.
_VALIDITY = timedelta(days=3650)
_CLOCK_SKEW = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class CertificateFiles:
    """A certificate and its private key, both PEM."""

    certificate: Path
    key: Path


def ensure_authority(folder: Path) -> CertificateFiles:
    """Return the certificate authority kept in `folder` (`ca.pem`, `ca.key`), made on first use."""
    files = CertificateFiles(certificate=folder / "ca.pem", key=folder / "ca.key")
    if not files.certificate.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Tierstore sandbox CA")
        certificate = (
            _builder(subject=name, issuer=name, key=key.public_key(), issuer_key=key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(signs_certificates=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        write_private(files.key, _key_pem(key))
        write_private(files.certificate, certificate.public_bytes(serialization.Encoding.PEM))
    return files


def issue(authority: CertificateFiles, files: CertificateFiles, *, hosts: list[str]) -> None:
    """Write a server certificate for `hosts` (names and IP addresses), signed by the authority."""
    issuer = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
    issuer_key = serialization.load_pem_private_key(authority.key.read_bytes(), password=None)
    if not isinstance(issuer_key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{authority.key} holds a {type(issuer_key).__name__}, not an elliptic-curve key")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(
            subject=_name(hosts[0]), issuer=issuer.subject, key=key.public_key(), issuer_key=issuer_key.public_key()
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        # Nodes of a Redis Cluster are each other's clients, too.
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    write_private(files.key, _key_pem(key))
    write_private(files.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def _builder(
    *, subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, issuer_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + _VALIDITY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

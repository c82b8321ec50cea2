"""A certificate authority of the test's own and certificates by it."""

import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificate:
    """For one name; `authority` is the PEM of who signed it."""

    pem: bytes
    authority: str

    def server_context(self, named: Callable[..., Any]) -> ssl.SSLContext:
        """For a server; `named` is told the name that a client asks for."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = named
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "site.pem")
            path.write_bytes(self.pem)
            context.load_cert_chain(path)
        return context


@cache
def certificate_for(name: str) -> Certificate:
    """A fresh certificate, signed by an authority that nobody knows yet."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    authority = _builder(issuer, issuer, authority_key).add_extension(x509.BasicConstraints(True, None), True)
    authority = authority.add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), False)
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    authority_pem = authority.add_extension(usage, True).sign(authority_key, hashes.SHA256()).public_bytes(Encoding.PEM)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    site = _builder(subject, issuer, key).add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    signed = site.add_extension(identifier, False).sign(authority_key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Certificate(private + signed.public_bytes(Encoding.PEM), authority_pem.decode())


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )

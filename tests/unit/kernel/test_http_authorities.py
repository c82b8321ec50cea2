"""A certificate authority of one service: trusted for it, for nobody else, and never a way around verification."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from secretary.kernel.errors import Upstream
from secretary.kernel.http import DestinationKind, HttpClient, HttpRequest
from secretary.kernel.http.authorities import trusting
from secretary.kernel.http.redirects import redirected


def certified(folder: Path, host: str) -> tuple[Path, Path]:
    """A self-signed authority that is the server too: its certificate, and the certificate with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "root.pem").write_bytes(public)
    (folder / "server.pem").write_bytes(public + secret)
    return folder / "root.pem", folder / "server.pem"


@asynccontextmanager
async def served(certificate: Path) -> AsyncGenerator[str, None]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        writer.close()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def got(http: HttpClient, request: HttpRequest) -> bytes:
    async with http.request(request) as response:
        return await response.read(100)


async def test_authority_is_trusted_where_it_is_named_and_nowhere_else(tmp_path: Path) -> None:
    root, server = certified(tmp_path, "127.0.0.1")
    http = HttpClient()
    async with served(server) as url:
        plain = HttpRequest("GET", url, DestinationKind.TRUSTED)
        with pytest.raises(Upstream, match="http_certificate"):
            await got(http, plain)
        assert await got(http, replace(plain, ca_file=root)) == b"ok"
        with pytest.raises(Upstream, match="http_certificate"):
            await got(http, plain)
    await http.aclose()


async def test_name_is_still_verified(tmp_path: Path) -> None:
    root, server = certified(tmp_path, "127.0.0.2")
    http = HttpClient()
    async with served(server) as url:
        with pytest.raises(Upstream, match="http_certificate"):
            await got(http, HttpRequest("GET", url, DestinationKind.TRUSTED, ca_file=root))
    await http.aclose()


async def test_file_is_read_again_only_where_it_changed(tmp_path: Path) -> None:
    root, _ = certified(tmp_path, "127.0.0.1")
    first = await trusting(root)
    assert await trusting(root) is first
    assert first.verify_mode is ssl.CERT_REQUIRED
    assert first.check_hostname
    root.write_bytes(b"nothing")
    with pytest.raises(Upstream, match="http_certificate"):
        await trusting(root)
    root.unlink()
    with pytest.raises(Upstream, match="http_certificate"):
        await trusting(root)


def test_redirect_to_another_origin_leaves_the_authority_behind() -> None:
    request = HttpRequest("GET", "https://a.example/", ca_file=Path("root.pem"), max_redirects=1)
    assert redirected(request, 302, "https://a.example/2").ca_file == Path("root.pem")
    assert redirected(request, 302, "https://b.example/").ca_file is None

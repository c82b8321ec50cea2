"""A hub of models on loopback, in threads of its own, with a content delivery network on another port.

It answers as the Hugging Face Hub does (huggingface.co/docs/hub/api; what the library huggingface_hub 1.x sends and
reads): `GET /api/models/{repo}/revision/{rev}?blobs=true` with `sha`, `cardData`, `siblings[].lfs.sha256`, and
`GET /{repo}/resolve/{commit}/{path}` with a redirect to the network, `X-Repo-Commit`, `X-Linked-Etag`, `X-Linked-Size`.
"""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PATIENCE_S = 30
SLICE = 16 * 1024


def weights(size: int = 300_000, seed: int = 1) -> bytes:
    """Bytes that pass for a model, other ones for another seed."""
    return b"GGUF" + hashlib.shake_256(bytes([seed])).digest(size - 4)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came; header names are lower case."""

    where: str
    path: str
    headers: dict[str, str]


@dataclass(slots=True)
class Published:
    """A file of a repository at a commit, and what the hub says of it, true or not."""

    content: bytes
    sha256: str
    size: int
    is_large: bool = True


@dataclass
class Hub:
    """`cuts` are byte counts after which the next answers of the network break off, one each. `hold_after`: the next
    answer waits after so many bytes until `release` is set. `statuses` answer by the beginning of a path.
    """

    has_ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    hold_after: int | None = None
    statuses: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)
    redirect_to: str | None = None

    def __post_init__(self) -> None:
        self._commits: dict[str, list[tuple[str, dict[str, Published]]]] = {}
        self._licences: dict[str, str] = {}
        self._servers = [_Server(self, "hub"), _Server(self, "network")]
        for server in self._servers:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return self._servers[0].url

    def publish(self, repository: str, path: str, content: bytes, licence: str = "apache-2.0", **claims: Any) -> str:
        """A new commit of the repository that has this file; the commit's id."""
        commits = self._commits.setdefault(repository, [])
        files = dict(commits[-1][1]) if commits else {}
        files[path] = Published(
            content, **{"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)} | claims
        )
        commit = hashlib.sha256(f"{repository}{len(commits)}".encode()).hexdigest()[:40]
        commits.append((commit, files))
        self._licences[repository] = licence
        return commit

    def forget(self, repository: str) -> None:
        """Rewrite its history: only the newest commit is left."""
        del self._commits[repository][:-1]

    def at(self, repository: str, revision: str) -> tuple[str, dict[str, Published]] | None:
        commits = self._commits.get(repository, [])
        if revision == "main":
            return commits[-1] if commits else None
        return next((found for found in commits if found[0] == revision), None)

    def info(self, repository: str, revision: str) -> dict[str, Any] | None:
        found = self.at(repository, revision)
        if found is None:
            return None
        return {
            "id": repository,
            "sha": found[0],
            "cardData": {"license": self._licences[repository]},
            "tags": ["gguf", f"license:{self._licences[repository]}"],
            "siblings": [_sibling(path, file) for path, file in found[1].items()],
        }

    def network_url(self, repository: str, commit: str, path: str) -> str:
        return self.redirect_to or f"{self._servers[1].url}/{repository}/{commit}/{path}?signed=yes"

    def of(self, where: str) -> list[Asked]:
        """What the hub, or its network, was asked."""
        return [one for one in self.asked if one.where == where]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, hub: Hub, where: str) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.hub, self.where = hub, where

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that left is no news."""


class _Answers(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        hub, path = self.server.hub, self.path.partition("?")[0]
        headers = {name.lower(): value for name, value in self.headers.items()}
        hub.asked.append(Asked(self.server.where, self.path, headers))
        for prefix, (status, more) in hub.statuses.items():
            if path.startswith(prefix):
                return self._say(status, b"{}", more)
        if self.server.where == "network":
            return self._file(path)
        if found := re.fullmatch(r"/api/models/(.+)/revision/([^/]+)", path):
            info = hub.info(found[1], found[2])
            return self._say(200 if info else 404, json.dumps(info or {"error": "Repository not found"}).encode())
        if found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            return self._redirect(*found.groups())
        return self._say(404, b"{}")

    def _redirect(self, repository: str, commit: str, path: str) -> None:
        found = self.server.hub.at(repository, commit)
        if found is None or path not in found[1]:
            return self._say(404, b"Entry not found")
        return self._say(302, b"", {
            "Location": self.server.hub.network_url(repository, commit, path),
            "X-Repo-Commit": commit,
            "X-Linked-Etag": f'"{found[1][path].sha256}"',
            "X-Linked-Size": str(found[1][path].size),
        })  # fmt: skip

    def _file(self, path: str) -> None:
        owner, name, commit, file = path.lstrip("/").split("/", 3)
        found = self.server.hub.at(f"{owner}/{name}", commit)
        if found is None:
            return self._say(404, b"")
        content, status, headers = found[1][file].content, 200, {}
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and self.server.hub.has_ranges:
            start = int(asked[1])
            if start >= len(content):
                return self._say(416, b"")
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            content, status = content[start:], 206
        return self._body(status, content, headers)

    def _body(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        hub = self.server.hub
        cut = hub.cuts.pop(0) if hub.cuts else None
        self._head(status, len(content), headers)
        with suppress(OSError):
            for piece, at in _slices(content, cut, hub.hold_after):
                self.wfile.write(piece)
                if at == hub.hold_after:
                    hub.hold_after = None
                    hub.held.set()
                    hub.release.wait(PATIENCE_S)
        if cut is not None:
            self.close_connection = True

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self._head(status, len(body), headers or {})
        self.wfile.write(body)

    def _head(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


def _slices(content: bytes, cut: int | None, hold: int | None) -> Iterator[tuple[bytes, int]]:
    """Pieces with the number of bytes sent after each, one of them ending at `hold`."""
    content = content if cut is None else content[:cut]
    marks = sorted(
        {*range(SLICE, len(content), SLICE), len(content), *([hold] if hold and hold < len(content) else [])}
    )
    begin = 0
    for mark in marks:
        yield content[begin:mark], mark
        begin = mark


def _sibling(path: str, file: Published) -> dict[str, Any]:
    if not file.is_large:
        return {"rfilename": path, "size": file.size}
    lfs = {"sha256": file.sha256, "size": file.size, "pointerSize": 134}
    return {"rfilename": path, "size": file.size, "blobId": "0" * 40, "lfs": lfs}

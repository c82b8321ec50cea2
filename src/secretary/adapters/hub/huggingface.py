"""The Hugging Face Hub, or a mirror that speaks as it does.

Protocol (huggingface.co/docs/hub/api, and what the library huggingface_hub sends; read 2026-11):
`GET /api/models/{repo}/revision/{rev}?blobs=true` names the commit, the files with their sizes, and the SHA-256 of
those in LFS; `GET /{repo}/resolve/{commit}/{path}` redirects to a content delivery network, which knows ranges. A
repository that does not exist and one that is closed are both answered 401 to strangers.
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from secretary.kernel.http import DestinationKind, HttpClient, HttpRequest, HttpResponse, HttpTimeouts
from secretary.operations.local_models.errors import hub_busy, hub_error, model_error
from secretary.operations.local_models.ports import Download, HubFile, Repository

_LARGEST_WORD: Final = 8 << 20
_MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TALK: Final = HttpTimeouts(connect_s=10, first_byte_s=30, idle_s=30, total_s=60)
_FILE: Final = HttpTimeouts(connect_s=10, first_byte_s=60, idle_s=60, total_s=7 * 24 * 3600)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}")
_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")
_LONGEST_WAIT_S: Final = 3600


class _Lfs(BaseModel):
    size: int = Field(ge=0)
    sha256: str = ""
    oid: str = ""


class _Sibling(BaseModel):
    rfilename: str
    size: int | None = None
    lfs: _Lfs | None = None


class _ModelInfo(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    sha: str
    siblings: list[_Sibling] = Field(default_factory=list)
    tags: list[str] = Field(default_factory=list)
    card: dict[str, Any] | None = Field(default=None, alias="cardData")

    @property
    def licence(self) -> str:
        named = (self.card or {}).get("license")
        tagged = next((tag.removeprefix("license:") for tag in self.tags if tag.startswith("license:")), "")
        return named if isinstance(named, str) else tagged


class HuggingFace:
    """A `Hub`. `endpoint` is the environment's and trusted; where it redirects to is not, and gets no token."""

    def __init__(self, http: HttpClient, endpoint: str, token: str = "") -> None:
        self._http = http
        self._endpoint = endpoint.rstrip("/")
        self._token = token

    async def repository(self, name: str, revision: str = "main") -> Repository:
        """As the port says."""
        url = f"{self._endpoint}/api/models/{name}/revision/{quote(revision, safe='')}?blobs=true"
        async with self._get(url, _TALK) as answer:
            _raise_for(answer)
            word = await answer.read(_LARGEST_WORD)
        try:
            info = _ModelInfo.model_validate(orjson.loads(word))
        except (ValueError, ValidationError) as error:
            raise hub_error("hub_nonsense") from error
        if not _COMMIT.fullmatch(info.sha):
            raise hub_error("hub_nonsense")
        return Repository(name, info.sha, info.licence, [_file(one) for one in info.siblings])

    @asynccontextmanager
    async def download(self, name: str, commit: str, path: str, start: int) -> AsyncIterator[Download]:
        """As the port says."""
        url = f"{self._endpoint}/{name}/resolve/{quote(commit, safe='')}/{quote(path)}"
        ranged = {"Range": f"bytes={start}-"} if start else {}
        async with self._get(url, _FILE, ranged) as answer:
            _raise_for(answer)
            yield Download(_begins_at(answer), answer.chunks())

    @asynccontextmanager
    async def _get(
        self, url: str, timeouts: HttpTimeouts, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[HttpResponse]:
        """Follow redirects ourselves: a range must go along, and the token must not."""
        for _ in range(_MOST_REDIRECTS + 1):
            async with self._http.request(self._request(url, timeouts, headers or {})) as answer:
                location = answer.headers.get("Location")
                if answer.status not in _REDIRECTS or location is None:
                    yield answer
                    return
            url = _next(url, location)
        raise hub_error("hub_nonsense")

    def _request(self, url: str, timeouts: HttpTimeouts, headers: Mapping[str, str]) -> HttpRequest:
        is_ours = _origin(url) == _origin(self._endpoint)
        kind = DestinationKind.TRUSTED if is_ours else DestinationKind.TYPED
        mine = {"Authorization": f"Bearer {self._token}"} if is_ours and self._token else {}
        return HttpRequest("GET", url, kind, headers={**headers, **mine}, timeouts=timeouts)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _next(url: str, location: str) -> str:
    there = urljoin(url, location)
    if urlsplit(url).scheme == "https" and urlsplit(there).scheme != "https":
        raise hub_error("hub_nonsense")
    return there


def _raise_for(answer: HttpResponse) -> None:
    status = answer.status
    if status in {401, 403}:
        raise hub_error("hub_denied")
    if status in {404, 410}:
        raise model_error("hub_no_such_model")
    if status == 416:  # noqa: PLR2004 -- there is nothing from there on
        raise hub_error("model_wrong_size")
    if status == 429:  # noqa: PLR2004 -- its own name: too many requests
        raise hub_busy(_wait_s(answer.headers.get("Retry-After", "")))
    if status >= 500:  # noqa: PLR2004 -- the other side's fault
        raise hub_error("hub_down")
    if status not in {200, 206}:
        raise hub_error("hub_nonsense")


def _wait_s(said: str) -> int:
    return min(int(said), _LONGEST_WAIT_S) if said.isdigit() else 30


def _begins_at(answer: HttpResponse) -> int:
    if answer.status == 200:  # noqa: PLR2004 -- the whole file: no ranges here
        return 0
    found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if found is None:
        raise hub_error("hub_nonsense")
    return int(found[1])


def _file(one: _Sibling) -> HubFile:
    if one.lfs is None:
        return HubFile(one.rfilename, one.size or 0, "")
    digest = (one.lfs.sha256 or one.lfs.oid).removeprefix("sha256:").lower()
    return HubFile(one.rfilename, one.lfs.size, digest if _DIGEST.fullmatch(digest) else "")

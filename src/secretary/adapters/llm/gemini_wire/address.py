"""Where a method of a Gemini model is, and what every request to it carries. No I/O."""

from urllib.parse import quote

from secretary.kernel.http import HttpRequest, HttpTimeouts
from secretary.llm.catalog import kind_of
from secretary.llm.providers import ProviderSpec


def model_name(spec: ProviderSpec) -> str:
    """The name without the `models/` that the list of models puts before it."""
    return spec.model.removeprefix("models/")


def request_to(spec: ProviderSpec, method: str, body: bytes, timeouts: HttpTimeouts) -> HttpRequest:
    """A call of `method` (`streamGenerateContent?alt=sse`). The key goes in a header: addresses end up in logs."""
    base = (spec.base_url or kind_of(spec.type).base_url).rstrip("/").removesuffix("/v1beta")
    url = f"{base}/v1beta/models/{quote(model_name(spec), safe='')}:{method}"
    headers = {"Content-Type": "application/json"}
    if spec.api_key:
        headers["x-goog-api-key"] = spec.api_key
    return HttpRequest("POST", url, kind=spec.kind, headers=headers, body=body, timeouts=timeouts, proxy=spec.proxy)

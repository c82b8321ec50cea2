"""A prompt as the body of `streamGenerateContent`. What never changes stands first. No I/O."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from secretary.adapters.llm.gemini_wire.generations import Generation
from secretary.adapters.llm.gemini_wire.schema import taken
from secretary.adapters.llm.gemini_wire.turns import contents, system_parts
from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.llm.ports import JsonOutput, Prompt, Sampling, Tool, ToolChoice

_MODES: Final = {"auto": "AUTO", "none": "NONE", "required": "ANY"}


def request_body(prompt: Prompt, generation: Generation, signatures: Keepsakes[str]) -> bytes:
    """JSON; parameters that are None are left to the service. Gemini cannot be kept from calling tools side by side."""
    body: dict[str, Any] = {}
    wish = _wish(prompt, generation)
    if system := [*system_parts(prompt.messages), *wish]:
        body["systemInstruction"] = {"parts": system}
    if prompt.tools:
        body["tools"] = [{"functionDeclarations": [_declaration(tool) for tool in prompt.tools]}]
        body["toolConfig"] = {"functionCallingConfig": _choice(prompt.tool_choice)}
    body["contents"] = contents(prompt.messages, signatures, wants_signatures=generation.wants_signatures)
    config = _sampling(prompt.sampling, generation)
    if prompt.json_output is not None and not wish:
        config |= _json(prompt.json_output)
    if config := {name: value for name, value in config.items() if value is not None}:
        body["generationConfig"] = config
    return orjson.dumps(body)


def _declaration(tool: Tool) -> Mapping[str, Any]:
    declared: dict[str, Any] = {"name": tool.name, "description": tool.description or tool.name}
    if tool.parameters:
        declared["parametersJsonSchema"] = taken({"type": "object", **tool.parameters})
    return declared


def _choice(choice: ToolChoice) -> Mapping[str, Any]:
    if choice.name:
        return {"mode": "ANY", "allowedFunctionNames": [choice.name]}
    return {"mode": _MODES[choice.mode]}


def _sampling(sampling: Sampling, generation: Generation) -> dict[str, Any]:
    config: dict[str, Any] = {
        "maxOutputTokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "topP": sampling.top_p,
        "seed": sampling.seed,
        "stopSequences": list(sampling.stop) or None,
        "thinkingConfig": generation.efforts.get(sampling.reasoning_effort or ""),
    }
    if generation.has_penalties:
        config |= {"presencePenalty": sampling.presence_penalty, "frequencyPenalty": sampling.frequency_penalty}
    return config


def _json(wanted: JsonOutput) -> dict[str, Any]:
    schema = None if wanted.schema is None else taken(wanted.schema)
    return {"responseMimeType": "application/json", "responseJsonSchema": schema}


def _wish(prompt: Prompt, generation: Generation) -> list[dict[str, Any]]:
    """Words for what cannot be asked for otherwise: JSON beside tools, before Gemini 3."""
    wanted = prompt.json_output
    if wanted is None or not prompt.tools or generation.has_json_with_tools:
        return []
    text = "Answer with one JSON object and nothing else."
    if wanted.schema is not None:
        schema = orjson.dumps(wanted.schema, option=orjson.OPT_SORT_KEYS).decode()
        text = f"Answer with JSON that fits this schema and nothing else: {schema}"
    return [{"text": text}]

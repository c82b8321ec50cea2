"""How each service differs from OpenAI's own wire, by what their references said in autumn 2026."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from secretary.adapters.llm.openai_wire.endpoint import EFFORT_AS_IT_IS, Dialect
from secretary.llm.providers import ProviderType

_GPT: Final = re.compile(r"(?:.*/)?gpt-(\d+)(?:\.(\d+))?")
_O_SERIES: Final = re.compile(r"(?:.*/)?o\d")
_OFF: Final[Mapping[str, object]] = {"thinking": {"type": "disabled"}}
_NO_THOUGHTS: Final[Mapping[str, object]] = {"chat_template_kwargs": {"enable_thinking": False}}


def _efforts(**sent: str) -> Mapping[str, Mapping[str, object]]:
    return {effort: {"reasoning_effort": name} for effort, name in sent.items()}


# A hosted service separates thoughts and calls itself: its text is text.
_HOSTED: Final = Dialect(thinks_in_text=False, calls_in_text=False)
_REASONING: Final = replace(
    _HOSTED, max_tokens="max_completion_tokens", has_sampling=False, has_penalties=False, has_seed=False
)
_O: Final = replace(
    _REASONING,
    efforts=_efforts(none="low", minimal="low", low="low", medium="medium", high="high"),
    has_parallel_choice=False,
)
_GPT_5: Final = replace(
    _REASONING, efforts=_efforts(none="minimal", minimal="minimal", low="low", medium="medium", high="high")
)
_GPT_5_1: Final = replace(
    _REASONING, efforts=_efforts(none="none", minimal="low", low="low", medium="medium", high="high")
)
# Since gpt-5.4 this wire takes function tools only with no reasoning at all (July 2026).
_GPT_5_4: Final = replace(_GPT_5_1, tools_add={"reasoning_effort": "none"})
# DeepSeek thinks unless told not to, and takes "medium" for high (api-docs.deepseek.com/guides/thinking_mode).
_DEEPSEEK: Final = replace(
    _HOSTED,
    has_seed=False,
    has_schema=False,
    has_strict_tools=False,
    has_parallel_choice=False,
    hears_reasoning=True,
    efforts={"none": _OFF, **_efforts(minimal="low", low="low", medium="high", high="high")},
)
_MOONSHOT_V1: Final = replace(
    _HOSTED,
    has_seed=False,
    has_schema=False,
    has_forced_tools=False,
    has_strict_tools=False,
    has_parallel_choice=False,
)
# Kimi's K models have fixed sampling; K3 always thinks, K2.5 and K2.6 can be told not to; effort has no "medium".
_KIMI: Final = replace(
    _MOONSHOT_V1,
    max_tokens="max_completion_tokens",
    has_sampling=False,
    has_penalties=False,
    has_schema=True,
    hears_reasoning=True,
    efforts=_efforts(none="low", minimal="low", low="low", medium="high", high="high"),
)
_KIMI_K2: Final = replace(_KIMI, efforts={"none": _OFF, "minimal": _OFF})
_OPENROUTER: Final = replace(
    _HOSTED,
    repetition_penalty="repetition_penalty",
    efforts={effort: {"reasoning": {"effort": effort}} for effort in EFFORT_AS_IT_IS},
)
_YANDEXGPT: Final = replace(
    _HOSTED,
    has_penalties=False,
    has_seed=False,
    has_strict_tools=False,
    efforts=_efforts(low="low", medium="medium", high="high"),
)
# An effort is a word of the chat template here; switching thoughts off is another (Qwen's, GLM's).
_VLLM: Final = Dialect(
    repetition_penalty="repetition_penalty",
    efforts={"none": _NO_THOUGHTS, **_efforts(low="low", medium="medium", high="high")},
)
_OLLAMA: Final = Dialect(
    has_parallel_choice=False,
    has_strict_tools=False,
    has_forced_tools=False,
    efforts=_efforts(none="none", minimal="low", low="low", medium="medium", high="high"),
)
_CUSTOM: Final = Dialect(efforts=EFFORT_AS_IT_IS)
LOCAL: Final = Dialect(
    repetition_penalty="repeat_penalty",
    tools_in_words=True,  # llama.cpp drops tools silently where the model's template has no place for them
    efforts={"none": _NO_THOUGHTS},
    least_logprobs=1,
)

_OF_TYPE: Final = {
    ProviderType.DEEPSEEK: _DEEPSEEK,
    ProviderType.OPENROUTER: _OPENROUTER,
    ProviderType.YANDEXGPT: _YANDEXGPT,
    ProviderType.VLLM: _VLLM,
    ProviderType.OLLAMA: _OLLAMA,
}


def dialect_of(kind: ProviderType, model: str) -> Dialect:
    """How this model of this service wants to be asked."""
    if kind is ProviderType.OPENAI:
        return _openai(model)
    if kind is ProviderType.KIMI:
        return _kimi(model)
    return _OF_TYPE.get(kind, _CUSTOM)


def _openai(model: str) -> Dialect:
    if _O_SERIES.match(model):
        return _O
    found = _GPT.match(model)
    version = (int(found[1]), int(found[2] or 0)) if found else (0, 0)
    if version < (5, 0) or "chat" in model:
        return _HOSTED
    if version < (5, 1):
        return _GPT_5
    return _GPT_5_1 if version < (5, 4) else _GPT_5_4


def _kimi(model: str) -> Dialect:
    if not model.startswith("kimi-"):
        return _MOONSHOT_V1
    return _KIMI_K2 if model.startswith(("kimi-k2.5", "kimi-k2.6")) else _KIMI

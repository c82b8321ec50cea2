"""Tokens as OpenAI-like services count them."""

from collections.abc import Mapping

from secretary.llm.ports import TokenUsage


def usage_of(usage: Mapping[str, object]) -> TokenUsage:
    """The counts of a `usage` object.

    What came from the cache is `prompt_tokens_details.cached_tokens` (OpenAI, OpenRouter, vLLM),
    `prompt_cache_hit_tokens` (DeepSeek), `cached_tokens` (Kimi) or `precached_prompt_tokens` (GigaChat).
    """
    cached = (
        _part(usage, "prompt_tokens_details", "cached_tokens")
        or _count(usage.get("prompt_cache_hit_tokens"))
        or _count(usage.get("cached_tokens"))
        or _count(usage.get("precached_prompt_tokens"))
    )
    reasoning = _part(usage, "completion_tokens_details", "reasoning_tokens")
    return TokenUsage(
        _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")), cached or 0, reasoning or 0
    )


def _part(usage: Mapping[str, object], details: str, name: str) -> int | None:
    found = usage.get(details)
    return _count(found.get(name)) if isinstance(found, dict) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None

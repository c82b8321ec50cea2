"""Models of the large services: contexts and limits as their references and price lists had them in November 2026."""

from typing import Final

from secretary.llm.providers import KnownModel


def _seeing(name: str, context_tokens: int, max_output_tokens: int = 128_000, *, logprobs: bool = False) -> KnownModel:
    return KnownModel(name, context_tokens, max_output_tokens, has_images=True, has_logprobs=logprobs)


def _claude(name: str, context_tokens: int, max_output_tokens: int) -> KnownModel:
    return _seeing(name, context_tokens, max_output_tokens)


OPENAI: Final = (
    _seeing("gpt-6.1-terra", 1_050_000),
    _seeing("gpt-6.1-sol", 1_050_000),
    _seeing("gpt-6-luna", 1_050_000),
    _seeing("gpt-6-sol", 1_050_000),
    _seeing("gpt-6-astra", 1_050_000),
    _seeing("gpt-5.6-terra", 1_050_000),
    _seeing("gpt-5.6-luna", 1_050_000),
    _seeing("gpt-5.5", 1_000_000),
    _seeing("gpt-5.4", 1_050_000),
    _seeing("gpt-5.4-mini", 400_000),
    _seeing("gpt-5.4-nano", 400_000),
    _seeing("gpt-5.2", 400_000),
    _seeing("gpt-5.1", 400_000),
    _seeing("gpt-5", 400_000),
    _seeing("gpt-5-mini", 400_000),
    _seeing("gpt-5-nano", 400_000),
    _seeing("gpt-4.1", 1_000_000, 32_768, logprobs=True),
    _seeing("gpt-4.1-mini", 1_000_000, 32_768, logprobs=True),
    _seeing("gpt-4.1-nano", 1_000_000, 32_768, logprobs=True),
    _seeing("gpt-4o", 128_000, 16_384, logprobs=True),
    _seeing("gpt-4o-mini", 128_000, 16_384, logprobs=True),
    _seeing("gpt-4-turbo", 128_000, 4_096, logprobs=True),
    KnownModel("gpt-4", 8_192, 8_192, has_logprobs=True),
    KnownModel("gpt-3.5-turbo", 16_385, 4_096, has_logprobs=True),
    _seeing("o4-mini", 200_000, 100_000),
    _seeing("o3", 200_000, 100_000),
    KnownModel("o3-mini", 200_000, 100_000),
    _seeing("o1", 200_000, 100_000),
)
CLAUDE: Final = (
    _claude("claude-sonnet-5-5", 1_000_000, 128_000),
    _claude("claude-haiku-5-5", 1_000_000, 64_000),
    _claude("claude-opus-5-5", 1_000_000, 128_000),
    _claude("claude-fable-5-1", 1_000_000, 128_000),
    _claude("claude-sonnet-5", 1_000_000, 128_000),
    _claude("claude-opus-5", 1_000_000, 128_000),
    _claude("claude-sonnet-4-6", 1_000_000, 64_000),
    _claude("claude-opus-4-6", 1_000_000, 128_000),
    _claude("claude-haiku-4-5", 200_000, 64_000),
    _claude("claude-sonnet-4-5", 200_000, 64_000),
    _claude("claude-opus-4-5", 200_000, 64_000),
    _claude("claude-opus-4-1", 200_000, 32_000),
    _claude("claude-sonnet-4", 200_000, 64_000),
    _claude("claude-opus-4", 200_000, 32_000),
    _claude("claude-3-7-sonnet", 200_000, 64_000),
    _claude("claude-3-5-sonnet", 200_000, 8_192),
    _claude("claude-3-5-haiku", 200_000, 8_192),
    _claude("claude-3-opus", 200_000, 4_096),
    _claude("claude-3-haiku", 200_000, 4_096),
)
GEMINI: Final = (
    _seeing("gemini-3.8-flash", 1_048_576, 65_536),
    _seeing("gemini-3.7-flash", 1_048_576, 65_536),
    _seeing("gemini-3.5-flash-lite", 1_048_576, 65_536),
    _seeing("gemini-4-argon", 1_048_576, 65_536),
    _seeing("gemini-3.1-pro-preview", 1_048_576, 65_536),
    _seeing("gemini-3.1-flash-lite", 1_048_576, 65_536),
    _seeing("gemini-3.6-flash", 1_048_576, 65_536),
    _seeing("gemini-3.5-flash", 1_048_576, 65_536),
    _seeing("gemini-2.5-pro", 1_048_576, 65_536),
    _seeing("gemini-2.5-flash", 1_048_576, 65_536),
    _seeing("gemini-2.5-flash-lite", 1_048_576, 65_536),
    _seeing("gemini-2.0-flash", 1_048_576, 8_192),
    _seeing("gemini-2.0-flash-lite", 1_048_576, 8_192),
    _seeing("gemini-1.5-pro", 1_000_000, 8_192),
    _seeing("gemini-1.5-flash", 1_000_000, 8_192),
)
DEEPSEEK: Final = (
    KnownModel("deepseek-v4-flash", 1_000_000, 384_000),
    KnownModel("deepseek-v4-pro", 1_000_000, 384_000),
    KnownModel("deepseek-flash", 1_000_000, 384_000),
    KnownModel("deepseek-chat", 64_000, 8_192),
    KnownModel("deepseek-reasoner", 64_000, 32_768),
    KnownModel("deepseek-coder", 64_000, 8_192),
)
KIMI: Final = (
    _seeing("kimi-k3", 1_048_576, 131_072),
    _seeing("kimi-k3.1-pro", 1_048_576, 131_072),
    _seeing("kimi-k3.1-pro-highspeed", 1_048_576, 131_072),
    _seeing("kimi-k2.6", 262_144, 32_768),
    _seeing("kimi-k2.5", 262_144, 32_768),
    KnownModel("kimi-k2.7-code", 262_144, 32_768),
    KnownModel("kimi-k2-thinking", 262_144, 32_768),
    KnownModel("kimi-k2-turbo-preview", 262_144, 16_384),
    KnownModel("kimi-k2-0905-preview", 262_144, 16_384),
    KnownModel("kimi-k2-0711-preview", 131_072, 16_384),
    KnownModel("kimi-k2", 131_072, 16_384),
    KnownModel("moonshot-v1-8k", 8_192, 8_192),
    KnownModel("moonshot-v1-32k", 32_768, 8_192),
    KnownModel("moonshot-v1-128k", 131_072, 8_192),
)
OPENROUTER: Final = (
    _seeing("openrouter/auto", 128_000, 8_192),
    _seeing("openai/gpt-6.1-terra", 1_050_000),
    _seeing("openai/gpt-6-luna", 1_050_000),
    _seeing("anthropic/claude-sonnet-5.5", 1_000_000),
    _seeing("anthropic/claude-haiku-5.5", 1_000_000, 64_000),
    _seeing("google/gemini-3.8-flash", 1_048_576, 65_536),
    KnownModel("deepseek/deepseek-v4-flash", 1_000_000, 65_536),
    KnownModel("deepseek/deepseek-v4-pro", 1_000_000, 65_536),
    _seeing("moonshotai/kimi-k3", 1_048_576, 131_072),
    KnownModel("qwen/qwen3-235b-a22b", 131_072, 16_384),
    _seeing("openai/gpt-4o-mini", 128_000, 16_384),
    _seeing("openai/gpt-4o", 128_000, 16_384),
    _seeing("anthropic/claude-3.5-sonnet", 200_000, 8_192),
    _seeing("google/gemini-2.0-flash-001", 1_048_576, 8_192),
    KnownModel("deepseek/deepseek-chat", 64_000, 8_192),
    KnownModel("meta-llama/llama-3.1-8b-instruct:free", 131_072, 8_192),
)

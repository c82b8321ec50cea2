"""Models that people run themselves. What Ollama gives of a context is its server's setting: 4096 unless told."""

from typing import Final

from secretary.llm.providers import KnownModel

OLLAMA: Final = (
    KnownModel("qwen3:8b", 4_096, 4_096, has_logprobs=True),
    KnownModel("gemma3:12b", 4_096, 4_096, has_images=True, has_tools=False, has_logprobs=True),
    KnownModel("gpt-oss:20b", 4_096, 4_096, has_logprobs=True),
    KnownModel("llama3.1:8b", 4_096, 4_096, has_logprobs=True),
)
VLLM: Final = (
    # The three that earlier installations ran, with 4096 tokens by their launch flags.
    KnownModel("Qwen/Qwen2.5-7B-Instruct-AWQ", 4_096, 4_096, has_logprobs=True),
    KnownModel("hugging-quants/Meta-Llama-3.1-8B-Instruct-GPTQ-INT4", 4_096, 4_096, has_logprobs=True),
    KnownModel("deepseek-ai/deepseek-llm-7b-chat", 4_096, 4_096, has_tools=False, has_logprobs=True),
)

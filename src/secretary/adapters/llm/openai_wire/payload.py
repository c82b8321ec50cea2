"""A prompt as the body of `POST /chat/completions`."""

import orjson

from secretary.adapters.llm.openai_wire.endpoint import Dialect
from secretary.llm.ports import Prompt, Sampling


def request_body(model: str, prompt: Prompt, dialect: Dialect) -> bytes:
    """JSON with messages in order; parameters that are None are left to the service."""
    body: dict[str, object] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in prompt.messages],
        "stream": True,
    }
    if dialect.counts_in_stream:
        body["stream_options"] = {"include_usage": True}
    parameters = _parameters(prompt.sampling, dialect)
    return orjson.dumps(body | {name: value for name, value in parameters.items() if value is not None})


def _parameters(sampling: Sampling, dialect: Dialect) -> dict[str, object]:
    parameters: dict[str, object] = {
        dialect.max_tokens: sampling.max_tokens,
        "stop": list(sampling.stop) or None,
    }
    if dialect.has_sampling:
        parameters |= {"temperature": sampling.temperature, "top_p": sampling.top_p}
        if dialect.repetition_penalty is not None:
            parameters[dialect.repetition_penalty] = sampling.repetition_penalty
    return parameters

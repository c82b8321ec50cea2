"""What a model does not take is refused before the call, never dropped silently."""

from collections.abc import Mapping

from secretary.llm.errors import llm_error
from secretary.llm.ports import ChatCapabilities, Prompt


def refuse_what_is_not_taken(prompt: Prompt, capabilities: ChatCapabilities) -> None:
    """Raise Upstream("llm_rejected") for a prompt that asks for more than the model's record promises."""
    asked = (
        (bool(prompt.tools), capabilities.has_tools),
        (prompt.json_output is not None, capabilities.has_json),
        (prompt.sampling.top_logprobs is not None, capabilities.has_logprobs),
        (any(message.images for message in prompt.messages), capabilities.has_images),
    )
    if any(is_asked and not is_had for is_asked, is_had in asked):
        raise llm_error("llm_rejected")


def refuse_unsendable(headers: Mapping[str, str]) -> None:
    """Raise Upstream("llm_bad_key") where a header cannot be sent as it is: nothing else of ours can be so."""
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise llm_error("llm_bad_key")

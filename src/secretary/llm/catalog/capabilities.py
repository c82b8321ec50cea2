"""The capability record of a provider's model: what the catalogue knows, or careful defaults."""

from typing import Final

from secretary.llm.catalog.kinds import known_model
from secretary.llm.ports import ChatCapabilities
from secretary.llm.providers import KnownModel, ProviderSpec

# Of a model nobody knows only little is promised: less context than any service sells, and no pictures. Tools and
# JSON are, because nearly every service has them and says clearly where it does not.
_UNKNOWN: Final = KnownModel("", context_tokens=8_192, max_output_tokens=4_096)


def capabilities_of(spec: ProviderSpec) -> ChatCapabilities:
    """What may be asked of this provider's model; `spec.capabilities`, where set, outweighs the catalogue."""
    if spec.capabilities is not None:
        return spec.capabilities
    known = known_model(spec.type, spec.model) or _UNKNOWN
    return ChatCapabilities(
        model=spec.model,
        context_tokens=known.context_tokens,
        max_output_tokens=known.max_output_tokens,
        has_tools=known.has_tools,
        has_json=known.has_json,
        has_images=known.has_images,
        has_logprobs=known.has_logprobs,
    )

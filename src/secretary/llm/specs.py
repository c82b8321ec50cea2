"""A stored provider as an adapter needs it: its secrets opened, what is not set taken from the catalogue."""

from collections.abc import Callable
from dataclasses import replace

from secretary.kernel.http import Proxy
from secretary.kernel.secrets import Vault
from secretary.llm.catalog import capabilities_of, kind_of
from secretary.llm.models import SEALED, Provider, ProviderConfig
from secretary.llm.ports import ChatCapabilities, TimeLimits
from secretary.llm.providers import ProviderSpec

KEY, PROXY = SEALED
IDLE_S = 20.0


def specs(vault: Vault) -> Callable[[Provider], ProviderSpec]:
    """What turns rows into specs with this vault."""
    return lambda row: spec_of(row, vault)


def spec_of(row: Provider, vault: Vault) -> ProviderSpec:
    """Raises Internal for a secret that this installation's key did not seal."""
    config = row.config
    key = vault.open(row.sealed_key, bound_to=KEY.bound_to(row.id)) if row.sealed_key else ""
    proxy = vault.open(row.sealed_proxy, bound_to=PROXY.bound_to(row.id)) if row.sealed_proxy else ""
    spec = ProviderSpec(
        name=row.backend,
        type=row.provider_type,
        model=row.model_name,
        base_url=row.base_url or kind_of(row.provider_type).base_url,
        api_key=key,
        proxy=Proxy(proxy) if proxy else None,
        limits=TimeLimits(config.connect_s, config.first_token_s, min(IDLE_S, config.total_s), config.total_s),
        options=config.options,
    )
    return replace(spec, capabilities=_capabilities(capabilities_of(spec), config))


def _capabilities(known: ChatCapabilities, config: ProviderConfig) -> ChatCapabilities:
    return replace(
        known,
        languages=frozenset(config.languages),
        context_tokens=config.context_tokens or known.context_tokens,
        max_output_tokens=config.max_output_tokens or known.max_output_tokens,
        has_tools=known.has_tools if config.has_tools is None else config.has_tools,
        has_images=known.has_images if config.has_images is None else config.has_images,
    )

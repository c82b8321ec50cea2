"""Vectors for programs, from the provider that the model id names; counted and limited like every other call."""

from secretary.gateway.schemas import EmbeddingRequest
from secretary.gateway.targets import Targets, no_such_model
from secretary.kernel.unit import Actor
from secretary.llm.ports import Embeddings
from secretary.llm.routing.ask import Origin
from secretary.llm.routing.backends import Backends
from secretary.llm.routing.embedding import Embeds


class Embedding:
    """Answers `POST /v1/embeddings`."""

    def __init__(self, targets: Targets, backends: Backends, embeds: Embeds) -> None:
        self._targets = targets
        self._backends = backends
        self._embeds = embeds

    async def embed(self, actor: Actor, asked: EmbeddingRequest) -> Embeddings:
        """Raises NotFound for a model that makes none."""
        provider, slash, model = asked.model.partition("/")
        if not slash:
            raise no_such_model(asked.model)
        backend = await self._targets.provider(actor, provider, model)
        embedder = self._backends.embedder(backend, model)
        if embedder is None:
            raise no_such_model(asked.model)
        key = actor.session_id if actor.kind == "api_key" else ""
        origin = Origin("api", api_key_id=key, owner_id=actor.owner_id, action="embedding")
        return await self._embeds.embed(origin, backend, embedder, asked.texts, asked.dimensions)

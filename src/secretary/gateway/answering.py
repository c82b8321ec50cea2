"""One completion from the question to its last piece, whoever answers: an assistant, a model, a conversation."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from secretary.assistant.aside import Aside
from secretary.assistant.ports import Buttons
from secretary.assistant.turn import Said
from secretary.gateway.answer import Answer, Pieces
from secretary.gateway.prompts import prompt_of
from secretary.gateway.schemas import ChatRequest
from secretary.gateway.sessions import Sessions
from secretary.gateway.targets import Targets, ToAssistant, ToModel, no_such_model
from secretary.kernel.errors import NotFound
from secretary.kernel.http import HttpClient
from secretary.kernel.unit import Actor
from secretary.llm.ports import Prompt
from secretary.llm.routing.ask import Ask, Origin, Trail
from secretary.llm.routing.backends import Backend
from secretary.llm.routing.router import Router


class Answering:
    """Finds who answers, and lets him."""

    def __init__(
        self,
        targets: Targets,
        router: Router,
        aside: Aside,
        sessions: Sessions,
        http: HttpClient,
    ) -> None:
        self._targets = targets
        self._router = router
        self._aside = aside
        self._sessions = sessions
        self._http = http

    async def begin(self, actor: Actor, request: ChatRequest) -> Answer:
        """Raises NotFound for a model that is not there, Invalid for what its kind does not take."""
        target = await self._targets.find(actor, request.model)
        if isinstance(target, ToAssistant) and request.session_id is not None:
            return await self._sessions.begin(actor, target, request)
        if request.session_id is not None:
            raise _no_session_here()
        prompt = await prompt_of(request, self._http)
        if isinstance(target, ToAssistant):
            return Answer(_without_buttons(self._aside.answer(actor, target.assistant, prompt, target.override)))
        backends = [target.backend, *await self._others(actor, request.models)]
        return self._straight(actor, prompt, backends, in_one_piece=not request.stream)

    async def _others(self, actor: Actor, models: Sequence[str]) -> list[Backend]:
        found = [await self._targets.find(actor, model) for model in models]
        if wrong := next((name for name, one in zip(models, found, strict=True) if not isinstance(one, ToModel)), None):
            raise no_such_model(wrong)
        return [one.backend for one in found if isinstance(one, ToModel)]

    def _straight(self, actor: Actor, prompt: Prompt, backends: Sequence[Backend], *, in_one_piece: bool) -> Answer:
        key = actor.session_id if actor.kind == "api_key" else ""
        trail = Trail()
        ask = Ask(
            lambda _: prompt,
            Origin("api", api_key_id=key, owner_id=actor.owner_id),
            backends=backends,
            trail=trail,
        )
        return Answer(self._whole(ask) if in_one_piece else self._router.stream(ask), trail)

    async def _whole(self, ask: Ask) -> Pieces:
        for piece in await self._router.whole(ask):
            yield piece


async def _without_buttons(said: AsyncGenerator[Said, None]) -> Pieces:
    """What a program can hear: an assistant's buttons are for people."""
    async with aclosing(said) as saying:
        async for piece in saying:
            if not isinstance(piece, Buttons):
                yield piece


def _no_session_here() -> NotFound:
    return NotFound(
        "no_such_session",
        en="metadata.session_id belongs to an assistant's model id, not to a provider's.",
        ru="metadata.session_id работает с моделью-ассистентом, а не с моделью провайдера.",
        fields={"param": "metadata"},
    )

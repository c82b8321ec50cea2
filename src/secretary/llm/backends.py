"""The backends of this installation by name, and which of them may answer."""

from collections.abc import Mapping, Sequence

from secretary.kernel.errors import Language
from secretary.llm.ports import ChatModel

AUTO = "auto"
NONE = "none"


class Backends:
    """Named models in order of preference. `auto` in a chain stands for what the installation prefers: one of them by
    its name, none, or (`auto` again) all.
    """

    def __init__(self, models: Mapping[str, ChatModel], preferred: str = AUTO) -> None:
        self._models = dict(models)
        self._auto = tuple(self._models) if preferred == AUTO else (preferred,)

    def able(self, chain: Sequence[str], language: Language) -> list[ChatModel]:
        """The models of `chain` that may answer in `language`, in the chain's order and each once."""
        names: dict[str, None] = {}
        for name in chain:
            names.update(dict.fromkeys(self._auto if name == AUTO else (name,)))
        known = (self._models.get(name) for name in names)
        return [model for model in known if model and language in model.capabilities.languages]

    @property
    def unknown(self) -> Sequence[str]:
        """What the installation prefers but does not have."""
        return [name for name in self._auto if name not in self._models and name != NONE]

    def named(self) -> Mapping[str, ChatModel]:
        return self._models

    def start(self) -> None:
        """Let every model load what takes time, in the background."""
        for model in self._models.values():
            model.start()

    async def close(self) -> None:
        for model in self._models.values():
            await model.close()

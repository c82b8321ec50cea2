"""Stage admit: a message without a word in it gets a friendly question instead of a guess."""

from collections.abc import AsyncGenerator

from secretary.assistant.ports import Attached, Delta
from secretary.assistant.turn import Said, Stage, Turn

ASK_IN_WORDS = {
    "ru": "Напишите, пожалуйста, ваш вопрос словами, и я постараюсь помочь.",
    "en": "Please put your question into words, and I will do my best to help.",
}
NOT_HEARD = {
    "ru": "Голосовые сообщения и видео я пока не слушаю. Напишите, пожалуйста, то же словами. Запись сохранена.",
    "en": "I cannot listen to voice messages or videos yet. Please write the same in words. I have kept the recording.",
}
NOT_READ = {
    "ru": "Спасибо, файл сохранён: его увидит сотрудник. Напишите словами, о чём речь, и я постараюсь помочь.",
    "en": "Thank you, the file is kept for a colleague. Tell me in words what it is about, and I will try to help.",
}
HEARD = frozenset({"voice", "audio", "video"})
SEEN = "photo"


class Admit:
    """Lets every message with at least one letter or digit pass, and pictures, for models that see."""

    stage = Stage.ADMIT

    def __init__(self, attached: Attached | None = None) -> None:
        self._attached = attached

    async def respond(self, turn: Turn) -> AsyncGenerator[Said, None]:
        if not turn.is_wordless:
            return
        if not turn.files or self._attached is None:
            yield Delta(ASK_IN_WORDS[turn.language])
            return
        kinds = await self._attached.kinds_of(turn.question_id)
        if SEEN not in kinds:
            yield Delta(_words_for(kinds)[turn.language])


def _words_for(kinds: frozenset[str]) -> dict[str, str]:
    if kinds & HEARD:
        return NOT_HEARD
    return ASK_IN_WORDS if kinds <= {"sticker"} else NOT_READ

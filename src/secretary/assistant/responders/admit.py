"""Stage admit: a message without a word in it gets a friendly question instead of a guess."""

from collections.abc import AsyncGenerator

from secretary.assistant.ports import Delta
from secretary.assistant.turn import Said, Stage, Turn

ASK_IN_WORDS = {
    "ru": "Напишите, пожалуйста, ваш вопрос словами, и я постараюсь помочь.",
    "en": "Please put your question into words, and I will do my best to help.",
}


class Admit:
    """Lets every message with at least one letter or digit pass."""

    stage = Stage.ADMIT

    async def respond(self, turn: Turn) -> AsyncGenerator[Said, None]:
        if not any(letter.isalnum() for letter in turn.text):
            yield Delta(ASK_IN_WORDS[turn.language])

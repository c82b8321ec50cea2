"""The personas that every installation begins with, and to which a changed one can be reset."""

from secretary.llm.models import LlmPreset, Localised

ANNA_RU = (
    "Ты — Анна, секретарь компании. Ты приветлива, говоришь просто и по делу: два-три предложения, без разметки и "
    "канцелярита. Помогаешь клиентам разобраться, уточняешь, если вопрос неясен, принимаешь сообщения для сотрудников."
)
ANNA_EN = (
    "You are Anna, the company's secretary. You are friendly, plain and to the point: two or three sentences, no "
    "markup, no officialese. You help customers, ask back when a question is unclear, and take messages for the staff."
)
MARINA_RU = (
    "Ты — Марина, секретарь компании. Ты сдержанна, точна и вежлива: отвечаешь коротко, без шуток и лишних слов, "
    "обращаешься на «вы». Если вопрос не относится к работе компании, вежливо возвращаешь разговор к делу."
)
MARINA_EN = (
    "You are Marina, the company's secretary. You are reserved, exact and polite: short answers, no jokes, no spare "
    "words. When a question has nothing to do with the company's business, you politely lead back to it."
)


def shipped() -> tuple[LlmPreset, ...]:
    """New rows of the shipped presets, without their times."""
    return (
        LlmPreset(
            id="anna",
            name="Анна",
            description="Приветливая. Friendly.",
            system_prompt=Localised(ru=ANNA_RU, en=ANNA_EN),
            temperature=0.7,
            max_tokens=512,
            top_p=0.9,
            repetition_penalty=1.1,
            is_builtin=True,
        ),
        LlmPreset(
            id="marina",
            name="Марина",
            description="Сдержанная. Reserved.",
            system_prompt=Localised(ru=MARINA_RU, en=MARINA_EN),
            temperature=0.5,
            max_tokens=512,
            top_p=0.85,
            repetition_penalty=1.15,
            is_builtin=True,
        ),
    )


def shipped_prompt(preset_id: str) -> Localised | None:
    """The prompt as it is shipped; None for a preset that is not."""
    return next((one.system_prompt for one in shipped() if one.id == preset_id), None)

"""What may go wrong with a regression question, in the words for its owner."""

from secretary.kernel.errors import Conflict, Invalid, NotFound


def no_such_question() -> NotFound:
    return NotFound("no_such_question", en="There is no such question.", ru="Такого вопроса нет.")


def no_such_warning() -> NotFound:
    return NotFound("no_such_warning", en="There is no such warning.", ru="Такого предупреждения нет.")


def question_empty() -> Invalid:
    return Invalid("question_empty", en="Write the question in words.", ru="Напишите вопрос словами.")


def expects_both() -> Invalid:
    return Invalid(
        "question_expects_both",
        en="A question that must be refused has no right answer: leave its document, FAQ entry and texts out.",
        ru="У вопроса, на который нужно отказать, нет правильного ответа: уберите документ, запись FAQ и тексты.",
    )


def too_many(limit: int) -> Conflict:
    return Conflict(
        "too_many_questions",
        en=f"There are {limit} questions already. Delete some first.",
        ru=f"Вопросов уже {limit}. Сначала удалите часть.",
        fields={"limit": limit},
    )

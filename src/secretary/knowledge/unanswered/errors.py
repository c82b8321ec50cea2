"""What may go wrong with unanswered questions, in the words for their owner."""

from secretary.kernel.errors import Conflict, Invalid, NotFound


def no_such_group() -> NotFound:
    return NotFound("unanswered_not_found", en="There is no such group of questions.", ru="Такой группы вопросов нет.")


def answered_already() -> Conflict:
    return Conflict(
        "unanswered_answered",
        en="These questions have an answer already. Reopen the group first, or change that answer.",
        ru="На эти вопросы уже есть ответ. Сначала откройте группу снова или измените тот ответ.",
    )


def question_taken(question: str, collection_id: str, entry_id: str) -> Conflict:
    return Conflict(
        "faq_question_taken",
        en=f"The FAQ has this question already: “{question}”. Change that entry, or put the question differently.",
        ru=f"Такой вопрос в FAQ уже есть: «{question}». Измените ту запись или сформулируйте вопрос иначе.",
        fields={"question": question, "collection_id": collection_id, "faq_entry_id": entry_id},
    )


def not_used() -> Invalid:
    return Invalid(
        "collection_not_used",
        en="The assistant that was asked does not use this collection: the answer would never be said. Name one of its "
        "collections, or let it use this one.",
        ru="Ассистент, которого спрашивали, не пользуется этой коллекцией: ответ никогда не прозвучит. Укажите одну из "
        "его коллекций или подключите эту.",
    )


def no_collection() -> Invalid:
    return Invalid(
        "assistant_without_knowledge",
        en="The assistant that was asked uses no collection. Let it use one first.",
        ru="Ассистент, которого спрашивали, не пользуется ни одной коллекцией. Сначала подключите ему коллекцию.",
    )


def nothing_to_split() -> Invalid:
    return Invalid(
        "nothing_to_split",
        en="Name some of the group's questions, and not all of them.",
        ru="Укажите часть вопросов группы, но не все.",
    )


def of_others() -> Invalid:
    return Invalid(
        "unanswered_of_others",
        en="Only questions to the same assistant and of the same owner can be merged.",
        ru="Объединить можно только вопросы к одному ассистенту и одного владельца.",
    )


def too_long(limit: int) -> Invalid:
    return Invalid(
        "question_too_long",
        en=f"The question is too long for a heading: at most {limit} characters. Put it shorter in `question`.",
        ru=f"Вопрос слишком длинный для заголовка: не больше {limit} знаков. Сформулируйте его короче в `question`.",
        fields={"limit": limit},
    )

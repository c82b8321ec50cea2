"""What may go wrong with an FAQ entry, in the words for its author."""

from secretary.kernel.errors import Conflict, Invalid, NotFound


def no_such_entry() -> NotFound:
    return NotFound("faq_not_found", en="There is no such question.", ru="Такого вопроса нет.")


def no_such_collection() -> NotFound:
    return NotFound("collection_not_found", en="There is no such collection.", ru="Такой коллекции нет.")


def question_taken() -> Conflict:
    return Conflict(
        "faq_question_taken",
        en="This question is already there, perhaps in another form. Change that entry instead.",
        ru="Такой вопрос уже есть, возможно, в другой форме. Измените существующую запись.",
    )


def ambiguous() -> Conflict:
    return Conflict(
        "faq_ambiguous",
        en="Several collections have this question. Say which one: collection_id.",
        ru="Этот вопрос есть в нескольких коллекциях. Укажите нужную: collection_id.",
    )


def stale() -> Conflict:
    return Conflict(
        "faq_stale",
        en="Somebody changed this entry meanwhile. Load it again and repeat your change.",
        ru="Эту запись тем временем изменили. Загрузите её снова и повторите правку.",
    )


def empty(what_en: str, what_ru: str) -> Invalid:
    return Invalid("faq_empty", en=f"{what_en} is empty.", ru=f"{what_ru}: пусто.")


def too_long(what_en: str, what_ru: str, limit: int) -> Invalid:
    return Invalid(
        "faq_too_long",
        en=f"{what_en} is too long: at most {limit} characters.",
        ru=f"{what_ru}: слишком длинно, не больше {limit} символов.",
        fields={"limit": limit},
    )


def too_many(what_en: str, what_ru: str, limit: int) -> Invalid:
    return Invalid(
        "faq_too_many",
        en=f"Too many {what_en}: at most {limit}.",
        ru=f"Слишком много: {what_ru}, не больше {limit}.",
        fields={"limit": limit},
    )


def out_of_range(limit: int) -> Invalid:
    return Invalid(
        "faq_priority",
        en=f"The priority is a number from -{limit} to {limit}.",
        ru=f"Приоритет: число от -{limit} до {limit}.",
        fields={"limit": limit},
    )


def says_too_little(phrasing: str) -> Invalid:
    return Invalid(
        "faq_phrasing_too_broad",
        en="This phrasing would fit nearly every message. Name at least two letters or digits of one word.",
        ru="Такая формулировка подойдёт почти к любому сообщению. Нужны хотя бы две буквы или цифры одного слова.",
        fields={"phrasing": phrasing},
    )


def expression_refused(phrasing: str, reason: str) -> Invalid:
    return Invalid(
        "faq_expression_refused",
        en="This regular expression cannot be used: it is broken, too large, or needs back-references or look-around.",
        ru="Это регулярное выражение не подходит: в нём ошибка, оно слишком большое или требует обратных ссылок "
        "либо просмотра вперёд или назад.",
        fields={"phrasing": phrasing, "reason": reason},
    )

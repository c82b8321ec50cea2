"""What may be wrong with a conversation, in the words of its reader."""

from secretary.kernel.errors import Conflict, Invalid, NotFound


def no_such_session() -> NotFound:
    return NotFound("no_such_session", en="There is no such conversation.", ru="Такого разговора нет.")


def no_such_message() -> NotFound:
    return NotFound("no_such_message", en="There is no such message.", ru="Такого сообщения нет.")


def no_such_note() -> NotFound:
    return NotFound("no_such_note", en="There is no such note.", ru="Такой заметки нет.")


def not_a_question() -> Invalid:
    return Invalid(
        "not_a_question",
        en="Only what a person wrote can be edited; an answer can be given again.",
        ru="Изменить можно только то, что написал человек; ответ можно получить заново.",
    )


def nothing_to_answer() -> Invalid:
    return Invalid("nothing_to_answer", en="There is no question to this message.", ru="У этого сообщения нет вопроса.")


def not_an_answer() -> Invalid:
    return Invalid("not_an_answer", en="Only answers can be rated.", ru="Оценить можно только ответ.")


def answer_deleted() -> Conflict:
    return Conflict(
        "answer_deleted",
        en="This message was sent before, and its answer has been deleted.",
        ru="Это сообщение уже отправляли, а ответ на него удалён.",
    )

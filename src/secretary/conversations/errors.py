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


def conversation_held() -> Conflict:
    return Conflict(
        "conversation_held",
        en="A person has this conversation: the secretary is silent in it. Give it back to the secretary first.",
        ru="Разговор ведёт человек, секретарь в нём молчит. Сначала верните разговор секретарю.",
    )


def taken_by_other() -> Conflict:
    return Conflict(
        "taken_by_other",
        en="A colleague has this conversation. Ask him, or take it over all the same.",
        ru="Этот разговор ведёт ваш коллега. Спросите его или всё равно заберите разговор себе.",
    )


def not_a_customers() -> Invalid:
    return Invalid(
        "not_a_customers",
        en="No customer leads this conversation: there is nobody to talk to as a person.",
        ru="Этот разговор ведёт не клиент: отвечать в нём некому.",
    )


def number_taken() -> Conflict:
    return Conflict(
        "message_id_taken",
        en="Another message of this conversation has this number. Send it under a new one.",
        ru="Этот номер уже носит другое сообщение разговора. Отправьте его под новым номером.",
    )

"""What can be wrong with a link to one's own messenger."""

from secretary.kernel.errors import Conflict, Invalid, NotFound


def no_such_link() -> NotFound:
    return NotFound("no_such_link", en="There is no such link.", ru="Такой привязки нет.")


def no_such_instance() -> NotFound:
    return NotFound("no_such_instance", en="There is no such channel.", ru="Такого канала нет.")


def not_a_messenger() -> Invalid:
    return Invalid(
        "not_a_messenger",
        en="Nobody can be written to by this channel. Choose a Telegram bot or another messenger.",
        ru="Через этот канал нельзя писать людям. Выберите бота Telegram или другой мессенджер.",
    )


def nobody_to_block() -> Conflict:
    return Conflict(
        "nobody_to_block",
        en="It is not known who writes in this conversation, so nobody can be blocked.",
        ru="Неизвестно, кто пишет в этом разговоре, поэтому заблокировать некого.",
    )


def nothing_to_teach() -> Conflict:
    return Conflict(
        "nothing_to_teach",
        en="The question is gone, so there is nothing to remember the answer for.",
        ru="Вопрос удалён, поэтому запоминать ответ не к чему.",
    )


def no_collection_to_teach() -> Conflict:
    return Conflict(
        "no_collection_to_teach",
        en="This assistant has no FAQ that you may change. Choose a collection for it in the panel.",
        ru="У этого ассистента нет базы вопросов, которую вы можете менять. Выберите коллекцию в панели.",
    )

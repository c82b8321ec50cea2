"""What may be wrong with a contact, in the words of its reader."""

from secretary.kernel.errors import Conflict, Invalid, NotFound


def no_such_contact() -> NotFound:
    return NotFound("no_such_contact", en="There is no such contact.", ru="Такого контакта нет.")


def no_such_identity() -> NotFound:
    return NotFound(
        "no_such_identity", en="The contact is not known by this.", ru="Такого адреса или номера у контакта нет."
    )


def no_such_contact_note() -> NotFound:
    return NotFound("no_such_note", en="There is no such note.", ru="Такой заметки нет.")


def other_tenant() -> Invalid:
    return Invalid(
        "other_tenant",
        en="These are customers of two different owners. Only contacts of one owner can be merged.",
        ru="Это клиенты двух разных владельцев. Объединить можно только контакты одного владельца.",
    )


def same_contact() -> Invalid:
    return Invalid(
        "same_contact",
        en="This is one and the same contact. Choose another one to merge it with.",
        ru="Это один и тот же контакт. Выберите другой, с которым его объединить.",
    )


def identity_is_proven() -> Invalid:
    return Invalid(
        "identity_is_proven",
        en="The channel vouches for this address or number: it cannot be taken away.",
        ru="Этот адрес или номер подтверждён каналом: убрать его нельзя.",
    )


def no_such_canned_answer() -> NotFound:
    return NotFound("no_such_canned_answer", en="There is no such canned answer.", ru="Такой заготовки нет.")


def shortcut_taken(shortcut: str) -> Conflict:
    return Conflict(
        "shortcut_taken",
        en=f"You have a canned answer called “{shortcut}” already. Choose another word.",
        ru=f"Заготовка «{shortcut}» у вас уже есть. Выберите другое слово.",
    )

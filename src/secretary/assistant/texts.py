"""What the secretary says of its own accord, in both languages."""

from collections.abc import Mapping

from secretary.kernel.errors import Language

_CONSENT: Mapping[Language, str] = {
    "ru": "Для этого нужно ваше согласие на обработку персональных данных "
    "([политика](/privacy-policy?lang=ru)): я сохраню контакт и сам вопрос, чтобы вам ответили. Согласны?",
    "en": "For that I need your consent to process personal data ([policy](/privacy-policy?lang=en)): I will "
    "keep your contact and the question so that somebody can answer. Do you agree?",
}
_AGAIN_CONSENT: Mapping[Language, str] = {
    "ru": "Без согласия я не могу сохранить ваши данные. Нажмите «Согласен(на)» или «Не нужно».",
    "en": "Without your consent I cannot keep your details. Please choose “I agree” or “No, thanks”.",
}

TEXTS: Mapping[str, Mapping[Language, str]] = {
    "unknown": {
        "ru": "Точного ответа на этот вопрос у меня нет, а выдумывать не буду. Могу передать его сотруднику.",
        "en": "I do not have a reliable answer to this, and I will not make one up. I can pass it on to a person.",
    },
    "wanted": {
        "ru": "Хорошо, передам ваше сообщение сотруднику.",
        "en": "Of course, I will pass your message on to a person.",
    },
    "named": {
        "ru": "С этим лучше поможет сотрудник. Могу передать ему ваш вопрос.",
        "en": "A person can help you better with this. I can pass your question on.",
    },
    "nobody_free": {
        "ru": "К сожалению, никто из коллег сейчас не освободился. Могу передать ваше сообщение, и вам ответят.",
        "en": "I am sorry, none of my colleagues is free just now. I can pass your message on for somebody to answer.",
    },
    "offer": _CONSENT,
    "again_offer": _AGAIN_CONSENT,
    "consent": _CONSENT,
    "again_consent": _AGAIN_CONSENT,
    "contact": {
        "ru": "Как с вами связаться? Напишите телефон, почту или имя в Telegram (@name).",
        "en": "How can we reach you? Please write a phone number, an e-mail address or a Telegram name (@name).",
    },
    "again_contact": {
        "ru": "Не похоже на телефон, почту или @имя. Пример: +7 900 000-00-00 или name@example.com. "
        "Если передумали, нажмите «Не нужно».",
        "en": "That does not look like a phone number, an e-mail address or a @name. For example: +1 555 010 0000 or "
        "name@example.com. If you have changed your mind, choose “No, thanks”.",
    },
    "name": {"ru": "Как к вам обращаться?", "en": "What is your name?"},
    "urgency": {"ru": "Насколько это срочно?", "en": "How urgent is it?"},
    "call_back": {"ru": "Когда вам удобно ответить или перезвонить?", "en": "When is a good time to get back to you?"},
    "thanks": {
        "ru": "Спасибо{who}! Записала и передам: «{question}». Ответят по контакту {contact}.",
        "en": "Thank you{who}! I have written it down and will pass it on: “{question}”. The reply goes to {contact}.",
    },
    "declined": {
        "ru": "Хорошо, никому не передаю. Если появится другой вопрос, спрашивайте.",
        "en": "All right, I will not pass it on. If you have another question, just ask.",
    },
    "question": {
        "ru": "Что передать? Напишите одним сообщением.",
        "en": "What should I pass on? Please write it in one message.",
    },
}

CALLED: Mapping[str, Mapping[Language, str]] = {
    "customer": {
        "ru": "Позвала коллегу: он ответит вам прямо здесь.",
        "en": "I have called a colleague, who will answer you right here.",
    },
    "rule": {
        "ru": "С этим лучше поможет сотрудник. Позвала коллегу: он ответит вам прямо здесь.",
        "en": "A person can help you better with this. I have called a colleague, who will answer you right here.",
    },
    "unsure": {
        "ru": "Точного ответа у меня нет, а выдумывать не буду. Позвала коллегу: он ответит вам прямо здесь.",
        "en": "I do not have a reliable answer to this, and I will not make one up. I have called a colleague, who "
        "will answer you right here.",
    },
}
"""What is said when a person was called, by the reason."""

CLOSED: Mapping[Language, str] = {
    "ru": "Сейчас мы не работаем. Сотрудник будет на месте {when}.",
    "en": "We are closed right now. Somebody will be here {when}.",
}
LATER: Mapping[Language, str] = {"ru": "позже", "en": "later"}
"""Where nobody knows when."""

BUTTONS: Mapping[str, Mapping[Language, tuple[str, ...]]] = {
    "offer": {"ru": ("Согласен(на)", "Не нужно"), "en": ("I agree", "No, thanks")},
    "consent": {"ru": ("Согласен(на)", "Не нужно"), "en": ("I agree", "No, thanks")},
    "contact": {"ru": ("Не нужно",), "en": ("No, thanks",)},
    "name": {"ru": ("Пропустить",), "en": ("Skip",)},
    "urgency": {"ru": ("Срочно", "Сегодня", "Не срочно"), "en": ("Urgent", "Today", "Not urgent")},
    "call_back": {
        "ru": ("В любое время", "Утром", "Днём", "Вечером"),
        "en": ("Any time", "Morning", "Afternoon", "Evening"),
    },
    "question": {"ru": ("Не нужно",), "en": ("No, thanks",)},
}

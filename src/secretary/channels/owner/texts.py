"""What the owner's messenger says, in both languages."""

from collections.abc import Mapping
from typing import Final

from secretary.kernel.errors import Language

Said = Mapping[Language, str]

WHY: Final[Mapping[str, Said]] = {
    "customer": {"ru": "🙋 Клиент просит человека", "en": "🙋 A customer asks for a person"},
    "unsure": {"ru": "🤔 Секретарь не знает ответа", "en": "🤔 The secretary does not know the answer"},
    "rule": {"ru": "📌 По вашему правилу нужен человек", "en": "📌 Your rule says that a person is needed"},
    "operator": {"ru": "🙋 Разговор ждёт человека", "en": "🙋 A conversation waits for a person"},
    "taken": {"ru": "✉️ Клиент оставил сообщение", "en": "✉️ A customer left a message"},
    "urgent": {"ru": "🔥 Клиент оставил срочное сообщение", "en": "🔥 A customer left an urgent message"},
    "wrote": {"ru": "💬 Клиент пишет вам", "en": "💬 The customer writes to you"},
}
"""The first line of a card, by what it is about."""

BUTTONS: Final[Mapping[str, Said]] = {
    "answer": {"ru": "Ответить", "en": "Answer"},
    "take": {"ru": "Взять себе", "en": "Take over"},
    "teach": {"ru": "Отвечать так всегда", "en": "Answer like this from now on"},
    "block": {"ru": "Заблокировать", "en": "Block"},
    "back": {"ru": "Вернуть секретарю", "en": "Give back"},
}

LINES: Final[Mapping[str, Said]] = {
    "visitor": {"ru": "Посетитель", "en": "A visitor"},
    "first": {"ru": "Начал с: «{text}»", "en": "Began with: “{text}”"},
    "files": {"ru": "📎 Файлов: {n} (видны в панели)", "en": "📎 Files: {n} (see the panel)"},
    "contact": {"ru": "Контакт: {text}", "en": "Contact: {text}"},
    "call_back": {"ru": "Когда ответить: {text}", "en": "When to get back: {text}"},
    "waits": {"ru": "Ждёт {minutes} мин", "en": "Waiting for {minutes} min"},
    "has_it": {"ru": "✅ Отвечает: {name}", "en": "✅ Answered by: {name}"},
}

REPLIES: Final[Mapping[str, Said]] = {
    "linked": {
        "ru": "Готово: сюда будут приходить разговоры, которым нужны вы.\n/summary — сводка, /unlink — отвязать.",
        "en": "Done: conversations that need you will come here.\n/summary for a summary, /unlink to stop.",
    },
    "bad_code": {
        "ru": "Код не подошёл: он действует десять минут и один раз. Возьмите новый: Настройки › Мой мессенджер.",
        "en": "This code is no good: it works once, within ten minutes. Take a new one: Settings › My messenger.",
    },
    "unlinked": {"ru": "Отвязано. Сюда больше ничего не придёт.", "en": "Done. Nothing will come here any more."},
    "stale": {
        "ru": "Эта кнопка больше не работает: разговор удалён, или у вас нет к нему доступа.",
        "en": "This button does nothing any more: the conversation is gone, or you may not see it.",
    },
    "write": {
        "ru": "Напишите ответ следующим сообщением. Я передам его клиенту слово в слово.",
        "en": "Write the answer in your next message. I will pass it on word for word.",
    },
    "write_teach": {
        "ru": "Напишите ответ следующим сообщением. Я передам его клиенту и запомню для таких вопросов.",
        "en": "Write the answer in your next message. I will pass it on and remember it for such questions.",
    },
    "words_only": {
        "ru": "Отсюда можно ответить только текстом: напишите его ответом на карточку.",
        "en": "Only text can be sent from here: write it as a reply to the card.",
    },
    "sent": {
        "ru": "Передала. Разговор ваш: что клиент напишет, придёт сюда.",
        "en": "Passed on. The conversation is yours: what the customer writes will come here.",
    },
    "sent_taught": {
        "ru": "Передала и запомнила: на такой вопрос теперь отвечу так сама.",
        "en": "Passed on and remembered: I will answer such questions like this myself.",
    },
    "sent_known": {
        "ru": "Передала. На этот вопрос в базе уже есть ответ, его я не меняла: поправьте в панели, если нужно.",
        "en": "Passed on. The FAQ answers this question already, and I left that as it is: change it in the panel.",
    },
    "yours": {
        "ru": "Разговор ваш, я молчу. Ответьте на карточку, и я передам ответ клиенту.",
        "en": "The conversation is yours, and I am silent. Reply to the card and I will pass it on.",
    },
    "given_back": {"ru": "Разговор снова веду я.", "en": "The conversation is mine again."},
    "blocked": {
        "ru": "Заблокировано: этот человек больше не сможет писать. Отменить можно в панели, раздел «Контакты».",
        "en": "Blocked: this person cannot write any more. You can undo this in the panel, under Contacts.",
    },
    "taken_by": {"ru": "Клиенту «{who}» отвечает {name}.", "en": "{name} is answering “{who}”."},
}

SUMMARY: Final[Mapping[str, Said]] = {
    "morning": {"ru": "☀️ Доброе утро! С прошлой сводки:", "en": "☀️ Good morning! Since the last summary:"},
    "evening": {"ru": "🌙 Итоги дня с прошлой сводки:", "en": "🌙 The day since the last summary:"},
    "asked": {"ru": "С прошлой сводки:", "en": "Since the last summary:"},
    "conversations": {"ru": "Разговоров: {n}", "en": "Conversations: {n}"},
    "answered": {"ru": "Ответила сама: {n}", "en": "Answered by the secretary: {n}"},
    "unanswered": {"ru": "Вопросов без ответа: {n}", "en": "Questions without an answer: {n}"},
    "taken": {"ru": "Новых сообщений: {n}", "en": "New messages: {n}"},
    "waiting": {"ru": "Ждут человека: {n}", "en": "Waiting for a person: {n}"},
    "now": {"ru": "Сейчас ждут:", "en": "Waiting now:"},
    "more": {"ru": "и ещё {n}", "en": "and {n} more"},
    "nothing": {"ru": "Ничего нового, никто не ждёт.", "en": "Nothing new, and nobody waits."},
}

"""The one set of errors that every backend's own words are mapped to."""

from secretary.kernel.errors import Upstream

_TEXTS: dict[str, tuple[str, str, bool]] = {
    "llm_bad_key": ("The model's access key was refused.", "Модель не приняла ключ доступа.", False),
    "llm_no_money": ("The model's account has run out of money.", "На счёте модели закончились деньги.", False),
    "llm_rate_limited": ("The model asks to wait.", "Модель просит подождать.", True),
    "llm_too_long": ("The conversation is too long for the model.", "Разговор слишком длинный для модели.", False),
    "llm_refused": ("The model refused to answer.", "Модель отказалась отвечать.", False),
    "llm_overloaded": ("The model is overloaded.", "Модель перегружена.", True),
    "llm_unreachable": ("The model cannot be reached.", "Модель недоступна.", True),
    "llm_timeout": ("The model did not answer in time.", "Модель не ответила вовремя.", True),
    "llm_truncated": ("The model broke off in mid-answer.", "Модель оборвала ответ на полуслове.", True),
    "llm_nonsense": ("The model's service sent something that is no answer.", "Служба модели прислала не ответ.", True),
    "llm_unable": ("The model takes no such request.", "Модель такого запроса не принимает.", False),
    "llm_none": ("No model is set up for this.", "Для этого не настроена ни одна модель.", False),
    "llm_rejected": ("The model's service rejected the request.", "Служба модели отклонила запрос.", False),
}


def llm_error(code: str, *, retry_after_s: float | None = None) -> Upstream:
    """The mapped error for one of the codes above. Raises KeyError for a code that is not in the set."""
    en, ru, retryable = _TEXTS[code]
    return Upstream(code, en=en, ru=ru, retryable=retryable, retry_after_s=retry_after_s)

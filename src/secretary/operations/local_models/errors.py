"""What can go wrong with models on disk, by code: a kind of error and a plain text in two languages."""

from collections.abc import Mapping
from typing import Final

from secretary.kernel.errors import Conflict, Invalid, Language, NotFound, RateLimited, SecretaryError, Upstream

_PLAIN: Final[Mapping[str, tuple[type[Conflict | Invalid | NotFound], str, str]]] = {
    "bad_model_name": (
        Invalid,
        "Write a name from the list of recommended models, or OWNER/REPOSITORY:FILE.gguf as the hub names it.",
        "Напишите имя из списка рекомендованных моделей или ВЛАДЕЛЕЦ/РЕПОЗИТОРИЙ:ФАЙЛ.gguf, как их называет хаб.",
    ),
    "split_model": (
        Invalid,
        "This model is split into several files. Take one that is a single file.",
        "Эта модель разбита на несколько файлов. Выберите ту, что лежит одним файлом.",
    ),
    "which_file": (
        Invalid,
        "Say which file of the repository: {files}.",
        "Уточните, какой файл репозитория: {files}.",
    ),
    "not_gguf": (
        Invalid,
        "The hub sent a file that is not a GGUF model. It was deleted.",
        "Хаб прислал файл, который не является моделью GGUF. Он удалён.",
    ),
    "no_digest": (
        Invalid,
        "The hub states no SHA-256 for this file, so it cannot be verified. It was not downloaded.",
        "Хаб не сообщает SHA-256 этого файла, проверить его нельзя. Он не загружен.",
    ),
    "hub_no_such_model": (
        NotFound,
        "The hub has no such repository or file.",
        "На хабе нет такого репозитория или файла.",
    ),
    "no_such_local_model": (NotFound, "There is no such model on this machine.", "Такой модели на этой машине нет."),
    "no_such_pull": (NotFound, "There is no such download.", "Такой загрузки нет."),
    "model_changed": (
        Conflict,
        (
            "The file on the hub is not the one that was downloaded first: its SHA-256 was {old} and is {new} now. "
            'If you trust the change, pull it with --update (in the API: "update": true).'
        ),
        (
            "Файл на хабе не тот, что был загружен впервые: SHA-256 был {old}, теперь {new}. Если вы доверяете этой "
            'замене, загрузите с --update (в API: "update": true).'
        ),
    ),
    "model_name_taken": (
        Conflict,
        "Another model has the file name {name} here. Remove it first.",
        "Файл {name} здесь уже занят другой моделью. Сначала удалите её.",
    ),
    "disk_full": (
        Conflict,
        "Not enough space on the disk: {need} GB are needed, {free} GB are free. What was downloaded is kept.",
        "Не хватает места на диске: нужно {need} ГБ, свободно {free} ГБ. Загруженное сохранено.",
    ),
    "model_running": (
        Conflict,
        "This model answers your customers now. Choose another one first, or remove it with unload.",
        "Эта модель сейчас отвечает вашим клиентам. Сначала выберите другую или удалите её с выгрузкой (unload).",
    ),
    "model_being_pulled": (
        Conflict,
        "This model is being downloaded already.",
        "Эта модель уже загружается.",
    ),
}
_UPSTREAM: Final[Mapping[str, tuple[str, str, bool]]] = {
    "hub_denied": (
        (
            "The hub does not give this model away: it is private, does not exist, or its terms must be accepted on "
            "its page first. Then put your token into HF_TOKEN."
        ),
        (
            "Хаб не отдаёт эту модель: она закрыта, её нет, или сначала нужно принять условия на её странице. После "
            "этого укажите свой токен в HF_TOKEN."
        ),
        False,
    ),
    "hub_down": ("The hub has a fault. Try again later.", "На хабе неполадка. Попробуйте позже.", True),
    "hub_nonsense": ("The hub's answer makes no sense.", "Ответ хаба непонятен.", False),
    "hub_cut_off": ("The hub broke the download off.", "Хаб оборвал загрузку.", True),
    "model_wrong_size": (
        "The file is not as long as the hub says. It was deleted.",
        "Длина файла не та, что сообщает хаб. Файл удалён.",
        False,
    ),
    "model_wrong_digest": (
        "The file's SHA-256 is not what the hub states: it is damaged or was replaced. It was deleted.",
        "SHA-256 файла не совпадает с заявленным на хабе: он повреждён или подменён. Файл удалён.",
        False,
    ),
}
_BUSY: Final = ("The hub asks us to wait.", "Хаб просит подождать.")


def model_error(code: str, **facts: object) -> Conflict | Invalid | NotFound:
    """The error of one of the codes above. Raises KeyError for a code that is not in the set."""
    kind, en, ru = _PLAIN[code]
    return kind(code, en=en.format(**facts), ru=ru.format(**facts), fields=facts)


def hub_error(code: str) -> Upstream:
    """What the hub did to us. Raises KeyError for a code that is not in the set."""
    en, ru, retryable = _UPSTREAM[code]
    return Upstream(code, en=en, ru=ru, retryable=retryable)


def hub_busy(retry_after_s: int) -> RateLimited:
    return RateLimited("hub_busy", en=_BUSY[0], ru=_BUSY[1], retry_after_s=retry_after_s)


def text_of(code: str, language: Language) -> str:
    """What a stored code means, for a list of downloads; the code itself where nobody wrote a text."""
    if code in _UPSTREAM:
        return _in(hub_error(code), language)
    if code in _PLAIN and "{" not in _PLAIN[code][1]:
        return _in(model_error(code), language)
    return _SHORT.get(code, {}).get(language, code)


_SHORT: Final[Mapping[str, Mapping[Language, str]]] = {
    "disk_full": {"en": "Not enough space on the disk.", "ru": "Не хватает места на диске."},
    "model_changed": {
        "en": "The file on the hub has changed since the first download. Pull it with update if you trust that.",
        "ru": "Файл на хабе изменился с первой загрузки. Если доверяете, загрузите с update.",
    },
    "model_name_taken": {
        "en": "Another model has this file name here.",
        "ru": "Такое имя файла здесь занято другой моделью.",
    },
    "hub_busy": {"en": _BUSY[0], "ru": _BUSY[1]},
    "http_unreachable": {"en": "The hub cannot be reached.", "ru": "Хаб недоступен."},
    "http_timeout": {"en": "The hub did not answer in time.", "ru": "Хаб не ответил вовремя."},
    "http_cut_off": {"en": "The hub broke the download off.", "ru": "Хаб оборвал загрузку."},
}


def _in(error: SecretaryError, language: Language) -> str:
    return error.text(language)

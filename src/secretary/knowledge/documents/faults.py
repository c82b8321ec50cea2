"""Why a document could not be read or fetched, by code: a plain text in two languages that says what to do."""

from collections.abc import Mapping
from typing import Final

from secretary.kernel.errors import Conflict, Invalid, Language, NotFound, Upstream

TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "empty": ("There is nothing in this document.", "В этом документе ничего нет."),
    "wrong_type": (
        "This is no document that can be read. Send .md, .txt, .html, .pdf, .docx, .xlsx, .csv, .pptx or .epub.",
        "Такой файл прочитать нельзя. Пришлите .md, .txt, .html, .pdf, .docx, .xlsx, .csv, .pptx или .epub.",
    ),
    "wrong_extension": (
        "The name does not fit the content: inside is a file of the kind .{detail}. Rename it and send it again.",
        "Имя не соответствует содержимому: внутри файл вида .{detail}. Переименуйте его и пришлите снова.",
    ),
    "old_office": (
        "This is a file of an old Office (.doc, .xls, .ppt). Save it as .docx, .xlsx or .pptx and send it again.",
        "Это файл старого Office (.doc, .xls, .ppt). Сохраните его как .docx, .xlsx или .pptx и пришлите снова.",
    ),
    "encrypted": (
        "The file is protected by a password. Save it without one and send it again.",
        "Файл защищён паролем. Сохраните его без пароля и пришлите снова.",
    ),
    "no_text": (
        "The PDF holds only pictures of pages (a scan), no text. Recognise its text (OCR) first, then send it again.",
        "В PDF только изображения страниц (скан), текста нет. Сначала распознайте текст (OCR), затем пришлите снова.",
    ),
    "too_large": ("The file is too large.", "Файл слишком большой."),
    "too_many_pages": (
        "The document has too many pages or cells. Split it and send the parts.",
        "В документе слишком много страниц или ячеек. Разделите его и пришлите части.",
    ),
    "too_much_inside": (
        "The file unpacks to far more than it may (a decompression bomb, or huge pictures). It was not read.",
        "Файл распаковывается в недопустимо большой объём (архивная бомба или огромные картинки). Он не прочитан.",
    ),
    "too_much_text": (
        "There is too much text in one document. Split it and send the parts.",
        "В одном документе слишком много текста. Разделите его и пришлите части.",
    ),
    "took_too_long": (
        "Reading took too long and was stopped. The file may be damaged or too complicated.",
        "Чтение заняло слишком много времени и остановлено. Возможно, файл повреждён или слишком сложен.",
    ),
    "out_of_memory": (
        "Reading would take too much memory and was stopped. Split the document, or save it without pictures.",
        "Чтение требует слишком много памяти и остановлено. Разделите документ или сохраните его без картинок.",
    ),
    "damaged": (
        "The file is damaged. Open it in its own program, save it anew and send it again.",
        "Файл повреждён. Откройте его в родной программе, сохраните заново и пришлите снова.",
    ),
    "library_missing": (
        "This installation lacks the library that reads such files. Install the program again as its guide says.",
        "В этой установке нет библиотеки для таких файлов. Переустановите программу по инструкции.",
    ),
    "file_gone": (
        "The file was lost before it was read. Send it again.",
        "Файл пропал до того, как был прочитан. Пришлите его снова.",
    ),
    "interrupted": (
        "Reading was broken off and nobody goes on with it. Send it again.",
        "Чтение прервано и никем не продолжается. Отправьте снова.",
    ),
    "cancelled": ("The import was cancelled.", "Загрузка отменена."),
    "not_reachable": (
        "The site does not answer. Check the address, or try again later.",
        "Сайт не отвечает. Проверьте адрес или попробуйте позже.",
    ),
    "not_there": ("The site has no such page.", "На сайте нет такой страницы."),
    "refused": ("The site does not let us in.", "Сайт нас не пускает."),
    "site_failed": ("The site has a fault. Try again later.", "На сайте ошибка. Попробуйте позже."),
    "not_allowed": (
        "This address is not allowed: it must be a public http or https address.",
        "Этот адрес не разрешён: нужен открытый адрес http или https.",
    ),
    "robots": (
        "The site asks programs not to read this page (robots.txt).",
        "Сайт просит программы не читать эту страницу (robots.txt).",
    ),
    "vanished": (
        "The site has this page no more. The document is deleted if that is still so at the next walk.",
        "Этой страницы на сайте больше нет. Если так будет и при следующем обходе, документ удалится.",
    ),
    "no_pages": (
        "Nothing could be read there: the site does not answer, forbids it, or has no pages with text.",
        "Там нечего читать: сайт не отвечает, запрещает это или на нём нет страниц с текстом.",
    ),
}
_RETRYABLE: Final = frozenset({"not_reachable", "site_failed"})
_UNKNOWN: Final = ("The document could not be read.", "Документ не удалось прочитать.")


class Unread(Invalid):
    """A document that cannot be read or fetched. `fault` is what is stored: the code, with a detail after a colon."""

    def __init__(self, fault: str) -> None:
        code = fault.partition(":")[0]
        self.fault = fault
        super().__init__(code, en=text_of(fault, "en"), ru=text_of(fault, "ru"))

    @property
    def may_pass(self) -> bool:
        return self.code in _RETRYABLE


def text_of(fault: str, language: Language) -> str:
    """What a stored fault means; empty for none."""
    if not fault:
        return ""
    code, _, detail = fault.partition(":")
    en, ru = TEXTS.get(code, _UNKNOWN)
    return (ru if language == "ru" else en).format(detail=detail)


def later(unread: Unread) -> Upstream:
    """The same as an error after which a job is tried again."""
    return Upstream(unread.code, en=unread.en, ru=unread.ru, retryable=True)


def no_such_document() -> NotFound:
    return NotFound("no_such_document", en="There is no such document.", ru="Такого документа нет.")


def no_such_version() -> NotFound:
    return NotFound("no_such_version", en="There is no such version.", ru="Такой версии нет.")


def no_such_import() -> NotFound:
    return NotFound("no_such_import", en="There is no such import.", ru="Такой загрузки нет.")


def name_taken(document_id: str) -> Conflict:
    return Conflict(
        "document_name_taken",
        en="There is a document of this name already. Change that one, or take another name.",
        ru="Документ с таким именем уже есть. Измените его или возьмите другое имя.",
        fields={"document_id": document_id},
    )


def too_large(limit_bytes: int) -> Invalid:
    limit = f"{limit_bytes / 1_000_000:g}"
    return Invalid(
        "too_large",
        en=f"The file is too large: {limit} MB at most.",
        ru=f"Файл слишком большой: не больше {limit} МБ.",
        fields={"limit_bytes": limit_bytes},
    )


def busy() -> Conflict:
    return Conflict(
        "document_being_read",
        en="This document is being read just now. Wait for that, or cancel it.",
        ru="Этот документ сейчас читается. Дождитесь окончания или отмените чтение.",
    )


def default_stays() -> Conflict:
    return Conflict(
        "default_collection",
        en="The default collection cannot be deleted.",
        ru="Основную коллекцию удалить нельзя.",
    )


def file_stays() -> Conflict:
    return Conflict(
        "file_read_only",
        en="The file of this document cannot be deleted: the watched folder is read-only. Delete it there.",
        ru="Файл этого документа нельзя удалить: папка доступна только для чтения. Удалите его там.",
    )

"""What may go wrong with a question set, in the words for its author."""

from secretary.kernel.errors import Conflict, Invalid, NotFound


def bad_line(file: str, line: int, reason: str) -> Invalid:
    return Invalid(
        "evaluation_line",
        en=f"{file}, line {line}: {reason}",
        ru=f"{file}, строка {line}: {reason}",
        fields={"file": file, "line": line},
    )


def no_questions(file: str) -> Invalid:
    return Invalid(
        "evaluation_empty",
        en=f"{file}: there is no question in it.",
        ru=f"{file}: в файле нет ни одного вопроса.",
        fields={"file": file},
    )


def unreadable(file: str) -> Invalid:
    return Invalid(
        "evaluation_unreadable",
        en=f"{file}: cannot be read as UTF-8 text.",
        ru=f"{file}: файл не читается как текст в UTF-8.",
        fields={"file": file},
    )


def no_question_file(folder: str) -> Invalid:
    return Invalid(
        "evaluation_no_questions",
        en=f"{folder}: a file questions.jsonl is needed here, or exactly one other .jsonl file.",
        ru=f"{folder}: здесь нужен файл questions.jsonl или ровно один другой файл .jsonl.",
        fields={"folder": folder},
    )


def bad_report(reason: str) -> Invalid:
    return Invalid(
        "evaluation_report",
        en=f"This is not the report of a run: {reason}",
        ru=f"Это не отчёт о прогоне: {reason}",
    )


def bad_document(file: str, en: str, ru: str) -> Invalid:
    return Invalid(
        "evaluation_document",
        en=f"{file}: {en}",
        ru=f"{file}: {ru}",
        fields={"file": file},
    )


def no_such_folder(folder: str) -> Invalid:
    return Invalid(
        "evaluation_no_folder",
        en=f"{folder}: there is no such folder or file.",
        ru=f"{folder}: такой папки или файла нет.",
        fields={"folder": folder},
    )


def no_such_half(half: str) -> Invalid:
    return Invalid(
        "evaluation_no_half",
        en=f"There is no question of the half “{half}” in these sets. Leave the half out.",
        ru=f"В этих наборах нет вопросов половины «{half}». Не указывайте половину.",
        fields={"half": half},
    )


def no_such_run() -> NotFound:
    return NotFound("no_such_evaluation", en="There is no such evaluation.", ru="Такой проверки нет.")


def is_over() -> Conflict:
    return Conflict(
        "evaluation_over",
        en="This evaluation is over; there is nothing to cancel.",
        ru="Эта проверка уже завершена; отменять нечего.",
    )

"""Question sets as folders: a file of questions and the documents beside it. Reads files; call it from a thread."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from secretary.knowledge.evaluation import errors
from secretary.knowledge.evaluation.loading import parse_lines
from secretary.knowledge.evaluation.shapes import Document, Gold, Question, QuestionSet

SHIPPED = Path(__file__).parent / "sets"
QUESTIONS = "questions.jsonl"
DOCUMENTS = "documents"


def shipped_sets() -> tuple[QuestionSet, ...]:
    """The sets that come with the product, by name."""
    return tuple(read_set(folder) for folder in sorted(SHIPPED.iterdir()) if (folder / QUESTIONS).is_file())


def read_set(place: Path, documents: Path | None = None) -> QuestionSet:
    """The set at `place`, which is a folder or a file of questions.

    Documents are in `documents`; else in a folder of that name beside the questions; else all other files there.
    A gold file may be named by the end of its path. Raises Invalid, and OSError for what is not there.
    """
    file = _question_file(place) if place.is_dir() else place
    read = read_documents(documents or _documents_beside(file))
    return set_of(file.resolve().parent.name, read, _text(file), str(file))


def set_of(name: str, documents: Sequence[Document], text: str, file: str) -> QuestionSet:
    """Questions of a JSON Lines text about these documents; `file` names it in errors. Raises Invalid."""
    by_name = _names(documents)
    questions = tuple(_resolved(one, by_name, file, line) for line, one in parse_lines(text, file))
    if not questions:
        raise errors.no_questions(file)
    return QuestionSet(name, tuple(documents), questions)


def read_documents(folder: Path) -> tuple[Document, ...]:
    """Every file below `folder`, by path; hidden ones and question files are left out."""
    files = ((path.relative_to(folder), path) for path in sorted(folder.rglob("*")) if path.is_file())
    return tuple(
        Document(name.as_posix(), path.read_bytes())
        for name, path in files
        if name.suffix != ".jsonl" and not any(part.startswith(".") for part in name.parts)
    )


def _question_file(folder: Path) -> Path:
    preferred = folder / QUESTIONS
    found = [preferred] if preferred.is_file() else list(folder.glob("*.jsonl"))
    if len(found) != 1:
        raise errors.no_question_file(str(folder))
    return found[0]


def _documents_beside(file: Path) -> Path:
    folder = file.parent / DOCUMENTS
    return folder if folder.is_dir() else file.parent


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise errors.unreadable(str(file)) from error


def _names(documents: Sequence[Document]) -> Mapping[str, Sequence[str]]:
    """Every end of a document's path, with the documents that have it."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for document in documents:
        parts = document.file.split("/")
        for start in range(len(parts)):
            names["/".join(parts[start:])].append(document.file)
    return names


def _resolved(question: Question, by_name: Mapping[str, Sequence[str]], file: str, line: int) -> Question:
    gold = tuple(Gold(_document_of(one, by_name, file, line), one.quote) for one in question.gold)
    return replace(question, gold=gold)


def _document_of(gold: Gold, by_name: Mapping[str, Sequence[str]], file: str, line: int) -> str:
    wanted = gold.file.replace("\\", "/").removeprefix("./").removeprefix(f"{DOCUMENTS}/")
    found = by_name.get(wanted, ())
    if wanted in found:
        return wanted
    if len(found) != 1:
        fault = "several documents have this name" if found else "there is no such document"
        raise errors.bad_line(file, line, f"gold file {gold.file!r}: {fault}")
    return found[0]

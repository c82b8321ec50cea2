"""A set is read, or its author learns which line of which file is wrong."""

import json

import pytest

from secretary.kernel.errors import Invalid
from secretary.knowledge.evaluation.folder import read_set
from secretary.knowledge.evaluation.loading import parse_questions
from secretary.knowledge.evaluation.shapes import Gold, Half, Turn

FULL = {
    "id": "q1", "question": "а в выходные?", "kind": "follow_up", "half": "tuning",
    "history": [{"role": "user", "content": "Часы?"}, {"role": "assistant", "content": "С 9 до 18."}],
    "gold": [{"file": "a.md", "quote": "в субботу до 14"}],
    "answer_contains": ["14"], "answer_must_not_contain": ["18"],
}  # fmt: skip


def line(**changes):
    return json.dumps(FULL | changes, ensure_ascii=False)


def test_every_field_is_read():
    (question,) = parse_questions(line(), "q.jsonl")
    assert question.history == (Turn("user", "Часы?"), Turn("assistant", "С 9 до 18."))
    assert question.gold == (Gold("a.md", "в субботу до 14"),)
    assert (question.answer_contains, question.answer_must_not_contain) == (("14",), ("18",))
    assert question.half is Half.TUNING
    assert question.is_answerable


def test_sets_of_others_may_leave_out_what_we_have():
    text = '\ufeff{"id": 7, "question": "Q?", "gold": null, "history": null, "answer_contains": [14], "note": 1}\n\n'
    (question,) = parse_questions(text, "q.jsonl")
    assert (question.id, question.kind, question.half) == ("7", "other", Half.WHOLE)
    assert question.answer_contains == ("14",)
    assert not question.is_answerable


def test_question_of_any_kind_is_unanswerable_without_gold():
    (question,) = parse_questions(line(gold=[]), "q.jsonl")
    assert not question.is_answerable


def test_one_gold_and_one_text_need_no_list():
    (question,) = parse_questions(line(gold={"file": "a.md", "quote": "x"}, answer_contains="14"), "q.jsonl")
    assert question.gold == (Gold("a.md", "x"),)
    assert question.answer_contains == ("14",)


def test_history_of_bare_texts_ends_with_the_assistant():
    (question,) = parse_questions(line(history=["раз", "два", "три"]), "q.jsonl")
    assert [turn.role for turn in question.history] == ["assistant", "user", "assistant"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{", "JSON"),
        ("[]", "object"),
        (line(question=" "), "question"),
        (line(id=None), "id"),
        (line(half="other"), "half"),
        (line(gold=[{"file": "a.md"}]), "gold.0.quote"),
        (line(gold=[{"file": "a.md", "quote": "**"}]), "no words"),
        (line(kind="unanswerable"), "has no gold"),
        (line(history=[{"role": "system", "content": ""}]), "history.0.role"),
        (line(), "already on line 1"),
    ],
)
def test_wrong_line_is_named_with_its_file_and_number(bad, reason):
    with pytest.raises(Invalid, match=r"q\.jsonl, line 3") as caught:
        parse_questions(f"{line()}\n\n{bad}\n", "q.jsonl")
    assert reason in caught.value.en
    assert caught.value.fields == {"file": "q.jsonl", "line": 3}


def test_line_separators_inside_a_text_do_not_count_as_lines():
    (question,) = parse_questions(line(question="раз\u2028два"), "q.jsonl")
    assert question.question == "раз\u2028два"


def test_file_without_questions_is_refused():
    with pytest.raises(Invalid, match="no question"):
        parse_questions("\n \n", "q.jsonl")


def lay(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_documents_lie_beside_the_questions(tmp_path):
    lay(tmp_path, {"mine.jsonl": line(), "a.md": "в субботу до 14", "sub/b.pdf": b"\xff\x00", ".hidden/c.md": "c"})
    read = read_set(tmp_path)
    assert read.name == tmp_path.name
    assert [document.file for document in read.documents] == ["a.md", "sub/b.pdf"]
    assert read == read_set(tmp_path / "mine.jsonl")


def test_folder_named_documents_is_preferred(tmp_path):
    lay(tmp_path, {"questions.jsonl": line(), "old.jsonl": "", "documents/a.md": "a", "README.md": "r"})
    assert [document.file for document in read_set(tmp_path).documents] == ["a.md"]


def test_documents_may_lie_anywhere(tmp_path):
    lay(tmp_path, {"q/questions.jsonl": line(), "elsewhere/a.md": "a"})
    assert [one.file for one in read_set(tmp_path / "q", tmp_path / "elsewhere").documents] == ["a.md"]


@pytest.mark.parametrize("name", ["a.md", "sub/a.md", "documents/sub/a.md", "./sub/a.md", "sub\\a.md"])
def test_gold_file_may_be_the_end_of_a_path(tmp_path, name):
    lay(tmp_path, {"questions.jsonl": line(gold={"file": name, "quote": "x"}), "documents/sub/a.md": "x"})
    assert read_set(tmp_path).questions[0].gold[0].file == "sub/a.md"


def test_gold_in_no_document_is_named_with_its_line(tmp_path):
    lay(tmp_path, {"questions.jsonl": line(), "documents/b.md": "b"})
    with pytest.raises(Invalid, match=r"line 1: gold file 'a\.md': there is no such document"):
        read_set(tmp_path)


def test_gold_in_one_of_several_documents_is_refused(tmp_path):
    lay(tmp_path, {"questions.jsonl": line(), "documents/x/a.md": "b", "documents/y/a.md": "b"})
    with pytest.raises(Invalid, match="several documents"):
        read_set(tmp_path)


def test_folder_without_one_question_file_is_refused(tmp_path):
    with pytest.raises(Invalid, match=r"questions\.jsonl is needed"):
        read_set(lay(tmp_path, {"a.jsonl": line(), "b.jsonl": line()}))


def test_questions_that_are_no_text_are_refused(tmp_path):
    with pytest.raises(Invalid, match="UTF-8"):
        read_set(lay(tmp_path, {"questions.jsonl": b"\xff\xfe\x00"}))


def test_empty_file_of_questions_is_refused(tmp_path):
    with pytest.raises(Invalid, match="no question"):
        read_set(lay(tmp_path, {"questions.jsonl": "\n"}))

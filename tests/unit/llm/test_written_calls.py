"""Tool calls in text, told from text that merely contains JSON, however the stream is cut."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.llm.test_thoughts import cut

from secretary.adapters.llm.openai_wire.written_calls import WrittenCall, WrittenCalls

NAMES = frozenset({"get_time", "book"})
TIME = WrittenCall("get_time", '{"city":"Омск"}')
BARE = WrittenCall("book", "{}")
CALL = '{"name": "get_time", "arguments": {"city": "Омск"}}'
CALLS = {
    CALL: [TIME],
    f"\n {CALL}\n": [TIME],
    f"```json\n{CALL}\n```": [TIME],
    f"```\n{CALL}\n```\n": [TIME],
    f"[{CALL}, {CALL}]": [TIME, TIME],
    f"<tool_call>\n{CALL}\n</tool_call>": [TIME],
    f"<tool_call>{CALL}</tool_call>\n<tool_call>{CALL}</tool_call>\n": [TIME, TIME],
    f"Сейчас посмотрю.\n<tool_call>{CALL}</tool_call>": ["Сейчас посмотрю.\n", TIME],
    f"<tool_call>{CALL}</tool_call>\nГотово.": [TIME, "Готово."],
    f"<tool_call>\n{CALL}": [TIME],
    '{"tool_calls": [{"type": "function", "function": {"name": "book", "arguments": "{}"}}]}': [BARE],
    '{"function": "book", "parameters": {}}': [BARE],
    '{"name": "book"}': [BARE],
    '{"tool_name": "get_time", "args": {"city": "Омск"}}': [TIME],
}
TEXTS = [
    "Привет!",
    'Ответ {"name": "book"} не вызов.',
    '{"name": "Иван", "arguments": {}}',
    '{"name": "book", "age": 5}',
    '{"answer": 42}',
    "{}",
    "[]",
    "[1, 2, 3]",
    f"{CALL} and more words",
    f"```json\n{CALL}\n```\nand more words",
    '```json\n{"city": "Омск"}\n```',
    "```python\nprint(1)\n```",
    "<tool_call>not json</tool_call>",
    '<tool_call>{"name": "unknown", "arguments": {}}</tool_call>',
    "a < b <tool_",
    '{"name": "get_time", "arguments": {"city":',
    f'[{CALL}, {{"name": "unknown"}}]',
    "",
]


def told(pieces: list[str]) -> list[str | WrittenCall]:
    calls = WrittenCalls(NAMES)
    joined: list[str | WrittenCall] = []
    for part in [part for piece in pieces for part in calls.feed(piece)] + list(calls.end()):
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return joined


@pytest.mark.parametrize("text", CALLS)
def test_written_call_is_a_call(text: str) -> None:
    assert told([text]) == CALLS[text]
    assert told(list(text)) == CALLS[text]


@pytest.mark.parametrize("text", TEXTS)
def test_text_that_merely_contains_json_stays_text(text: str) -> None:
    assert told([text]) == ([text] if text else [])
    assert told(list(text)) == ([text] if text else [])


PARTS = st.sampled_from(
    ["<tool_call>", "</tool_call>", CALL, "```json\n", "```", "{", "[", "]", '"name"', ":", " ", "\n", "слово", "<to"]
)


@given(st.lists(PARTS, max_size=8).map("".join) | st.sampled_from([*CALLS, *TEXTS]), st.lists(st.integers(0, 400)))
def test_any_cut_tells_the_same(text: str, places: list[int]) -> None:
    assert told(cut(text, places)) == told([text])


@given(st.lists(PARTS, max_size=8).map("".join))
def test_text_without_a_call_comes_through_whole(text: str) -> None:
    parts = told([text])
    if all(isinstance(part, str) for part in parts):
        assert "".join(map(str, parts)) == text


@pytest.mark.parametrize(
    ("said", "is_held"),
    [
        *(("{", True), ('{"na', True), ('{"name": "get', True), ('{"name": "book", "arguments"', True)),
        *(("`", True), ("```js", True), ("```json\n[", True), ("", True), ("<tool", True)),
        *(('{"answer', False), ('{"name": "Иван"', False), ("{1", False), ("```\nprint", False), ("П", False)),
    ],
)
def test_text_waits_only_while_it_may_still_be_a_call(said: str, is_held: bool) -> None:
    assert (told_so_far(said) == "") is is_held


def told_so_far(text: str) -> str:
    calls = WrittenCalls(NAMES)
    return "".join(str(part) for letter in text for part in calls.feed(letter))


def test_endless_call_is_text_at_last() -> None:
    calls = WrittenCalls(NAMES)
    text = '{"name": "book", "arguments": "' + "x" * 70_000
    assert list(calls.feed(text)) == [text]
    tagged = WrittenCalls(NAMES)
    assert "".join(map(str, tagged.feed("<tool_call>" + "x" * 70_000))).startswith("<tool_call>x")


@pytest.mark.parametrize("odd", ['"\\ud800"', "NaN", "[" * 100_000, "1e999999x"])
def test_what_is_no_json_is_no_call(odd: str) -> None:
    text = f'{{"name": "book", "arguments": {{"x": {odd}}}}}'
    assert not any(isinstance(part, WrittenCall) for part in told([text]))


def test_long_numbers_are_not_rounded() -> None:
    (call,) = told(['{"name": "book", "arguments": {"account": 40702810900000012345}}'])
    assert isinstance(call, WrittenCall)
    assert call.arguments == '{"account":40702810900000012345}'


@given(st.dictionaries(st.text(), st.integers() | st.text()))
def test_arguments_come_through_as_json(arguments: dict[str, int | str]) -> None:
    (call,) = told([json.dumps({"name": "book", "arguments": arguments})])
    assert isinstance(call, WrittenCall)
    assert json.loads(call.arguments) == arguments

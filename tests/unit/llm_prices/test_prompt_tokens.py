"""The bound on a prompt's tokens: never under what tokenizers make of it, and cheap."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.llm.ports import Image, JsonOutput, Message, Prompt, Tool, ToolCall
from secretary.llm.prices import tokens_at_most
from secretary.llm.prices.tokens import A_PICTURE, text_tokens

# The most tokens that any of ten vocabularies makes of it (Llama 3, Qwen 2 and 3.5, DeepSeek, Gemma 4, Command R, Phi 3,
# StarCoder, Llama 2), by llama.cpp's tokenizer, November 2026.
MEASURED = [
    ("Здравствуйте! Сколько стоит доставка дивана в субботу? Заказ № 48215, 129 990 руб.", 0.42),
    ("Hello! How much does the delivery of a sofa cost on Saturday? Order #48215.", 0.35),
    ("ЗДРАВСТВУЙТЕ! СКОЛЬКО СТОИТ ДОСТАВКА?", 0.52),
    ("HELLO! HOW MUCH DOES THE DELIVERY COST?", 0.45),
    ("kQ9zV+xJ3mWqLrT8bYcH5nFpXgDs2vZaEoUi7wKjRtMlNyBd", 0.82),
    ("3fa9c07be1d84f6290ab7c5de31f08a6", 0.89),
    ("0123456789" * 5, 1.0),
    ("!@#$%^&*()_+-=[]{};':,./<>?" * 3, 0.73),
    ('{"\\u0438\\u043c\\u044f": "\\u0418\\u0432\\u0430\\u043d"}', 0.92),
    ("\n\n \t\n" * 20, 1.0),
    ("你好，请问送货要多少钱？" * 3, 1.0),
    ("🙂🚀🎉👍" * 8, 1.0),
]


@pytest.mark.parametrize(("text", "tokens_a_byte"), MEASURED)
def test_bound_is_never_under_what_tokenizers_make_of_it(text, tokens_a_byte):
    assert text_tokens(text) >= tokens_a_byte * len(text.encode())


@given(st.text(max_size=300), st.text(max_size=300))
def test_bound_is_at_most_a_token_a_byte_and_grows_with_the_text(one, other):
    size = len(one.encode(errors="replace"))
    assert size * 2 // 5 - 1 <= text_tokens(one) <= size + 1
    assert text_tokens(one + "\n" + other) > 0


@pytest.mark.parametrize("text", ["Чем могу помочь? " * 200, "How can I help you? " * 200])
def test_bound_of_prose_is_not_far_above_what_it_has(text):
    assert text_tokens(text) < 0.7 * len(text.encode())


def test_everything_that_is_sent_counts():
    plain = Prompt((Message("user", "привет"),))
    bound = tokens_at_most(plain)
    tool = Tool("find", "Finds what is asked for", {"type": "object", "properties": {"query": {"type": "string"}}})
    call = Message("assistant", "", (ToolCall("call_1", "find", '{"query": "диван"}'),))
    picture = Message("user", ("что это", Image("image/png", b"\x89PNG")))
    assert tokens_at_most(Prompt(plain.messages, tools=(tool,))) > bound + 30
    assert tokens_at_most(Prompt((*plain.messages, call))) > bound + 20
    assert tokens_at_most(Prompt((*plain.messages, picture))) > bound + A_PICTURE
    assert tokens_at_most(Prompt(plain.messages, json_output=JsonOutput({"type": "object"}))) > bound + 16


def test_bound_of_a_long_conversation_costs_little():
    prompt = Prompt([Message("user", "Сколько стоит доставка? " * 20)] * 20)
    tokens_at_most(prompt)
    began = time.process_time()
    for _ in range(50):
        tokens_at_most(prompt)
    assert (time.process_time() - began) / 50 < 0.002

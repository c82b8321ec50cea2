"""What Meta sends is cut into single updates, each of which says one thing; nothing that was said is lost."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.fakes.whatsapp.description import described, example_webhooks
from tests.unit.whatsapp.updates import (
    CONTACT,
    METADATA,
    NUMBER,
    PHONE,
    USER_ID,
    body,
    message,
    of_message,
    only,
    read_all,
)

from secretary.adapters.channels.whatsapp.reading import read
from secretary.adapters.channels.whatsapp.splitting import split
from secretary.channels.messenger import (
    Delivered,
    Edited,
    IncomingFile,
    Moved,
    Person,
    Rated,
    Said,
    Tapped,
    Unknown,
    Withdrawn,
)
from secretary.kernel.errors import Invalid

ANNA = Person(PHONE, "Анна", phone=f"+{PHONE}")
HIDDEN = {"profile": {"name": "Анна", "username": "anna_k"}, "user_id": USER_ID}


def test_a_text_is_said_by_a_person_whose_number_is_proven() -> None:
    said = only(of_message(context={"from": "74955550102", "id": "wamid.ours"}))
    assert said == Said(
        "wamid.1",
        ANNA,
        {"to": PHONE},
        "Привет",
        at=datetime.fromtimestamp(1_749_416_383, UTC),
        quoted_id="wamid.ours",
    )


def test_many_messages_in_one_body_are_many_updates_in_their_order() -> None:
    other = {"profile": {"name": "Bob"}, "wa_id": "15551234567"}
    raw = body(
        {
            "contacts": [CONTACT, other],
            "messages": [
                message(number="a"),
                message(number="b") | {"from": "15551234567"},
                message(number="c"),
            ],
        },
        {"statuses": [{"id": "wamid.9", "status": "read", "timestamp": "1749416390", "recipient_id": PHONE}]},
    )
    updates = split(raw)
    assert [(one.key, one.thread) for one in updates] == [
        ("a", PHONE), ("b", "15551234567"), ("c", PHONE), ("status:wamid.9:read", PHONE),
    ]  # fmt: skip
    assert [one.order for one in updates] == sorted(one.order for one in updates)
    assert len({one.order for one in updates}) == 4
    said = [one for one in read_all(updates) if isinstance(one, Said)]
    assert [one.person.name for one in said] == ["Анна", "Bob", "Анна"]


def test_a_person_without_a_number_is_known_by_his_id_and_written_to_by_it() -> None:
    raw = body(
        {
            "contacts": [HIDDEN],
            "messages": [{"id": "a", "from_user_id": USER_ID, "type": "text", "text": {"body": "x"}}],
        }
    )
    assert split(raw)[0].thread == USER_ID
    said = only(raw)
    assert isinstance(said, Said)
    assert said.person == Person(USER_ID, "Анна", "anna_k", "en", "")
    assert said.address == {"recipient": USER_ID}


def test_a_person_with_both_is_known_by_the_id_and_written_to_by_the_number() -> None:
    said = only(of_message(contact=CONTACT | {"user_id": USER_ID}, from_user_id=USER_ID))
    assert isinstance(said, Said)
    assert (said.person.key, said.person.phone, said.address) == (USER_ID, f"+{PHONE}", {"to": PHONE})


@pytest.mark.parametrize("contacts", [{}, {"contacts": []}, {"contacts": [{"profile": {"name": "Анна"}}]}])
def test_a_message_without_a_contact_or_his_ids_is_read_all_the_same(contacts: dict[str, Any]) -> None:
    said = only(body({**contacts, "messages": [message()]}))
    assert isinstance(said, Said)
    assert (said.text, said.person.key, said.person.phone) == ("Привет", PHONE, f"+{PHONE}")


def test_nobody_gets_somebody_elses_name() -> None:
    raw = body({"contacts": [CONTACT], "messages": [message(), message(number="b") | {"from": "15551234567"}]})
    said = [one for one in read_all(split(raw)) if isinstance(one, Said)]
    assert [one.person.name for one in said] == ["Анна", ""]


@pytest.mark.parametrize(
    ("kind", "content", "file"),
    [
        ("image", {"id": "7", "mime_type": "image/jpeg", "caption": "Вот"}, IncomingFile("photo", "", "image/jpeg", ref={"id": "7"})),
        ("video", {"id": "7", "mime_type": "video/mp4"}, IncomingFile("video", "", "video/mp4", ref={"id": "7"})),
        ("audio", {"id": "7", "mime_type": "audio/ogg; codecs=opus", "voice": True}, IncomingFile("voice", "", "audio/ogg", ref={"id": "7"})),
        ("audio", {"id": "7", "mime_type": "audio/mpeg"}, IncomingFile("audio", "", "audio/mpeg", ref={"id": "7"})),
        ("document", {"id": 7, "mime_type": "application/pdf", "filename": "смета.pdf"}, IncomingFile("file", "смета.pdf", "application/pdf", ref={"id": "7"})),
        ("sticker", {"id": "7", "mime_type": "image/webp"}, IncomingFile("sticker", "", "image/webp", ref={"id": "7"})),
        ("location", {"latitude": 55.75, "longitude": 37.61, "name": "Кремль"}, IncomingFile("location", text="Кремль, 55.750000, 37.610000")),
        ("contacts", [{"name": {"formatted_name": "Пётр"}, "phones": [{"phone": "+7 1"}]}], IncomingFile("contact", "Пётр", text="Пётр, +7 1")),
    ],
)  # fmt: skip
def test_what_comes_beside_words(kind: str, content: Any, file: IncomingFile) -> None:
    said = only(of_message(kind, **{kind: content}))
    assert isinstance(said, Said)
    assert said.files == (file,)
    assert said.text == (content.get("caption", "") if isinstance(content, dict) else "")


@pytest.mark.parametrize(
    ("kind", "content", "value", "label"),
    [
        ("button", {"payload": "stop", "text": "Стоп"}, "stop", "Стоп"),
        ("button", {"payload": "", "text": "Стоп"}, "Стоп", "Стоп"),
        ("interactive", {"type": "button_reply", "button_reply": {"id": "!person", "title": "Человек"}}, "!person", "Человек"),
        ("interactive", {"type": "list_reply", "list_reply": {"id": "2", "title": "Два", "description": "-"}}, "2", "Два"),
    ],
)  # fmt: skip
def test_what_is_tapped(kind: str, content: dict[str, Any], value: str, label: str) -> None:
    assert only(of_message(kind, **{kind: content})) == Tapped("wamid.1", ANNA, {"to": PHONE}, value, label)


@pytest.mark.parametrize(("emoji", "value"), [("👍", 1), ("👍🏽", 1), ("❤️", 1), ("👎", -1), ("😡", -1), ("", 0)])
def test_a_reaction_is_a_thumb(emoji: str, value: int) -> None:
    raw = of_message("reaction", reaction={"message_id": "wamid.ours", "emoji": emoji})
    assert only(raw) == Rated("wamid.ours", value)


def test_a_picture_that_is_no_thumb_is_no_rating() -> None:
    assert only(of_message("reaction", reaction={"message_id": "m", "emoji": "🐈"})) == Unknown("reaction")


@pytest.mark.parametrize("state", ["sent", "delivered", "read"])
def test_a_status_says_how_far_a_message_has_come(state: str) -> None:
    raw = body({"statuses": [{"id": "wamid.ours", "status": state, "timestamp": "1", "recipient_id": PHONE}]})
    assert only(raw) == Delivered("wamid.ours", state)  # type: ignore[arg-type]


def test_a_failure_says_metas_code() -> None:
    status = {"id": "m", "status": "failed", "recipient_user_id": USER_ID, "errors": [{"code": 131026, "title": "-"}]}
    raw = body({"statuses": [status]})
    assert split(raw)[0].thread == USER_ID
    assert only(raw) == Delivered("m", "failed", "131026")


@pytest.mark.parametrize(
    ("system", "key", "address"),
    [
        ({"type": "user_changed_number", "wa_id": "7111"}, "7111", {"to": "7111", "recipient": ""}),
        (
            {"type": "user_changed_number", "wa_id": "7111", "user_id": "RU.2", "previous_user_id": PHONE},
            "RU.2", {"to": "7111", "recipient": ""},
        ),
        (
            {"type": "user_changed_user_id", "user_id": "RU.2", "previous_user_id": PHONE},
            "RU.2", {"to": "", "recipient": "RU.2"},
        ),
    ],
)  # fmt: skip
def test_a_changed_number_moves_the_thread_of_the_old_one(
    system: dict[str, str], key: str, address: dict[str, str]
) -> None:
    raw = body({"messages": [message("system", system=system)]})
    assert split(raw)[0].thread == PHONE
    assert only(raw) == Moved(key, address)


def test_edited_and_deleted_messages() -> None:
    new = {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "Иначе"}}}
    assert only(of_message("edit", edit=new)) == Edited("wamid.0", "Иначе")
    assert only(of_message("revoke", revoke={"original_message_id": "wamid.0"})) == Withdrawn(("wamid.0",))


def test_where_an_advertisement_brought_him_from() -> None:
    said = only(of_message(referral={"source_type": "ad", "source_id": "120226", "ctwa_clid": "x"}))
    assert isinstance(said, Said)
    assert said.payload == "ad:120226"


def test_an_order_is_a_text_that_can_be_answered() -> None:
    items = [{"product_retailer_id": "sofa", "quantity": 2, "item_price": 30.5, "currency": "USD"}]
    said = only(of_message("order", order={"catalog_id": "1", "text": "До пятницы", "product_items": items}))
    assert isinstance(said, Said)
    assert said.text == "Заказ из каталога:\n2 × sofa (30.5 USD)\nДо пятницы"


def test_who_opens_the_chat_for_the_first_time_starts() -> None:
    said = only(of_message("request_welcome"))
    assert isinstance(said, Said)
    assert said.is_start


def test_a_group_is_addressed_by_an_answer_to_us_only() -> None:
    said = only(of_message(group_id="Y2Fwa", context={"from": "74955550102", "id": "m"}))
    assert isinstance(said, Said)
    assert (said.is_group, said.is_addressed) == (True, True)
    assert said.address == {"recipient_type": "group", "to": "Y2Fwa"}
    talk = only(of_message(group_id="Y2Fwa"))
    assert isinstance(talk, Said)
    assert not talk.is_addressed


@pytest.mark.parametrize(
    "raw",
    [
        of_message("unsupported", errors=[{"code": 131051}]),
        of_message("ephemeral_poll_of_2027", ephemeral_poll_of_2027={}),
        of_message("interactive", interactive={"type": "nfm_reply", "nfm_reply": {}}),
        of_message("text", text="not an object"),
        of_message("location", location={"latitude": "north"}),
        body({"messages": [{"id": "a", "type": "text", "text": {"body": "from nobody"}}]}),
        body({"statuses": [{"id": "a", "status": "teleported"}]}),
        body({"errors": [{"code": 130429, "title": "Rate limit hit"}]}),
        body({"event": "DISABLED_UPDATE"}, field="account_update"),
    ],
)
def test_what_is_not_known_is_said_to_be_so(raw: bytes) -> None:
    assert isinstance(only(raw), Unknown)


def test_another_number_of_the_business_is_not_ours() -> None:
    [update] = split(of_message())
    assert read(update.payload, "999") == [Unknown("another_number")]


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"null", b"{", b'{"object":"page","entry":[]}', b'{"object":"whatsapp_business_account"}', b"[" * 5000]
)  # fmt: skip
def test_what_is_no_update_is_refused(raw: bytes) -> None:
    with pytest.raises(Invalid, match="not_an_update"):
        split(raw)


def test_characters_that_no_database_stores_are_replaced() -> None:
    raw = of_message().replace(json.dumps("Привет").encode(), rb'"a\u0000b\ud800c"')
    said = only(raw)
    assert isinstance(said, Said)
    assert said.text == "a\ufffdb?c"


def test_a_repetition_has_the_same_keys() -> None:
    raw = body({"messages": [message()], "errors": [{"code": 1}]}, {"event": "x"}, field="messages")
    assert [one.key for one in split(raw)] == [one.key for one in split(raw)]


def test_every_example_of_meta_is_read() -> None:
    described()
    kinds = {}
    for name, example in example_webhooks().items():
        [change] = example["entry"][0]["changes"]
        change["value"]["metadata"]["phone_number_id"] = METADATA["phone_number_id"]
        [incoming] = read_all(split(json.dumps(example).encode()))
        kinds[name] = type(incoming)
    assert [name for name, kind in kinds.items() if kind is Unknown] == [
        "Unsupported Message", "Group Create Message", "Group Settings Update", "Group Remove Participants",
    ]  # fmt: skip


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["id", "type", "text", "body", "from", "timestamp", "image", "interactive", "system", "wa_id", "profile",
         "contacts", "messages", "statuses", "errors", "metadata", "status", "button_reply", "context"]
    ), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip


@given(_JSON, st.sampled_from(["messages", "other"]))
@settings(deadline=None)
def test_nothing_that_meta_might_send_breaks_it(value: Any, field: str) -> None:
    document = {"object": "whatsapp_business_account", "entry": [{"changes": [{"value": value, "field": field}]}]}
    for update in split(json.dumps(document).encode()):
        assert len(update.thread) <= 100
        read(update.payload, NUMBER)

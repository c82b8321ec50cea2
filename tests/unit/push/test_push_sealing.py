"""Encryption for a browser: the RFC's own example, and a receiver that shares no code with us."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.support.push import Browser, b64, unb64

from secretary.kernel.errors import Invalid
from secretary.operations.push.sealing import LONGEST_TEXT, BrowserKeys, decoded, encoded, seal

# RFC 8291, section 5 and appendix A
TEXT = b"When I grow up, I want to be a watermelon"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
RECEIVER_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
SENDER_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
MESSAGE = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_rfc_comes_out_octet_by_octet():
    body = seal(TEXT, BrowserKeys.of(RECEIVER, AUTH), sender=unb64(SENDER_PRIVATE), salt=unb64(SALT))
    assert b64(body) == MESSAGE


def test_the_receiver_of_our_tests_reads_the_example_too():
    key = ec.derive_private_key(int.from_bytes(unb64(RECEIVER_PRIVATE), "big"), ec.SECP256R1())
    assert Browser(key, unb64(AUTH)).open(unb64(MESSAGE)) == TEXT


@pytest.mark.parametrize("text", [b"", b"\x00", "Сообщение".encode(), b"x" * LONGEST_TEXT])
def test_a_browser_reads_what_was_sealed_for_it(text):
    browser = Browser()
    body = seal(text, BrowserKeys.of(browser.p256dh, browser.auth))
    assert len(body) <= 4096
    assert text not in body or not text.strip(b"\x00")
    assert browser.open(body) == text


def test_no_two_messages_are_alike():
    keys = BrowserKeys.of(RECEIVER, AUTH)
    assert seal(TEXT, keys)[:86] != seal(TEXT, keys)[:86]


def test_too_long_a_text_is_refused():
    with pytest.raises(ValueError, match="too long"):
        seal(b"x" * (LONGEST_TEXT + 1), BrowserKeys.of(RECEIVER, AUTH))


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", AUTH),
        (RECEIVER[:-2], AUTH),
        ("A" * 87, AUTH),
        (RECEIVER[:20] + "AAAA" + RECEIVER[24:], AUTH),  # a point that is not on the curve
        (RECEIVER, "short"),
        (RECEIVER, AUTH * 2),
        ("не base64", AUTH),
    ],
)
def test_damaged_keys_are_refused(p256dh, auth):
    with pytest.raises(Invalid, match="bad_push_keys"):
        BrowserKeys.of(p256dh, auth)


def test_padding_may_be_there_or_not():
    assert decoded("_w==") == decoded("_w") == b"\xff"
    assert encoded(b"\xff") == "_w"

"""Codes of a code generator, against the values of the standards."""

import base64
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from secretary.accounts import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()  # RFC 4226, appendix D
HOTP = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
# RFC 6238, appendix B, SHA-1: the last six of its eight digits
TOTP = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}


@pytest.mark.parametrize(("counter", "code"), list(enumerate(HOTP)))
def test_codes_by_counter(counter, code):
    assert totp.code_at(SECRET, counter) == code


@pytest.mark.parametrize(("seconds", "code"), list(TOTP.items()))
def test_codes_by_time(seconds, code):
    moment = datetime.fromtimestamp(seconds, UTC)
    assert totp.code_at(SECRET, totp.step_of(moment)) == code
    assert totp.matching_step(SECRET, code, moment) == seconds // 30


@pytest.mark.parametrize(("drift", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_fits_one_step_either_way(drift, fits):
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    step = totp.step_of(now) + drift
    assert totp.matching_step(SECRET, totp.code_at(SECRET, step), now) == (step if fits else None)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "\ud800", "0x1234"])
def test_what_is_no_code_fits_nothing(code):
    assert totp.matching_step(SECRET, code, datetime(2026, 3, 1, tzinfo=UTC)) is None


def test_secrets_are_long_and_differ():
    made = {totp.new_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(base64.b32decode(secret)) for secret in made} == {20}


def test_address_of_the_qr_code_names_the_installation_and_the_user():
    address = urlsplit(totp.uri(SECRET, "анна&co", "AI Secretary"))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path) == "/AI Secretary:анна&co"
    query = {"secret": SECRET, "issuer": "AI Secretary", "algorithm": "SHA1", "digits": "6", "period": "30"}
    assert {name: values[0] for name, values in parse_qs(address.query).items()} == query

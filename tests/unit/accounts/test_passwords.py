"""The rule for passwords and their hashes."""

import asyncio
import unicodedata

import pytest

from secretary.accounts.passwords import Passwords, check_policy, random_password
from secretary.kernel.errors import Invalid

PASSWORDS = Passwords()


@pytest.mark.parametrize("password", ["x" * 8, "x" * 256, "восемь!!", "a b c d e"])
def test_what_may_be_chosen(password):
    check_policy(password, "anna")


@pytest.mark.parametrize(
    ("password", "code"),
    [("x" * 7, "password_length"), ("x" * 257, "password_length"), ("ANNA1987", "password_is_username")],
)
def test_what_may_not_be_chosen(password, code):
    with pytest.raises(Invalid, match=code):
        check_policy(password, "anna1987")


def test_only_the_right_password_fits_and_the_hash_never_repeats():
    first, second = (asyncio.run(PASSWORDS.hash("верная лошадь")) for _ in range(2))
    assert first != second
    assert asyncio.run(PASSWORDS.is_right(first, "верная лошадь"))
    assert not asyncio.run(PASSWORDS.is_right(first, "верная лошадь "))


def test_the_same_letters_fit_however_a_keyboard_composes_them():
    stored = asyncio.run(PASSWORDS.hash(unicodedata.normalize("NFD", "йогурт ёлка")))
    assert asyncio.run(PASSWORDS.is_right(stored, unicodedata.normalize("NFC", "йогурт ёлка")))


@pytest.mark.parametrize("stored", [None, "", "!", "5e884898da28047151d0e56f8dc62927", "$argon2id$broken"])
def test_nothing_fits_where_no_good_hash_is_stored(stored):
    assert not asyncio.run(PASSWORDS.is_right(stored, "password"))


def test_random_passwords_are_long_and_differ():
    made = {random_password() for _ in range(100)}
    assert len(made) == 100
    assert min(map(len, made)) >= 16

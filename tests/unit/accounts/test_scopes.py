"""What API keys can be given, and how far it reaches."""

import pytest

from secretary.accounts.keys import KeyText
from secretary.accounts.reach import may_touch, owner_filter, reach
from secretary.accounts.rights import ALL, LEVELS, MODULES, OWN
from secretary.accounts.scopes import KEY_SCOPES, METRICS, V1, ensure_scope
from secretary.kernel.errors import Forbidden
from secretary.kernel.unit import Actor


def key(role: str, *scopes: str) -> Actor:
    return Actor("api_key", f"{role}-id", role, "key-id", scopes=frozenset(scopes))


@pytest.mark.parametrize("module", MODULES)
def test_a_key_without_scopes_reaches_nothing(module):
    assert {reach(key("admin"), module, level) for level in LEVELS} == {None}


@pytest.mark.parametrize("role", ["admin", "user", "web", "guest"])
def test_a_key_with_every_scope_never_reaches_further_than_its_owner(role):
    owner = Actor("user", "x", role)
    everything = key(role, *KEY_SCOPES)
    for module in MODULES:
        for level in LEVELS:
            assert reach(everything, module, level) in {None, reach(owner, module, level)}


def test_a_level_includes_those_below_and_no_other_module():
    editor = key("admin", "faq:edit")
    assert [reach(editor, "faq", level) for level in LEVELS] == [ALL, ALL, None]
    assert reach(editor, "knowledge", "view") is None


def test_own_rows_of_the_owner_are_the_keys_own():
    of_user = key("user", "widget:edit")
    assert reach(of_user, "widget", "edit") is OWN
    assert owner_filter(of_user, "widget") == "user-id"
    assert may_touch(of_user, "widget", "user-id")
    assert not may_touch(of_user, "widget", "somebody-else")


FOR_PEOPLE = [(module, level) for module in ("api_keys", "users") for level in LEVELS] + [
    ("profile", "edit"),
    ("profile", "manage"),
]


@pytest.mark.parametrize(("module", "level"), FOR_PEOPLE)
def test_keys_users_and_oneself_are_for_people_even_if_a_row_says_otherwise(module, level):
    assert f"{module}:{level}" not in KEY_SCOPES
    assert reach(key("admin", f"{module}:{level}", f"{module}:manage", "profile:view"), module, level) is None


def test_what_a_key_makes_belongs_to_its_owner():
    assert key("user").owner_id == "user-id"
    assert Actor("user", "u").owner_id == "u"
    assert Actor("visitor", "v").owner_id is None
    assert Actor("system", "system").owner_id is None


def test_scopes_beside_the_modules_are_asked_of_keys_only():
    ensure_scope(key("user", V1), V1)
    ensure_scope(Actor("user", "u", "user"), V1)
    with pytest.raises(Forbidden, match="missing_scope"):
        ensure_scope(key("admin", V1), METRICS)


def test_keys_are_long_differ_and_show_only_how_they_begin():
    made = [KeyText.new() for _ in range(50)]
    assert len({key.text for key in made}) == 50
    for text in made:
        assert text.text.startswith(text.prefix)
        assert text.prefix.startswith("sk-sec-")
        assert len(text.text) - len(text.prefix) >= 35
        assert text.text not in repr(text)


@pytest.mark.parametrize("wrong", ["", "sk-sec-", "\ud800"])
def test_a_digest_fits_its_key_alone(wrong):
    text = KeyText.new()
    assert text.fits(text.digest)
    for other in (KeyText(text.text + "x"), KeyText(text.text[:-1]), KeyText(wrong)):
        assert not other.fits(text.digest)

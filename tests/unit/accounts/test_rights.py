"""The matrix of rights, and the dependency that enforces it."""

import asyncio

import pytest

from secretary.accounts.access import public, require
from secretary.accounts.models import Role
from secretary.accounts.reach import ensure_may_touch, may_touch, owner_filter, reach
from secretary.accounts.rights import ALL, GRANTS, LEVELS, MODULES, OWN, Scope
from secretary.kernel.errors import Forbidden, NotFound
from secretary.kernel.unit import SYSTEM, Actor

ADMIN, USER, WEB, GUEST = (Actor("user", f"{role}-id", role) for role in ("admin", "user", "web", "guest"))
VISITOR = Actor("visitor", "visitor-id")


def test_admin_may_everything_everywhere():
    assert {reach(ADMIN, module, level) for module in MODULES for level in LEVELS} == {ALL}


def test_nobody_else_manages_the_installation():
    others = (USER, WEB, GUEST, VISITOR, Actor("user", "x", "no-such-role"), Actor("user", "x"))
    assert {reach(actor, module, "manage") for actor in others for module in MODULES} == {None}


@pytest.mark.parametrize("role", Role)
def test_who_may_do_more_may_do_less_at_least_as_far(role):
    width = {None: 0, OWN: 1, ALL: 2}
    for grant in GRANTS[role].values():
        assert width[grant.view] >= width[grant.edit] >= width[grant.manage]


def test_guest_chats_and_looks_at_the_faq_and_no_more():
    may = {(module, level) for module in MODULES for level in LEVELS if reach(GUEST, module, level)}
    assert may == {
        ("chat", "view"), ("chat", "edit"), ("faq", "view"), ("dashboard", "view"), ("profile", "view"),
    }  # fmt: skip


def test_web_sees_no_machines_no_books_and_no_speech_synthesis():
    hidden = {module for module in MODULES if reach(USER, module, "view") and not reach(WEB, module, "view")}
    assert hidden == {"audit", "dashboard", "monitor", "services", "tts", "usage"}


@pytest.mark.parametrize("module", ["users", "backup", "models", "finetune", "gsm", "api_keys"])
def test_what_is_the_installations_is_the_admins_alone(module):
    assert [reach(actor, module, "view") for actor in (USER, WEB, GUEST)] == [None, None, None]


@pytest.mark.parametrize("module", ["llm", "services", "monitor", "audit", "usage", "crm", "settings", "legal"])
def test_user_sees_but_does_not_change_what_is_shared(module):
    assert reach(USER, module, "view") is ALL
    assert reach(USER, module, "edit") is None


@pytest.mark.parametrize("module", ["chat", "providers", "telegram", "widget", "whatsapp", "sales", "assistants"])
def test_rows_with_an_owner_are_his_and_the_admins(module):
    assert owner_filter(USER, module) == USER.id
    assert owner_filter(ADMIN, module) is None
    assert may_touch(USER, module, USER.id)
    assert may_touch(ADMIN, module, USER.id)
    for owner in (WEB.id, None):
        with pytest.raises(NotFound):
            ensure_may_touch(USER, module, owner)


def test_shared_knowledge_is_seen_by_all_and_changed_by_its_owner():
    assert owner_filter(USER, "knowledge") is None
    assert may_touch(USER, "knowledge", WEB.id, "view")
    assert not may_touch(USER, "knowledge", WEB.id)
    assert owner_filter(USER, "knowledge", "edit") == USER.id


def test_system_is_not_held_up_and_a_visitor_may_nothing():
    assert reach(SYSTEM, "users", "manage") is Scope.ALL
    with pytest.raises(Forbidden, match="no_right"):
        owner_filter(VISITOR, "chat")
    assert not may_touch(VISITOR, "chat", VISITOR.id)
    assert not may_touch(Actor("visitor", "x", "admin"), "chat", None)


def test_require_lets_the_entitled_in_and_tells_others_what_is_missing():
    assert asyncio.run(require("faq", "edit")(USER)) is USER
    with pytest.raises(Forbidden) as refused:
        asyncio.run(require("faq", "edit")(GUEST))
    assert refused.value.fields == {"module": "faq", "level": "edit"}


def test_guards_say_what_they_guard_and_are_shared():
    assert require("faq", "edit") is require("faq", "edit")
    assert (require("faq", "edit").module, require("faq", "edit").level) == ("faq", "edit")
    assert public("because").reason == "because"

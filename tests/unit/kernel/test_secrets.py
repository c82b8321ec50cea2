"""The vault and the signer: what they protect, and from what."""

import base64
import json
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.kernel.errors import Internal, Unauthenticated
from secretary.kernel.secrets import Signer, Vault, derive_key, key_from_file, last_four, load_vault

OLD, NEW = "o" * 43, "n" * 43
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.text(max_size=40, alphabet="ab.:é"))
def test_what_is_sealed_opens_where_it_was_sealed(plaintext, place):
    vault = Vault([NEW])
    assert vault.open(vault.seal(plaintext, bound_to=place), bound_to=place) == plaintext


def test_sealed_text_shows_nothing_and_never_repeats():
    vault = Vault([NEW])
    sealed = vault.seal("sk-live-12345", bound_to="a")
    assert "12345" not in sealed
    assert sealed != vault.seal("sk-live-12345", bound_to="a")
    assert sealed.isascii()


def test_sealed_value_moved_to_another_row_does_not_open():
    vault = Vault([NEW])
    sealed = vault.seal("token", bound_to="providers.api_key:1")
    with pytest.raises(Internal, match="secret_unreadable"):
        vault.open(sealed, bound_to="providers.api_key:2")


@pytest.mark.parametrize("sealed", ["", "token", "v1", "v1.00000000.AAAA", "v2.x.y", "v1..", "é.é.é"])
def test_what_was_never_sealed_is_refused_clearly(sealed):
    with pytest.raises(Internal, match="secret_unreadable"):
        Vault([NEW]).open(sealed, bound_to="a")


@given(st.integers(min_value=0), st.integers(1, 255))
def test_one_changed_byte_is_noticed(position, flip):
    vault = Vault([NEW])
    head, _, body = vault.seal("a secret", bound_to="a").rpartition(".")
    octets = bytearray(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    octets[position % len(octets)] ^= flip
    forged = f"{head}.{base64.urlsafe_b64encode(octets).decode().rstrip('=')}"
    with pytest.raises(Internal, match="secret_unreadable"):
        vault.open(forged, bound_to="a")


def test_older_keys_open_and_the_newest_seals():
    before = Vault([OLD])
    sealed = before.seal("token", bound_to="a")
    rotated = Vault([NEW, OLD])
    assert rotated.open(sealed, bound_to="a") == "token"
    assert not rotated.is_newest(sealed)
    resealed = rotated.seal("token", bound_to="a")
    assert rotated.is_newest(resealed)
    with pytest.raises(Internal, match="secret_unreadable"):
        before.open(resealed, bound_to="a")


def test_keys_are_told_apart_by_a_public_id_that_is_not_the_key():
    assert Vault([NEW]).key_id == Vault([NEW, OLD]).key_id != Vault([OLD]).key_id
    assert Vault([NEW]).key_id not in NEW


def test_derived_keys_differ_by_purpose_and_by_key():
    vault = Vault([NEW, OLD])
    assert vault.derive("access") != vault.derive("visitor")
    assert vault.derive_all("access") == [vault.derive("access"), Vault([OLD]).derive("access")]
    assert len(vault.derive("access")) == 32


def test_derivation_is_hkdf_sha256():
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    judge = HKDF(SHA256(), 32, salt=None, info=b"secretary:access").derive(NEW.encode())
    assert derive_key(NEW, "access") == judge


@pytest.mark.parametrize("keys", [[], [""], ["short"], [NEW, "short"]])
def test_a_short_key_is_refused(keys):
    with pytest.raises(Internal, match="bad_secret_key"):
        Vault(keys)


def test_first_start_makes_a_key_file_that_only_its_owner_reads(tmp_path: Path):
    first = load_vault(None, tmp_path / "data")
    path = tmp_path / "data" / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert load_vault(None, tmp_path / "data").key_id == first.key_id


def test_key_in_the_settings_wins_over_the_file(tmp_path: Path):
    assert load_vault(f"{NEW}, {OLD}\n", tmp_path).key_id == Vault([NEW]).key_id
    assert not (tmp_path / "secret.key").exists()


def test_key_file_may_hold_several_keys_newest_first(tmp_path: Path):
    (tmp_path / "secret.key").write_text(f"{NEW}\n{OLD}\n")
    vault = load_vault(None, tmp_path)
    assert vault.open(Vault([OLD]).seal("x", bound_to="a"), bound_to="a") == "x"
    assert vault.key_id == Vault([NEW]).key_id


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path):
    texts: list[str] = []
    threads = [threading.Thread(target=lambda: texts.append(key_from_file(tmp_path / "k"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts) == 16
    assert len(set(texts)) == 1


def test_only_the_end_of_a_long_secret_is_shown():
    assert last_four("sk-live-abcdef123456") == "3456"
    assert last_four("short-secret"[:-1]) == ""
    assert last_four("") == ""


def test_signed_payload_comes_back_until_it_expires():
    signer = Signer([b"k" * 32])
    token = signer.sign({"visitor": "ё-1", "n": 2}, LATER)
    assert signer.verify(token, NOW) == {"visitor": "ё-1", "n": 2, "exp": int(LATER.timestamp())}
    with pytest.raises(Unauthenticated, match="token_expired"):
        signer.verify(token, LATER)


def test_tokens_outlive_a_rotation_of_the_key():
    token = Signer([b"o" * 32]).sign({}, LATER)
    assert Signer([b"n" * 32, b"o" * 32]).verify(token, NOW)
    with pytest.raises(Unauthenticated, match="bad_token"):
        Signer([b"n" * 32]).verify(token, NOW)


def test_payload_swapped_under_a_good_signature_is_refused():
    signer = Signer([b"k" * 32])
    _, _, signature = signer.sign({"visitor": 1}, LATER).partition(".")
    body = base64.urlsafe_b64encode(json.dumps({"visitor": 2, "exp": 9e9}).encode()).decode().rstrip("=")
    with pytest.raises(Unauthenticated, match="bad_token"):
        signer.verify(f"{body}.{signature}", NOW)


@given(st.text())
def test_anything_else_is_a_bad_token(text):
    with pytest.raises(Unauthenticated, match="bad_token"):
        Signer([b"k" * 32]).verify(text, NOW)

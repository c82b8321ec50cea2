"""`secretary models …` as an owner types it, in a process of its own and in this one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.support.hub import Hub, weights

from secretary.cli import cli
from secretary.kernel.errors import SecretaryError
from secretary.operations.local_models import service
from secretary.operations.local_models.machine import Fit, Memory, memory
from secretary.operations.local_models.part import Part

NAME, FILE = "acme/Small-GGUF", "small-q4_k_m.gguf"
CONTENT = weights()


@pytest.fixture
def hub():
    with Hub() as hub:
        hub.publish(NAME, FILE, CONTENT)
        yield hub


@pytest.fixture
def secretary(tmp_path, hub):
    def command(*arguments, env=None):
        clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return subprocess.run(
            [str(Path(sys.executable).with_name("secretary")), "models", *arguments],
            env={
                **clean,
                "SECRETARY_DATA_DIR": str(tmp_path),
                "HF_ENDPOINT": hub.url,
                "ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
                **(env or {}),
            },
            cwd=tmp_path,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )

    return command


@pytest.fixture
def here(tmp_path, hub, monkeypatch):
    """The same in this process, which is quicker: what is printed, or the error that `main` would print."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "SECRETARY_DATA_DIR": str(tmp_path),
        "HF_ENDPOINT": hub.url,
        "ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)

    def command(*arguments):
        result = CliRunner().invoke(cli, ["models", *arguments])
        if isinstance(result.exception, SecretaryError):
            return f"{result.exception.ru}\n{result.exception.en}"
        assert result.exit_code == 0, result.output
        return result.output

    return command


def test_models_are_pulled_listed_and_removed_from_a_shell(secretary, tmp_path):
    pulled = secretary("pull", f"{NAME}:{FILE}")
    assert pulled.returncode == 0, pulled.stderr
    assert "SHA-256" in pulled.stdout
    assert "100 %" in pulled.stderr
    assert (tmp_path / "models" / FILE).read_bytes() == CONTENT
    assert not (tmp_path / "secretary.db").exists()
    listed = secretary("list", "--all", "--language", "ru")
    assert "small-q4_k_m  [in use" in listed.stdout
    assert "qwen3-30b" in listed.stdout
    refused = secretary("remove", "small-q4_k_m")
    assert (refused.returncode, "отвечает" in refused.stderr) == (1, True)
    assert secretary("use", "small-q4_k_m").returncode == 0
    assert secretary("remove", "small-q4_k_m", "--yes").returncode == 0
    assert "small" not in secretary("list").stdout


def test_shell_says_plainly_what_is_wrong(here, tmp_path):
    for arguments, words in (
        (("pull", "../../etc/passwd"), "ВЛАДЕЛЕЦ/РЕПОЗИТОРИЙ"),
        (("pull", "acme/absent"), "нет такого репозитория"),
        (("use", "absent"), "нет"),
        (("remove", "absent"), "нет"),
    ):
        assert words in here(*arguments)
    (tmp_path / "models").mkdir(exist_ok=True)
    other = Part.open(tmp_path / "models" / FILE)
    assert "уже загружается" in here("pull", f"{NAME}:{FILE}")
    other.close()


def test_hub_that_is_no_address_is_a_bad_setting(secretary):
    bad = secretary("list", env={"HF_ENDPOINT": "ftp://x"})
    assert (bad.returncode, "HF_ENDPOINT" in bad.stderr) == (1, True)


def test_changed_file_needs_the_owners_word(here, hub):
    assert "SHA-256" in here("pull", NAME, "--no-use")
    hub.publish(NAME, FILE, weights(seed=2))
    assert "--update" in here("pull", NAME)
    assert "SHA-256" in here("pull", NAME, "--update")


def test_list_leaves_out_what_does_not_fit_unless_asked(here, monkeypatch):
    monkeypatch.setattr(service.memory, "__defaults__", (Path("/absent"), Path("/absent")))
    monkeypatch.setattr("os.sysconf", lambda name: 4_000_000_000 if "PHYS" in name else 1)
    assert "qwen3-30b" not in here("list")
    assert "qwen3-4b" in here("list")
    assert "too large / не поместится" in here("list", "--all")


def test_memory_is_what_linux_and_the_container_say(tmp_path):
    meminfo, container = tmp_path / "meminfo", tmp_path / "memory.max"
    meminfo.write_text(
        "MemTotal:       8000000 kB\nMemFree: 1 kB\nMemAvailable:   4000000 kB\nHugePages_Total:       0\n"
    )
    assert memory(meminfo, container) == Memory(8_192_000_000, 4_096_000_000)
    container.write_text("max\n")
    assert memory(meminfo, container).total_bytes == 8_192_000_000
    container.write_text("2000000000\n")
    assert memory(meminfo, container) == Memory(2_000_000_000, 2_000_000_000)
    anywhere = memory(tmp_path / "absent", tmp_path / "absent")
    assert anywhere.total_bytes == anywhere.available_bytes > 0


def test_what_fits_leaves_room_for_the_rest():
    machine = Memory(8_000_000_000, 3_000_000_000)
    assert machine.fit(2_000_000_000) is Fit.YES
    assert machine.fit(5_000_000_000) is Fit.TIGHT
    assert machine.fit(7_800_000_000) is Fit.NO

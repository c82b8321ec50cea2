"""Building front ends into the package: what is built when, and what lies beside a built file."""

import gzip
import shutil
import subprocess

import hatch_build
import pytest
from hatch_build import FrontEnd

NODE = shutil.which("node")


@pytest.fixture
def front(tmp_path, monkeypatch):
    monkeypatch.setattr(hatch_build, "ROOT", tmp_path)
    source = tmp_path / "panel"
    source.mkdir()
    (source / "package.json").write_text("{}")
    (source / "index.html").write_text("<p>")
    return FrontEnd("panel", "out", "index.html", (20, 19))


@pytest.fixture
def npm(front, tmp_path, monkeypatch):
    """What npm was told; `run build` writes as Vite does."""
    told = []

    def run(one, command):
        told.append(command[:2])
        if command == ["run", "build"]:
            (tmp_path / one.source / "dist" / "assets").mkdir(parents=True)
            (tmp_path / one.source / "dist" / "index.html").write_text("<p>built</p>" * 50)
            (tmp_path / one.source / "dist" / "assets" / "icon.png").write_bytes(b"png")

    monkeypatch.setattr(hatch_build, "run_npm", run)
    return told


@pytest.mark.skipif(NODE is None, reason="Node compresses")
def test_built_files_lie_in_the_package_in_every_form(front, npm, tmp_path):
    hatch_build.build(front)
    built = tmp_path / "out" / "index.html"
    assert gzip.decompress(built.with_name("index.html.gz").read_bytes()) == built.read_bytes()
    program = "process.stdout.write(require('zlib').brotliDecompressSync(require('fs').readFileSync(process.argv[1])))"
    plain = subprocess.run([NODE, "-e", program, f"{built}.br"], capture_output=True, check=True).stdout
    assert plain == built.read_bytes()
    assert not (tmp_path / "out" / "assets" / "icon.png.gz").exists()
    assert hatch_build.is_current(front)


@pytest.mark.skipif(NODE is None, reason="Node compresses")
def test_what_a_build_no_longer_makes_is_gone(front, npm, tmp_path):
    hatch_build.build(front)
    (tmp_path / "out" / "assets" / "old-1a.js").write_text("old")
    (tmp_path / "panel" / "index.html").write_text("<p>another")
    assert not hatch_build.is_current(front)
    hatch_build.build(front)
    assert not (tmp_path / "out" / "assets" / "old-1a.js").exists()


def test_what_is_made_from_the_sources_does_not_make_them_new(front, tmp_path):
    before = hatch_build.stamp(front)
    for folder in ("dist", "node_modules", "src/api/generated", "tests"):
        (tmp_path / "panel" / folder).mkdir(parents=True)
        (tmp_path / "panel" / folder / "x.ts").write_text("x")
    assert hatch_build.stamp(front) == before
    (tmp_path / "panel" / "openapi.json").write_text("{}")
    assert hatch_build.stamp(front) != before


def test_without_sources_there_is_nothing_to_build(front, tmp_path, monkeypatch):
    (tmp_path / "panel" / "package.json").unlink()
    assert hatch_build.is_current(front)
    monkeypatch.setenv(hatch_build.SKIP, "1")
    assert hatch_build.stale() == []


def test_the_panel_and_the_widget_are_built():
    assert [front.source for front in hatch_build.FRONT_ENDS] == ["widget", "panel"]

"""How Asterisk gets onto a machine: which mirror, which packages, what is trusted, and what is said when it can't."""

import shutil
import sys
from pathlib import Path

import pytest

from infra.services.trouble import CannotStartError
from infra.services.voice import program, recipe
from infra.services.voice.recipe import apt
from infra.services.voice.recipe.libraries import holds, needed

needs_apt = pytest.mark.skipif(shutil.which("apt-get") is None, reason="this system has no apt")
DEB822 = """Types: deb
URIs: https://mirror.example.org/debian/
Suites: bookworm
Components: main

Types: deb
URIs: https://mirror.example.org/debian-security
Suites: bookworm-security
Components: main
"""


@pytest.mark.parametrize(
    ("package", "library"),
    [
        ("libssl3t64", "libssl.so.3"),
        ("libssl3", "libssl.so.3"),
        ("libxml2-16", "libxml2.so.16"),
        ("libxslt1.1", "libxslt.so.1"),
        ("libgcc-s1", "libgcc_s.so.1"),
        ("libnss3", "libnss3.so"),
        ("libgmime-3.0-0t64", "libgmime-3.0.so.0"),
        ("libc6", "libc.so.6"),
        ("zlib1g", "libz.so.1"),
    ],
)
def test_a_package_is_known_by_its_library(package: str, library: str) -> None:
    assert holds(package, library)


@pytest.mark.parametrize("package", ["libcap2", "libcurl4t64", "libc-bin", "libc6-dev", "adduser"])
def test_no_other_package_is_taken_for_the_c_library(package: str) -> None:
    assert not holds(package, "libc.so.6")


def test_a_programs_own_needs_are_read_from_it(tmp_path: Path) -> None:
    assert any(name.startswith(("libc.so", "libpython")) for name in needed(Path(sys.executable).resolve()))
    (tmp_path / "words.so").write_text("no program at all")
    assert needed(tmp_path / "words.so") == set()


@needs_apt
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("sources.list.d/one.sources", DEB822),
        ("sources.list.d/one.list", "deb [arch=amd64] https://mirror.example.org/debian bookworm main\n"),
        ("sources.list", "deb https://mirror.example.org/debian/ trixie main contrib\n"),
        ("sources.list", "deb https://other.example.org/x sid main\ndeb https://mirror.example.org/debian sid main\n"),
    ],
)
def test_the_machines_own_mirror_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, text: str) -> None:
    _sources(tmp_path, monkeypatch, file, text)
    assert apt.mirrors() == ["https://mirror.example.org/debian", "http://deb.debian.org/debian"]


@needs_apt
def test_a_machine_of_another_family_uses_debians_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _sources(tmp_path, monkeypatch, "sources.list", "deb http://archive.ubuntu.com/ubuntu noble main universe\n")
    assert apt.mirrors() == ["http://deb.debian.org/debian"]


def _sources(folder: Path, monkeypatch: pytest.MonkeyPatch, file: str, text: str) -> None:
    (folder / "sources.list.d").mkdir()
    (folder / file).write_text(text)
    (folder / "apt.conf").write_text(
        f'Dir::Etc::sourcelist "{folder}/sources.list";\nDir::Etc::sourceparts "{folder}/sources.list.d";\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(folder / "apt.conf"))


@needs_apt
def test_what_debian_did_not_sign_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dists = tmp_path / "mirror/dists" / apt.SUITE
    (dists / "main/binary-amd64").mkdir(parents=True)
    (dists / "main/binary-amd64/Packages").write_text("")
    (dists / "Release").write_text(f"Suite: {apt.SUITE}\nCodename: {apt.SUITE}\nComponents: main\n")
    monkeypatch.setattr(apt, "mirrors", lambda: [f"file:{tmp_path}/mirror"])
    with pytest.raises(CannotStartError, match="not signed"):
        recipe.fetch(tmp_path / "asterisk")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("asterisk")] == ["asterisk.lock"]


def test_without_apt_or_debians_keys_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apt, "KEYRINGS", (tmp_path / "nowhere",))
    with pytest.raises(CannotStartError, match=r"Debian's keys .* install Asterisk 20 or later"):
        program.find(tmp_path / "asterisk")
    monkeypatch.setattr(apt, "KEYRINGS", (tmp_path,))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotStartError, match=r"apt-get .* install Asterisk 20 or later"):
        program.find(tmp_path / "asterisk")


def test_a_machine_without_a_recipe_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe.platform, "machine", lambda: "riscv64")
    with pytest.raises(CannotStartError, match="riscv64: install Asterisk 20 or later"):
        recipe.triplet()
    monkeypatch.setattr(recipe.platform, "machine", lambda: "aarch64")
    assert recipe.loader(Path("/x")) == Path("/x/usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1")


def test_what_was_fetched_stays_when_a_newer_one_cannot_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made-of").write_text("an-older-recipe\n")
    monkeypatch.setattr(apt, "KEYRINGS", ())
    monkeypatch.setattr(program, "version_of", lambda _: "22.1.0")
    said: list[str] = []
    assert program.find(tmp_path, said.append).version == "22.1.0"
    assert said[-1].endswith("What was fetched before serves.")


def test_an_old_asterisk_of_the_systems_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "asterisk"
    old.write_text("#!/bin/sh\necho Asterisk 18.10.0~dfsg+~cs6.10.40431411-2\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert program.version_of((str(old),)) == "18.10.0"
    assert program.installed() is None

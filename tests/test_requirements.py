"""requirements/*.txt: exact versions that fit pyproject.toml, each with its hashes, and no word of their origin."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import cv2
import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "requirements"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
FILES = ["base.txt", *(f"{extra}.txt" for extra in EXTRAS)]

PINNED = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>\S+)(?: ; (?P<marker>.+?))?(?P<hashes>(?: --hash=\S+)*)"
)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def lines(name: str) -> list[str]:
    """The requirements of a file, each joined to one line."""
    text = (FOLDER / name).read_text(encoding="utf-8").replace(" \\\n   ", "")
    return [line for line in text.splitlines() if not line.startswith(("#", "-r "))]


def pinned(name: str) -> dict[str, tuple[str, str | None, list[str]]]:
    """Version, marker and hashes by package. Every line must be an exact version."""
    found = {}
    for line in lines(name):
        match = PINNED.fullmatch(line)
        assert match is not None, line
        hashes = (match["hashes"] or "").split()
        assert match["name"] not in found, line
        found[match["name"]] = (match["version"], match["marker"], hashes)
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_version_is_exact_and_every_file_of_it_has_a_hash(name: str) -> None:
    for package, (_, _, hashes) in pinned(name).items():
        assert hashes, package
        assert all(HASH.fullmatch(each) for each in hashes), package


@pytest.mark.parametrize("extra", ["", *EXTRAS])
def test_the_versions_fit_every_range_of_pyproject(extra: str) -> None:
    have = pinned("base.txt") | pinned("torch.txt")
    wanted = PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"]
    if extra:
        have |= pinned(f"{extra}.txt")
        wanted = wanted + EXTRAS[extra]
    for requirement in map(Requirement, wanted):
        version, marker, _ = have[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version, prereleases=True), requirement
        assert marker is None or requirement.marker is not None, f"{requirement} is needed on every platform"


def test_a_package_has_one_version_in_all_files() -> None:
    versions: dict[str, set[str]] = {}
    for name in FILES:
        for package, (version, _, _) in pinned(name).items():
            versions.setdefault(package, set()).add(version)
    assert {package: found for package, found in versions.items() if len(found) > 1} == {}


def test_one_opencv_is_installed_by_the_files_and_it_needs_no_screen() -> None:
    assert [name for name in pinned("base.txt") if name.startswith("opencv")] == ["opencv-python-headless"]
    assert not any(name.startswith("opencv") for extra in EXTRAS for name in pinned(f"{extra}.txt"))


def test_the_opencv_that_is_imported_is_the_headless_one() -> None:
    version, _, _ = pinned("base.txt")["opencv-python-headless"]
    of_the_wheel = Path(cv2.__file__).with_name("version.py").read_text(encoding="utf-8")
    assert f'opencv_version = "{version}"' in of_the_wheel
    assert "headless = True" in of_the_wheel
    assert "contrib = False" in of_the_wheel


def test_torch_alone_has_no_hash_since_its_builds_differ() -> None:
    ((package, (_, marker, hashes)),) = pinned("torch.txt").items()
    assert (package, marker, hashes) == ("torch", None, [])
    assert not any("torch" in pinned(name) for name in FILES)


def test_markers_can_be_read() -> None:
    markers = [marker for name in FILES for _, marker, _ in pinned(name).values() if marker]
    assert all(isinstance(Marker(marker).evaluate(), bool) for marker in markers)


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_no_place_is_named_that_the_files_come_from(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"--(?:(?:extra-)?index-url|find-links|trusted-host)|\B/\w+/", text)
    assert not re.search(r"\b[\w-]+\.(?:org|com|net|io|cn)\b", text)


@pytest.mark.parametrize("name", ["Makefile", "Dockerfile"])
def test_make_and_the_image_install_these_versions_and_no_others(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    commands = re.findall(r"^(?:RUN pip install|\t\$\(PIP\)).*", text, re.MULTILINE)
    apart = re.findall(r"^\t\.venv-audit/bin/python -m pip install .*", text, re.MULTILINE)
    assert len(commands) + len(apart) == text.count("pip install") + text.count("$(PIP)") - (name == "Makefile")
    for command in commands:
        assert re.search(
            r"--no-deps --(?:require-hashes|no-build-isolation) |--requirement requirements/torch\.txt", command
        )


def test_what_make_audit_installs_is_one_exact_version_in_an_environment_of_its_own() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"^\t\.venv-audit/bin/python -m pip install (.*)", text, re.MULTILINE) == ["--quiet $(AUDIT)"]
    assert re.search(r"^AUDIT := [a-z-]+==[\d.]+$", text, re.MULTILINE)


def test_both_installations_remove_the_second_opencv_of_an_older_one() -> None:
    """pip finds the wanted version installed and leaves the other's files over it."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in (".installed", ".installed-dev"):
        recipe = text.partition(f"\n$(VENV)/{target}: ")[2].partition("\n\n")[0]
        assert recipe.index("$(ONE_OPENCV)") < recipe.index("$(PIP)")

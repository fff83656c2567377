"""docs/licences.md names every dependency and every weight, as their own metadata do, and none that may not ship."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

STRONG_COPYLEFT = re.compile(r"\bA?GPL\b|Affero|(?<!Lesser )General Public License", re.IGNORECASE)
NON_COMMERCIAL = re.compile(r"non-?commercial|\bNC\b", re.IGNORECASE)

NOT_INSTALLED = {"mediapipe": "opencv-contrib-python", "rapidocr-onnxruntime": "opencv-python"}
"""By who requires it; the headless OpenCV stands in for both, see LEFT_OUT of .ci/lock-requirements."""


def rows(heading: str) -> dict[str, str]:
    """Names in the first column of a section's table, with the licence beside each."""
    section = TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    licence = 2 if heading == "Weights" else 1
    return {name: cells[licence].strip() for cells in lines for name in re.findall(r"`([^`]+)`", cells[0])}


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(one).name) for one in requirements}


def stated(name: str) -> str:
    """What an installed package says of its own licence."""
    found = metadata.metadata(name)
    expression = found.get("License-Expression")
    if expression:
        return str(expression)
    classifiers = [one for one in found.get_all("Classifier") or [] if one.startswith("License")]
    if classifiers:
        return " OR ".join(classifiers)
    return str(found.get("License") or "").partition("\n")[0]


def brought_along() -> set[str]:
    """Every package that an installation brings.

    Raises:
        PackageNotFoundError: one of them is not installed here.
    """
    found: dict[str, set[str]] = {}
    waiting = [Requirement(one) for one in PROJECT["dependencies"]]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name in found and wanted.extras <= found[name]:
            continue
        found[name] = found.get(name, set()) | wanted.extras
        for text in metadata.requires(name) or []:
            inner = Requirement(text)
            extras = found[name] or {""}
            if canonicalize_name(inner.name) in NOT_INSTALLED.values():
                continue
            if inner.marker is None or any(inner.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(inner)
    return set(found)


def test_every_dependency_has_a_row_and_no_row_is_left_over() -> None:
    assert names(list(rows("Libraries that ship with the product"))) == names(PROJECT["dependencies"])


def test_every_optional_dependency_has_a_row_and_no_row_is_left_over() -> None:
    wanted = [one for group in PROJECT["optional-dependencies"].values() for one in group]
    assert names(list(rows("Optional libraries"))) == names(wanted)


def test_every_weight_has_a_row_with_the_licence_of_the_list() -> None:
    [path] = (ROOT / "models").rglob("weights.toml")
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["weights"]
    assert rows("Weights") == {one["name"]: one["licence"] for one in listed}


@pytest.mark.parametrize("name", sorted(rows("Libraries that ship with the product")))
def test_a_row_agrees_with_what_the_installed_package_says(name: str) -> None:
    """The family, not the spelling: classifiers know no SPDX names."""
    families = ("MIT", "BSD", "Apache", "LGPL", "PSF", "Python Software Foundation")
    written = rows("Libraries that ship with the product")[name].replace("PSF-2.0", "PSF Python Software Foundation")
    assert any(family in stated(name) and family in written for family in families), stated(name)


def test_nothing_that_is_installed_with_the_product_is_strong_copyleft_or_non_commercial() -> None:
    packages = brought_along()
    assert len(packages) > 60
    refused = {one: stated(one) for one in packages}
    refused = {
        one: text for one, text in refused.items() if STRONG_COPYLEFT.search(text) or NON_COMMERCIAL.search(text)
    }
    assert refused == {}


@pytest.mark.parametrize(("whose", "left_out"), NOT_INSTALLED.items())
def test_a_requirement_that_is_not_installed_is_one_that_the_lock_files_leave_out(whose: str, left_out: str) -> None:
    assert left_out in names(metadata.requires(whose) or [])
    assert f'"{left_out}; sys_platform' in (ROOT / ".ci" / "lock-requirements").read_text(encoding="utf-8")
    locked = re.compile(rf"^{left_out}==", re.MULTILINE)
    assert not any(locked.search(path.read_text(encoding="utf-8")) for path in (ROOT / "requirements").iterdir())


@pytest.mark.parametrize("text", ["GPL-3.0-only", "AGPL-3.0", "GNU Affero General Public License v3", "CC-BY-NC-4.0"])
def test_a_licence_that_may_not_ship_is_recognised(text: str) -> None:
    assert STRONG_COPYLEFT.search(text) or NON_COMMERCIAL.search(text)


@pytest.mark.parametrize("text", ["LGPL-3.0-only", "GNU Lesser General Public License v3", "MIT", "Apache-2.0"])
def test_a_licence_that_may_ship_is_not_refused(text: str) -> None:
    assert not STRONG_COPYLEFT.search(text)
    assert not NON_COMMERCIAL.search(text)


def test_every_vendored_script_is_named_with_its_version_and_has_its_licence_beside_it() -> None:
    vendor = ROOT / "api" / "static" / "vendor"
    scripts = sorted(vendor.glob("*.js"))
    assert scripts
    for script in scripts:
        name = script.name.partition("-")[0]
        [version] = re.findall(r"\d+\.\d+\.\d+", script.name)
        assert (vendor / f"{name}.LICENSE").is_file()
        assert re.search(rf"{name}\S*.* {re.escape(version)} \|", TEXT, re.IGNORECASE), script.name


def test_the_project_states_its_licence_and_carries_its_text() -> None:
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text(encoding="utf-8")

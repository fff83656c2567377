"""The software bill of materials is made of what is locked, and of nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from interview_engine import __version__

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = tomllib.loads((ROOT / "models" / "weights" / "weights.toml").read_text("utf-8"))["weights"]


def made(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-I", ".ci/sbom", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture(scope="module")
def base() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(made())
    return document


def locked(name: str) -> set[tuple[str, str]]:
    """Package and version of every line of a file that pins one; read in another way than the program does."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    return set(re.findall(r"^([a-z0-9][a-z0-9.-]*)==([^ \n\\;]+)", text, re.MULTILINE))


def test_every_locked_version_and_every_weight_is_in_it_and_nothing_else(base: dict[str, Any]) -> None:
    components = base["components"]
    libraries = {(one["name"], one["version"]) for one in components if one["type"] == "library"}
    models = {one["name"] for one in components if one["type"] == "machine-learning-model"}
    assert libraries == locked("base")
    assert models == {weight["name"] for weight in WEIGHTS}
    assert len(components) == len(libraries) + len(models)


def test_a_set_of_extras_has_the_libraries_that_it_begins_with() -> None:
    libraries = {(one["name"], one["version"]) for one in json.loads(made("gpu"))["components"] if "purl" in one}
    assert libraries == locked("base") | locked("gpu")


def test_each_library_has_its_address_and_the_hashes_of_the_lock(base: dict[str, Any]) -> None:
    text = (ROOT / "requirements" / "base.txt").read_text("utf-8")
    hashes = [one["content"] for each in base["components"] if "purl" in each for one in each["hashes"]]
    assert sorted(hashes) == sorted(re.findall(r"sha256:([0-9a-f]{64})", text))
    for one in base["components"]:
        if "purl" in one:
            assert one["purl"].startswith(f"pkg:pypi/{one['name']}@")


def test_each_file_of_a_weight_has_its_hash_and_each_weight_its_licence(base: dict[str, Any]) -> None:
    found = {one["name"]: one for one in base["components"] if one["type"] == "machine-learning-model"}
    for weight in WEIGHTS:
        one = found[weight["name"]]
        assert one["licenses"] == [{"license": {"id": weight["licence"]}}]
        assert [(file["name"], file["hashes"][0]["content"]) for file in one["components"]] == [
            (file["name"], file["sha256"]) for file in weight["files"]
        ]


def test_it_says_what_it_is_of_in_the_form_of_cyclonedx(base: dict[str, Any]) -> None:
    assert (base["bomFormat"], base["specVersion"], base["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", base["serialNumber"])
    assert base["metadata"]["component"]["version"] == __version__
    references = [one["bom-ref"] for one in base["components"]]
    references += [file["bom-ref"] for one in base["components"] for file in one.get("components", ())]
    assert len(references) == len(set(references))
    (whole,) = base["dependencies"]
    assert whole["ref"] == base["metadata"]["component"]["bom-ref"]
    assert set(whole["dependsOn"]) <= set(references)


def test_the_same_sources_give_the_same_bytes() -> None:
    assert made() == made()
    assert json.loads(made())["serialNumber"] != json.loads(made("gpu"))["serialNumber"]


def test_an_unknown_set_is_refused() -> None:
    done = subprocess.run([sys.executable, ".ci/sbom", "none"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage" in done.stderr


def test_the_image_is_built_with_it() -> None:
    assert ".ci/sbom > sbom.json" in (ROOT / "Dockerfile").read_text("utf-8")
    assert "!.ci/sbom" in (ROOT / ".dockerignore").read_text("utf-8").splitlines()

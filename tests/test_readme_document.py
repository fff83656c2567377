"""The two READMEs: short, with limits, every figure with its command, and the same figures in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh.md").read_text(encoding="utf-8")
FIGURE = re.compile(r"[-−±]?\d*\.\d+|\b\d{2,}\b")


def rows(text: str, heading: str) -> list[list[str]]:
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in lines[2:]]


def test_the_limits_and_what_was_not_verified_are_named() -> None:
    for heading in ("## Two commands", "## Measured", "## Limits", "## Not verified"):
        assert f"\n{heading}\n" in README


def test_a_person_can_decide_in_a_minute() -> None:
    assert len(README.split()) < 1000


@pytest.mark.parametrize("heading", ["Measured"])
def test_every_figure_has_its_command(heading: str) -> None:
    measured = rows(README, heading)
    assert len(measured) == 4
    for _, figure, command in measured:
        assert FIGURE.search(figure)
        [module] = re.findall(r"`python -m (bench)\b[^`]*`", command)
        name = command.split()[3].strip("`")
        assert (ROOT / module / f"{name}.py").is_file(), command


def test_both_languages_show_the_same_figures_commands_and_pictures() -> None:
    english, chinese = rows(README, "Measured"), rows(CHINESE, "实测")
    assert [row[2] for row in english] == [row[2] for row in chinese]
    for one, other in zip(english, chinese, strict=True):
        assert set(re.findall(r"\.\d+", one[1])) <= set(re.findall(r"\.\d+", other[1]))
    assert re.findall(r"docs/pictures/\w+\.png", README) == re.findall(r"docs/pictures/\w+\.png", CHINESE)


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_every_page_that_a_readme_leads_to_is_reached_from_the_other_language_too(name: str) -> None:
    other = CHINESE if name == "README.md" else README
    pages = set(re.findall(r"\]\((docs/[\w/.-]+\.md)\)", (ROOT / name).read_text(encoding="utf-8")))
    assert len(pages) > 10
    assert pages <= set(re.findall(r"\]\((docs/[\w/.-]+\.md)\)", other))

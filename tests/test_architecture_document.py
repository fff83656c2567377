"""docs/developing/architecture.md draws the imports that are there: packages and rooms, no arrow more and none less."""

from __future__ import annotations

import importlib.util
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import grimp
import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "developing" / "architecture.md").read_text(encoding="utf-8")


def _script() -> ModuleType:
    loader = SourceFileLoader("arrows", str(ROOT / ".ci" / "arrows"))
    spec = importlib.util.spec_from_loader("arrows", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


ARROWS = _script()


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    found = ARROWS.read_graph()
    assert isinstance(found, grimp.ImportGraph)
    return found


def test_every_arrow_of_the_drawing_is_an_import_and_every_import_is_drawn(graph: grimp.ImportGraph) -> None:
    changes = ARROWS.differences(graph, TEXT)
    assert not changes, "run .ci/arrows --write, or change by hand:\n" + "\n".join(changes)


def test_the_document_has_the_packages_with_rooms(graph: grimp.ImportGraph) -> None:
    top = [package for package in ARROWS.PACKAGES if package != "bench"]
    assert set(top) < set(ARROWS.blocks(TEXT))
    for package in ARROWS.blocks(TEXT):
        assert ARROWS.arrows_between_rooms(graph, package), package


def test_a_line_too_many_and_a_line_that_is_missing_are_named(graph: grimp.ImportGraph) -> None:
    right = ARROWS.rewritten(graph, TEXT)
    [first, *_] = ARROWS.blocks(right)["models"]
    changed = right.replace(f"rooms of models\n{first}\n", "rooms of models\nspeech → moon\n")
    changed = changed.replace("    models --> interview_engine", "    models --> bench")
    before = ARROWS.differences(graph, right)
    assert [line for line in ARROWS.differences(graph, changed) if line not in before] == [
        "drawing: +     models --> interview_engine",
        "drawing: -     models --> bench",
        "models: - speech → moon",
        f"models: + {first}",
    ]


def test_what_is_written_is_what_is_wanted(graph: grimp.ImportGraph) -> None:
    emptied = ARROWS.BLOCK.sub(lambda match: f"```text rooms of {match.group(1)}\n```", TEXT)
    assert ARROWS.rewritten(graph, emptied) == ARROWS.rewritten(graph, TEXT) != emptied
    assert [line for line in ARROWS.differences(graph, ARROWS.rewritten(graph, emptied)) if "drawing" not in line] == []

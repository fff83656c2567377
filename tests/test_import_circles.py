"""No file imports itself through others, and no room of the house does either: what one stands on is below it.

Every import counts: those inside functions, and those for type checkers alone.
"""

from __future__ import annotations

import grimp
import pytest

PACKAGES = ("interview_engine", "models", "pipelines", "api", "bench")

HOUSES = ("interview_engine", "models", "pipelines", "api")
"""Packages whose rooms, at every depth, must not import each other in a circle."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """The import graph of the product's own modules."""
    return grimp.build_graph(*PACKAGES, cache_dir=None)


def test_no_file_imports_itself_through_others(graph: grimp.ImportGraph) -> None:
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}

    found = circles(imports)

    print(f"file circles: {len(found)}")
    assert found == []


@pytest.mark.parametrize("house", HOUSES)
def test_no_room_imports_itself_through_others(graph: grimp.ImportGraph, house: str) -> None:
    found = [
        circle for parent in sorted(graph.modules) if within(parent, house) for circle in room_circles(graph, parent)
    ]

    print(f"package circles in {house}: {len(found)}")
    assert found == []


def test_a_circle_is_found_and_what_hangs_on_it_is_not_part_of_it() -> None:
    imports = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": {"e"}, "e": set[str]()}

    assert circles(imports) == [["b", "c"]]


def test_rooms_that_import_each_other_by_different_files_are_a_circle() -> None:
    graph = grimp.ImportGraph()
    for module in ("house", "house.one", "house.one.up", "house.one.down", "house.two", "house.two.only"):
        graph.add_module(module)
    graph.add_import(importer="house.one.up", imported="house.two.only")
    graph.add_import(importer="house.two.only", imported="house.one.down")

    assert room_circles(graph, "house") == [["house.one", "house.two"]]


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def room_circles(graph: grimp.ImportGraph, parent: str) -> list[list[str]]:
    """Circles among the children of a package, each taken as one with all that is below it."""
    rooms = graph.find_children(parent)
    imports: dict[str, set[str]] = {}
    for room in rooms:
        below = {room, *graph.find_descendants(room)}
        targets = {target for module in below for target in graph.find_modules_directly_imported_by(module)}
        imports[room] = {other for other in rooms - {room} if any(within(target, other) for target in targets)}
    return circles(imports)


def circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Groups of names that reach each other, sorted (the strongly connected components of more than one)."""
    reached = {name: reachable(imports, name) for name in imports}
    groups = {
        tuple(sorted(other for other in reached[name] if name in reached[other]))
        for name in imports
        if name in reached[name]
    }
    return [list(group) for group in sorted(groups)]


def reachable(imports: dict[str, set[str]], start: str) -> set[str]:
    """All names that a name imports, directly or through others."""
    found: set[str] = set()
    waiting = list(imports[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(imports.get(name, ()))
    return found

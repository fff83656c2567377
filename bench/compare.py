"""python -m bench compare A.json B.json: the figures of two results of one command side by side, if they may be.

Two results are comparable when they are of the same command, machine, weights and threads and neither was disturbed.
Where something differs it is said, and the exit code is 1; the figures are shown all the same.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard

from interview_engine.errors import UsageError
from interview_engine.i18n import msg

APART = frozenset({"run", "part_runs", "calibration_s", "calibration_after_s", "attempt", "repeat"})
"""Branches that say how it was run, not what came out."""

SAME = 0.02
"""Figures closer than this share are the same to the eye; `--all` shows them too."""


def main(arguments: Sequence[str]) -> int:
    """Compare, print; 0 when the results are comparable."""
    parser = argparse.ArgumentParser(prog="python -m bench compare", description=__doc__)
    parser.add_argument("a", type=Path)
    parser.add_argument("b", type=Path)
    parser.add_argument("--all", action="store_true", help="also figures that hardly differ")
    parser.add_argument("--only", default="", help="figures whose path holds this text")
    options = parser.parse_args(arguments)
    one, other = read(options.a), read(options.b)
    warnings = differences(one, other)
    shown = 0
    rows = list(pairs(one, other))
    for path, a, b in rows:
        if options.only not in path or (not options.all and close(a, b)):
            continue
        shown += 1
        ratio = f"{b / a:8.3f}" if a else "       –"
        print(f"{path:<72} {a:>14.6g} {b:>14.6g}  x{ratio}")
    print(f"{len(rows)} figures in both, {shown} shown")
    for warning in warnings:
        print(f"NOT COMPARABLE: {warning}")
    return 1 if warnings else 0


def read(path: Path) -> dict[str, Any]:
    """A result file.

    Raises:
        UsageError: `bench.no_result`: not there, or no result of a benchmark.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _no_result(path, str(error)) from error
    if not isinstance(document, dict):
        raise _no_result(path, "not an object")
    return document


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Why two results may not be compared; empty when they may."""
    found = []
    for name, value in (("command", "schema"), ("weights", "weights"), ("model", "model")):
        if one.get(value) != other.get(value):
            found.append(f"another {name}: {_short(one.get(value))} against {_short(other.get(value))}")
    first, second = one.get("run", one), other.get("run", other)
    for key in ("machine", "threads"):
        if first.get(key) != second.get(key):
            found.append(f"another number of {key}" if key == "threads" else "another machine")
    for label, document in (("the first", one), ("the second", other)):
        disturbed = [
            path or "the run" for path, value in _leaves(document, everything=True) if _says_invalid(path, value)
        ]
        if disturbed:
            found.append(f"{label} was disturbed in {len(disturbed)} place(s), first in {disturbed[0]}")
    return found


def pairs(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, float, float]]:
    """Path and both values of every number that both results hold, in the first one's order."""
    there = dict(_leaves(other))
    for path, value in _leaves(one):
        partner = there.get(path)
        if _is_number(value) and _is_number(partner):
            yield path, float(value), float(partner)


def close(a: float, b: float) -> bool:
    """Whether two figures are the same within `SAME`."""
    return abs(a - b) <= SAME * max(abs(a), abs(b))


def _leaves(node: Any, path: str = "", *, everything: bool = False) -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if everything or key not in APART:
                yield from _leaves(value, f"{path}.{key}" if path else str(key), everything=everything)
    elif isinstance(node, list):
        seen: dict[str, int] = {}
        for index, value in enumerate(node):
            label = _label(value, index)
            seen[label] = seen.get(label, 0) + 1
            place = f"{path}[{label}]" if seen[label] == 1 else f"{path}[{label} #{seen[label]}]"
            yield from _leaves(value, place, everything=everything)
    else:
        yield path, node


def _label(value: Any, index: int) -> str:
    """What a row of a list is known by: names where it has some, so that rows in another order still meet."""
    if not isinstance(value, Mapping):
        return str(index)
    names = [
        str(value[key]) for key in ("number", "name", "clip", "profile", "repeat", "attempt", "workers") if key in value
    ]
    return " ".join(names) or str(index)


def _says_invalid(path: str, value: Any) -> bool:
    return value is True and path.rpartition(".")[2] == "invalid"


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"


def _no_result(path: Path, why: str) -> UsageError:
    return UsageError(
        "bench.no_result",
        msg("{path} is no benchmark result: {why}.", path=path, why=why),
        msg("Give JSON files as in bench/results."),
    )

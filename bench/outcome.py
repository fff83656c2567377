"""What a benchmark measured, with its interval, bar and ceiling; printed as a table and written as JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 500
SEED = 20_260


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: `low` and `high` are its 95 % bootstrap interval where there is one; `bar` and `goal` are those of
    docs/scoring.md, `ceiling` the published or human figure in words; `limit` must not be passed upwards."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int = 0
    bar: float | None = None
    goal: float | None = None
    ceiling: str = ""
    limit: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the bar is reached, the limit kept; None when there is neither."""
        if self.limit is not None:
            return self.value <= self.limit + 1e-9
        return None if self.bar is None else self.value >= self.bar - 1e-9


@dataclass(frozen=True, slots=True)
class SetOutcome:
    """The figures of one set, and its licence: figures of non-commercial sets are measured only, nothing is fitted."""

    name: str
    licence: str
    note: str
    figures: tuple[Figure, ...]

    def document(self) -> dict[str, object]:
        """For JSON; numbers rounded to 4 places, without those that are undefined."""
        rows = []
        for figure in self.figures:
            row = {key: _rounded(v) for key, v in asdict(figure).items()}
            rows.append({**{key: v for key, v in row.items() if v not in (None, "")}, "reached": figure.reached})
        return {"set": self.name, "licence": self.licence, "note": self.note, "figures": rows}

    def table(self) -> str:
        """The set's figures as lines to print: value, interval, and whether the bar is met."""
        lines = [f"\n{self.name}  ({self.licence}; {self.note})"]
        for figure in self.figures:
            interval = "" if figure.low is None else f" [{figure.low:.3f}, {figure.high:.3f}]"
            bar = (
                ""
                if figure.bar is None
                else f"  bar {figure.bar:g}{'' if figure.goal is None else f', goal {figure.goal:g}'}"
            )
            mark = {None: "", True: "  reached", False: "  MISSED"}[figure.reached]
            if figure.limit is not None:
                mark = f"  at most {figure.limit:g}{'  kept' if figure.reached else '  PASSED: A BUG'}"
            ceiling = f"  ({figure.ceiling})" if figure.ceiling else ""
            lines.append(f"  {figure.name:52s} {figure.value:7.3f}{interval}  n={figure.n}{bar}{mark}{ceiling}")
        return "\n".join(lines)


def _rounded(value: object) -> object:
    if not isinstance(value, float):
        return value
    return round(value, 4) if math.isfinite(value) else None


def bootstrap(
    measure: Callable[[NDArray[np.int_]], float], groups: Sequence[str], resamples: int = RESAMPLES
) -> tuple[float, float, float]:
    """The measure over all items and its 95 % interval, resampling whole groups (people, questions)."""
    names = sorted(set(groups))
    members = {name: np.array([i for i, group in enumerate(groups) if group == name]) for name in names}
    generator = np.random.default_rng(SEED)
    drawn = []
    for _ in range(resamples):
        chosen = generator.integers(0, len(names), len(names))
        drawn.append(measure(np.concatenate([members[names[i]] for i in chosen])))
    whole = measure(np.arange(len(groups)))
    usable = np.array([value for value in drawn if np.isfinite(value)])
    if not len(usable):
        return whole, float("nan"), float("nan")
    return whole, float(np.quantile(usable, 0.025)), float(np.quantile(usable, 0.975))


def lexical_length(text: str) -> float:
    """Words of an English text: the baseline that every figure is printed beside."""
    return float(len(re.findall(r"[A-Za-z0-9']+", text)))

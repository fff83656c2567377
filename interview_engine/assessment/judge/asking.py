"""How a judge is asked: for a level or for comparisons, how often, and how the samples become one level."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, pstdev
from typing import Literal

Method = Literal["absolute", "pairwise"]
"""absolute: which anchor fits; pairwise: does the interview show more than an example of known level, or less."""

Pool = Literal["mean", "median"]

PROMPT_VERSIONS: dict[Method, str] = {"absolute": "judge/2", "pairwise": "judge-pairs/1"}

MAX_SAMPLES = 9
ORDERS = 4
"""Differently ordered prompts there are; at temperature 0 a further sample would only be the first one again."""

APART = 2.5
"""Points of 10 above which the default scorer and the judge are apart in hybrid mode: one anchor level (a convention).
"""

MAX_MODEL_NAME = 32
"""Characters of a model's name in an id; a longer one is cut and told apart by its hash."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How a judge is asked.

    Args:
        samples: 1..9 replies (pairwise: rounds of comparisons) for a competency; more than `ORDERS` need a temperature.
        pool: of the samples' levels. Their spread is part of the band either way.
        seed: of the first sample; the others count on from it.
        temperature: 0..2; above 0 samples differ by chance as well, on servers that keep to seeds repeatably.

    Raises:
        ValueError: a number out of range, or more samples than orders at temperature 0.
    """

    method: Method = "absolute"
    samples: int = 2
    pool: Pool = "mean"
    seed: int = 0
    temperature: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.samples <= MAX_SAMPLES:
            raise ValueError(f"samples must be 1..{MAX_SAMPLES}, not {self.samples}")
        if self.samples > ORDERS and self.temperature == 0:
            raise ValueError(f"more than {ORDERS} samples need a temperature above 0")
        if not 0 <= self.temperature <= 2:
            raise ValueError(f"temperature must be 0..2, not {self.temperature}")

    def scorer_id(self, model: str) -> str:
        """Everything that decides how it scores, apart from where it runs: "judge/2:qwen-plus:2"."""
        parts = [PROMPT_VERSIONS[self.method], _short(model), str(self.samples)]
        parts += ["median"] if self.pool == "median" else []
        parts += [f"t{self.temperature:g}"] if self.temperature else []
        parts += [f"s{self.seed}"] if self.seed else []
        return ":".join(parts)

    def pooled(self, levels: Sequence[float]) -> tuple[float, float]:
        """One level of those of the samples, and their standard deviation. At least one level."""
        return median(levels) if self.pool == "median" else fmean(levels), pstdev(levels)


def _short(name: str) -> str:
    if len(name) <= MAX_MODEL_NAME:
        return name
    return f"{name[: MAX_MODEL_NAME - 9]}~{hashlib.sha256(name.encode()).hexdigest()[:8]}"

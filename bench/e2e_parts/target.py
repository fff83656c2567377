"""A target with its figure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """One figure against its bar.

    Args:
        number: of the target in docs/performance.md, "Targets".
        at_least: whether more is better; the bar is then the least, else the most.
        of: what was measured ("20s, 3min").
    """

    number: str
    name: str
    figure: float
    bar: float
    at_least: bool
    unit: str
    of: str
    valid: bool

    @property
    def met(self) -> bool:
        """Whether the figure reaches the bar."""
        return self.figure >= self.bar if self.at_least else self.figure <= self.bar

    def line(self) -> str:
        """As it is printed."""
        state = ("met" if self.met else "MISSED") + ("" if self.valid else ", run INVALID")
        sign = "≥" if self.at_least else "≤"
        figure = f"{self.figure:.4g} {self.unit}".strip()
        return f"{self.number:<3} {self.name:<52} {figure:>14}  {sign} {self.bar:g}  {state}  ({self.of})"

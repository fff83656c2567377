"""Weights in per cent: they sum to 100 or are refused, and what does not apply leaves the rest at 100 (B6, H5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

from interview_engine.hr.problems import invalid
from interview_engine.i18n import msg

WHOLE = Decimal(100)
CENT = Decimal("0.01")


def difference(weights: Sequence[Decimal]) -> Decimal:
    """What is missing to 100; below zero: what is too much."""
    return WHOLE - sum(weights, Decimal(0))


def plain(value: Decimal) -> str:
    """A number as people write it: 40 and 33.3, not 40.00."""
    return f"{value:f}".rstrip("0").rstrip(".") if value % 1 else f"{value.to_integral_value():f}"


def check_weights(weights: Sequence[Decimal], field: str = "weight") -> None:
    """Refuse weights that are not above zero, or that do not sum to 100.

    Raises:
        InvalidInput: `performance.weight`, `performance.weights` with the difference.
    """
    if any(one <= 0 for one in weights):
        raise invalid(field, "performance.weight", msg("Every weight is above 0."),
                      msg("Give it a weight, or take it away."))  # fmt: skip
    missing = difference(weights)
    if missing > 0:
        raise invalid(
            field, "performance.weights",
            msg("The weights sum to {sum} %, {missing} % are missing.", sum=plain(WHOLE - missing),
                missing=plain(missing)),
            msg("Make them sum to 100 and save again."),
        )  # fmt: skip
    if missing < 0:
        raise invalid(
            field, "performance.weights",
            msg("The weights sum to {sum} %, {over} % too much.", sum=plain(WHOLE - missing), over=plain(-missing)),
            msg("Make them sum to 100 and save again."),
        )  # fmt: skip


def shared(total: Decimal, exact: Mapping[str, Decimal], step: Decimal = CENT) -> dict[str, Decimal]:
    """Amounts in whole steps that sum to the total, each less than a step from its exact value where the exact values
    sum to it; what is left over goes to the largest remainders, the earlier name first."""
    floors = {name: (value / step).to_integral_value(ROUND_FLOOR) for name, value in exact.items()}
    left = int(total / step - sum(floors.values(), Decimal(0)))
    order = sorted(exact, key=lambda name: floors[name] - exact[name] / step)
    for name in order[: max(0, left)]:
        floors[name] += 1
    return {name: floors[name] * step for name in exact}


def renormalised(weights: Mapping[str, Decimal], applies: Sequence[str]) -> dict[str, Decimal]:
    """The weights of the parts that apply, in hundredths, summing to exactly 100; empty where none applies."""
    kept = {name: weight for name, weight in weights.items() if name in applies and weight > 0}
    whole = sum(kept.values(), Decimal(0))
    if not whole:
        return {}
    return shared(WHOLE, {name: weight * WHOLE / whole for name, weight in kept.items()})

"""The outcome of a step from its decisions. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Verdict = Literal["pending", "approved", "rejected"]
Decision = Literal["approve", "reject"]


def verdict(rule: str, decisions: Sequence[str | None], from_above: str | None = None) -> Verdict:
    """The outcome of one step.

    Args:
        rule: "any" or "all".
        decisions: of each approver: "approve", "reject" or None.
        from_above: of a head to whom the step was handed because it waited too long: it stands for all who have not
            decided.
    """
    if from_above is not None and "reject" not in decisions:
        return "approved" if from_above == "approve" else "rejected"
    if rule == "any":
        given = [decision for decision in decisions if decision is not None]
        if not given:
            return "pending"
        return "approved" if given[0] == "approve" else "rejected"
    if "reject" in decisions:
        return "rejected"
    return "approved" if decisions and all(decision == "approve" for decision in decisions) else "pending"

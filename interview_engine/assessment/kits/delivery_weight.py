"""What delivery weighs in a kit, beside what a market's policy allows."""

from __future__ import annotations

from dataclasses import replace

from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.policy import Policy
from interview_engine.errors import Bilingual, PolicyError


def delivery_weight(kit: Kit) -> float:
    """Percent of the total that the delivery competencies of a kit have together."""
    return sum(competency.weight for competency in kit.competencies if competency.is_delivery)


def check_kit(kit: Kit, policy: Policy) -> None:
    """Refuse a kit whose delivery weight the policy forbids.

    Raises:
        PolicyError: `policy.delivery_weight`, naming the article.
    """
    delivery = delivery_weight(kit)
    if delivery <= policy.delivery_cap_percent:
        return
    cap = f"{policy.delivery_cap_percent:g}"
    raise PolicyError(
        "policy.delivery_weight",
        Bilingual(
            f"面试包 {kit.id} 的表达类权重为 {delivery:g}%，政策 {policy.id} 至多允许 {cap}%：{policy.article.zh}。",
            f"Kit {kit.id} weighs delivery {delivery:g} %, but policy {policy.id} allows at most {cap} %: "
            f"{policy.article.en}.",
        ),
        Bilingual("请改用 --delivery off，或降低表达类权重。", "Use --delivery off, or lower the delivery weight."),
    )


def without_delivery(kit: Kit) -> Kit:
    """The kit with its content competencies alone: `scoring.overall` shares the total out among their weights."""
    return replace(kit, competencies=tuple(c for c in kit.competencies if not c.is_delivery))

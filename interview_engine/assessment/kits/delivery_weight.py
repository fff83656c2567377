"""What delivery weighs in a kit, beside what a market's policy allows."""

from __future__ import annotations

from dataclasses import replace

from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.policy import Policy
from interview_engine.errors import PolicyError
from interview_engine.i18n import msg


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
        msg(
            "Kit {id} weighs delivery {delivery:g} %, but policy {policy_id} allows at most {cap} %: {article}.",
            id=kit.id,
            delivery=delivery,
            policy_id=policy.id,
            cap=cap,
            article=policy.article,
        ),
        msg("Use --delivery off, or lower the delivery weight."),
    )


def without_delivery(kit: Kit) -> Kit:
    """The kit with its content competencies alone: `scoring.overall` shares the total out among their weights."""
    return replace(kit, competencies=tuple(c for c in kit.competencies if not c.is_delivery))

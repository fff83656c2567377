"""What the law of a market lets the product measure, show, weigh and keep. Policies are data; this file holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from interview_engine.i18n import Text, msg

UNCHECKED = msg(
    "From second-hand sources (law firms' notes, an attorney general's page): have the statute checked before you use "
    "it."
)
"""Of every law below: nobody has compared these lines with a statute."""

FOUR_YEARS, THREE_YEARS = 1461, 1096
"""Days, leap days counted in."""


@dataclass(frozen=True, slots=True)
class Law:
    """One rule behind a policy, as far as it is known here.

    Args:
        name: as it is cited.
        in_force: its first day.
        requires: what it asks of the employer, a point each.
        source: where this is known from.
    """

    name: Text
    in_force: date
    requires: tuple[Text, ...]
    source: Text = UNCHECKED


@dataclass(frozen=True, slots=True)
class Policy:
    """One market's rules.

    Args:
        visual_cues: faces, hands and pose may be measured and shown at all.
        voice_cues: pitch and loudness may be measured and shown (words, pace and pauses always may).
        frames: screenshots may be stored and shown.
        delivery_cap_percent: most that delivery may weigh in a kit's total; 0 forbids it.
        article: what forbids the rest, named in refusals.
        retention_days: how long recordings may be kept; they are deleted after it, so it is never below `record_days`.
        record_days: how long records of an automated assessment must be kept; 0 where no law of `laws` says.
        postal_codes: whether a requirement may name a postal code, which stands for where somebody lives.
        laws: what the policy is from; empty for those older than this list (docs/security.md, docs/first-steps.md).
    """

    id: str
    name: Text
    visual_cues: bool
    voice_cues: bool
    frames: bool
    delivery_cap_percent: float
    article: Text
    retention_days: int
    record_days: int = 0
    postal_codes: bool = True
    laws: tuple[Law, ...] = ()


NOTICE = msg("Tell candidates before it is used that an automated system assesses them, and what for.")
REVIEW = msg("On request, a person reviews a decision against a candidate that the system took part in.")

_CALIFORNIA = Law(
    msg("California, Civil Rights Council regulations on automated-decision systems (2 CCR 11008 and following)"),
    date(2025, 10, 1),
    (
        msg("No automated system that discriminates; tests against bias, or their lack, count as evidence."),
        msg("Keep the system's data and results with the application records for four years."),
    ),
)
_COLORADO = Law(
    msg("Colorado SB 26-189 (replaces SB 24-205)"),
    date(2027, 1, 1),
    (
        NOTICE,
        msg(
            "After a decision against a candidate: within 30 days, in plain words, the decision and the system's part."
        ),
        msg("Let candidates see the personal data that was used and correct what is wrong."),
        REVIEW,
        msg("Keep records that show this for at least three years."),
    ),
)
_ILLINOIS_VIDEO = Law(
    msg("Illinois Artificial Intelligence Video Interview Act (820 ILCS 42)"),
    date(2020, 1, 1),
    (
        msg("Notice, explanation and consent before a recorded interview is assessed."),
        msg("Videos only to those whose expertise is needed; deleted within 30 days of a request."),
    ),
)
_ILLINOIS_RIGHTS = Law(
    msg("Illinois HB 3773 (Human Rights Act, 775 ILCS 5/2-102)"),
    date(2026, 1, 1),
    (
        NOTICE,
        msg("No use that has the effect of discrimination, and no postal code as a stand-in for a protected class."),
    ),
)
_TEXAS = Law(
    msg("Texas Responsible Artificial Intelligence Governance Act (HB 149)"),
    date(2026, 1, 1),
    (
        msg("No system developed or used with the intent to discriminate unlawfully."),
        msg("Consent before a face or a voice is captured for identification (the product identifies nobody)."),
    ),
)
WATCHED: tuple[Law, ...] = (
    Law(
        msg("Connecticut SB 5 (no policy yet)"),
        date(2026, 10, 1),
        (
            msg("An automated system is no defence against a claim of discrimination."),
            msg("From 1 October 2027: plain notice to everybody who deals with such a system, and before a decision."),
        ),
    ),
)
"""Laws that are known of and have no policy: a job there is nobody's to open under another state's."""


POLICIES: dict[str, Policy] = {
    policy.id: policy
    for policy in (
        Policy(
            "default",
            msg("Default"),
            visual_cues=True,
            voice_cues=True,
            frames=True,
            delivery_cap_percent=20.0,
            article=msg("scoring principle 3 (delivery at most 20 %)"),
            retention_days=180,
        ),
        Policy(
            "cn",
            msg("Mainland China"),
            visual_cues=True,
            voice_cues=True,
            frames=True,
            delivery_cap_percent=20.0,
            article=msg("PIPL articles 24, 28, 29 and scoring principle 3"),
            retention_days=180,
        ),
        Policy(
            "eu",
            msg("European Union"),
            visual_cues=False,
            voice_cues=False,
            frames=False,
            delivery_cap_percent=0.0,
            article=msg("EU AI Act article 5(1)(f)"),
            retention_days=180,
        ),
        Policy(
            "us-ny",
            msg("New York City"),
            visual_cues=True,
            voice_cues=True,
            frames=True,
            delivery_cap_percent=20.0,
            article=msg("NYC Local Law 144 and scoring principle 3"),
            retention_days=365,
        ),
        Policy(
            "us-il",
            msg("Illinois"),
            visual_cues=True,
            voice_cues=True,
            frames=True,
            delivery_cap_percent=20.0,
            article=msg("Illinois Artificial Intelligence Video Interview Act (820 ILCS 42) and HB 3773"),
            retention_days=30,
            postal_codes=False,
            laws=(_ILLINOIS_VIDEO, _ILLINOIS_RIGHTS),
        ),
        Policy(
            "us-ca",
            msg("California"),
            visual_cues=True,
            voice_cues=True,
            frames=True,
            delivery_cap_percent=20.0,
            article=msg("California's rules on automated-decision systems (2 CCR 11008) and scoring principle 3"),
            retention_days=FOUR_YEARS,
            record_days=FOUR_YEARS,
            laws=(_CALIFORNIA,),
        ),
        Policy(
            "us-co",
            msg("Colorado"),
            visual_cues=True,
            voice_cues=True,
            frames=True,
            delivery_cap_percent=20.0,
            article=msg("Colorado SB 26-189 and scoring principle 3"),
            retention_days=THREE_YEARS,
            record_days=THREE_YEARS,
            laws=(_COLORADO,),
        ),
        Policy(
            "us-tx",
            msg("Texas"),
            visual_cues=True,
            voice_cues=True,
            frames=True,
            delivery_cap_percent=20.0,
            article=msg("Texas Responsible Artificial Intelligence Governance Act and scoring principle 3"),
            retention_days=365,
            laws=(_TEXAS,),
        ),
    )
}


def narrowed(policy: Policy, agreed: Mapping[str, bool]) -> Policy:
    """A market's policy, less what the candidate did not agree to; consent never widens it.

    Args:
        agreed: by purpose. "face" allows faces, hands, pose and screenshots; "voice" pitch and loudness. A purpose that
            is missing was not agreed to.
    """
    if not agreed.get("face", False):
        policy = replace(policy, visual_cues=False, frames=False)
    if not agreed.get("voice", False):
        policy = replace(policy, voice_cues=False)
    return policy

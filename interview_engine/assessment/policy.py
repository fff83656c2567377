"""What the law of a market lets the product measure, show, weigh and keep. Policies are data; this file holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from interview_engine.i18n import Text, msg


@dataclass(frozen=True, slots=True)
class Policy:
    """One market's rules.

    Args:
        visual_cues: faces, hands and pose may be measured and shown at all.
        voice_cues: pitch and loudness may be measured and shown (words, pace and pauses always may).
        frames: screenshots may be stored and shown.
        delivery_cap_percent: most that delivery may weigh in a kit's total; 0 forbids it.
        article: what forbids the rest, named in refusals.
        retention_days: how long recordings may be kept.
    """

    id: str
    name: Text
    visual_cues: bool
    voice_cues: bool
    frames: bool
    delivery_cap_percent: float
    article: Text
    retention_days: int


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
            article=msg("Illinois Artificial Intelligence Video Interview Act (820 ILCS 42)"),
            retention_days=30,
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

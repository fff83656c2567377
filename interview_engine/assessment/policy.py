"""What the law of a market lets the product measure, show, weigh and keep. Policies are data; this file holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from interview_engine.errors import Bilingual


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
    name: Bilingual
    visual_cues: bool
    voice_cues: bool
    frames: bool
    delivery_cap_percent: float
    article: Bilingual
    retention_days: int


POLICIES: dict[str, Policy] = {
    policy.id: policy
    for policy in (
        Policy(
            "default",
            Bilingual("默认", "Default"),
            visual_cues=True,
            voice_cues=True,
            frames=True,
            delivery_cap_percent=20.0,
            article=Bilingual("产品评分原则第 3 条（表达类至多占 20%）", "scoring principle 3 (delivery at most 20 %)"),
            retention_days=180,
        ),
        Policy(
            "cn",
            Bilingual("中国大陆", "Mainland China"),
            visual_cues=True,
            voice_cues=True,
            frames=True,
            delivery_cap_percent=20.0,
            article=Bilingual(
                "《个人信息保护法》第 24、28、29 条与产品评分原则第 3 条",
                "PIPL articles 24, 28, 29 and scoring principle 3",
            ),
            retention_days=180,
        ),
        Policy(
            "eu",
            Bilingual("欧盟", "European Union"),
            visual_cues=False,
            voice_cues=False,
            frames=False,
            delivery_cap_percent=0.0,
            article=Bilingual("欧盟《人工智能法》第 5(1)(f) 条", "EU AI Act article 5(1)(f)"),
            retention_days=180,
        ),
        Policy(
            "us-ny",
            Bilingual("美国纽约市", "New York City"),
            visual_cues=True,
            voice_cues=True,
            frames=True,
            delivery_cap_percent=20.0,
            article=Bilingual(
                "纽约市 Local Law 144 与产品评分原则第 3 条", "NYC Local Law 144 and scoring principle 3"
            ),
            retention_days=365,
        ),
        Policy(
            "us-il",
            Bilingual("美国伊利诺伊州", "Illinois"),
            visual_cues=True,
            voice_cues=True,
            frames=True,
            delivery_cap_percent=20.0,
            article=Bilingual(
                "伊利诺伊州《人工智能视频面试法》（820 ILCS 42）",
                "Illinois Artificial Intelligence Video Interview Act (820 ILCS 42)",
            ),
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

"""What a candidate reads before agreeing: what is recorded, measured, kept, who sees it, which rights there are.

Data, one text a policy, zh and en. `VERSION` is kept with every consent; raise it whenever a word changes, so that one
can always say what somebody agreed to. The rules behind the texts: PIPL articles 14, 17, 24, 28–29 (cn); GDPR articles
13 and 22, AI Act annex III(4) (eu); NYC Local Law 144 (us-ny); 820 ILCS 42 and HB 3773 (us-il); for us-ca, us-co and
us-tx `Policy.laws`, which is second-hand.
"""

from __future__ import annotations

from dataclasses import dataclass

from interview_engine.assessment.policy import POLICIES, Policy
from interview_engine.i18n import Text, msg

VERSION = "2026-12-3"


def version_of(language: str, *, judged: bool) -> str:
    """What is kept of the text that was agreed to: its version, whether it named a language model, its language."""
    return f"{VERSION}{'+judge' if judged else ''}/{language}"


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and its sentences."""

    id: str
    heading: Text
    points: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose that is asked for on its own; refusing it has no disadvantage."""

    id: str
    label: Text
    detail: Text


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The whole text of a policy, its `essence` in five lines first.

    `purposes` are the measurements that need a consent of their own (may be none).
    """

    policy: Policy
    essence: tuple[Text, ...]
    sections: tuple[Section, ...]
    purposes: tuple[Purpose, ...]


def consent_text(policy_id: str, delivery_percent: float = 0.0, *, judged: bool = False) -> ConsentText:
    """The text of a policy. KeyError for a policy that does not exist.

    Args:
        delivery_percent: what the kit's delivery competencies weigh in its total, 0..100.
        judged: a language model reads the answers too (docs/judge.md).
    """
    policy = POLICIES[policy_id]
    assessed = (*_CONTENT, *(_JUDGED if judged else ()), *_cues(policy, delivery_percent), _NEVER)
    sections = (
        Section("recorded", msg("What is recorded"), _RECORDED),
        Section("measured", msg("What is assessed"), assessed),
        Section("decides", msg("Who decides"), _DECIDES),
        Section("kept", msg("How long it is kept"), _kept(policy)),
        Section("seen", msg("Who sees it"), (*_SEEN, *_SEEN_BY_POLICY.get(policy.id, ()))),
        Section("rights", msg("Your rights"), (*_RIGHTS, *_RIGHTS_BY_POLICY.get(policy.id, ()))),
    )
    purposes = (*((VOICE,) if policy.voice_cues else ()), *((FACE,) if policy.visual_cues else ()))
    return ConsentText(policy, _essence(policy, purposes), sections, purposes)


VOICE = Purpose(
    "voice",
    msg("My voice may be measured"),
    msg("How pitch and loudness move, as a description."),
)
FACE = Purpose(
    "face",
    msg("My picture may be measured"),
    msg("Whether you look towards the camera, movements of head and hands, as a description. It identifies nobody."),
)

_RECORDED = (
    msg(
        "Your answers: video, voice only or text, as you choose for each question. Recording "
        "starts only after you press start."
    ),
    msg("The practice recording is not assessed and is deleted immediately."),
)

_CONTENT = (
    msg("What you say: software turns it into text and scores it against the job's criteria; every point quotes you."),
)

_JUDGED = (
    msg(
        "A language model that the employer has chosen reads the text of your answers too: no name, voice or picture. "
        "What it says of you counts only with a quote that is really yours."
    ),
)

_NEVER = msg("Nothing is inferred from your face or voice about how you feel, who you are, your health, age or origin.")

_DECIDES = (
    msg("A person at the employer decides and records the reason. The software rejects nobody."),
    msg("Writing counts the same as speaking: same questions, same criteria."),
)

_SEEN = (
    msg("Only the people who recruit for this job. Every access is logged."),
    msg("It is kept on servers that the employer runs or rents. It is not sold or used for anything else."),
)

_RIGHTS = (
    msg(
        "By the same link, at any time: see what was assessed, correct the transcript, ask a "
        "person to rate again, withdraw and have everything deleted."
    ),
    msg("You get a receipt of the deletion that can be checked. Refusing or withdrawing never counts against you."),
)

_SEEN_BY_POLICY: dict[str, tuple[Text, ...]] = {
    "us-il": (msg("Videos are shared only with those whose expertise is needed to evaluate you (820 ILCS 42/10)."),),
}

_RIGHTS_BY_POLICY: dict[str, tuple[Text, ...]] = {
    "cn": (
        msg(
            "Voice and face are sensitive personal information: each is asked for by itself, and "
            "either may be refused (PIPL articles 28 and 29)."
        ),
        msg(
            "You may ask for an explanation of the automated assessment, and refuse a decision made "
            "by it alone (article 24)."
        ),
    ),
    "eu": (
        msg(
            "You may have a person step in, give your view and contest the result (GDPR article 22), "
            "and complain to a supervisory authority."
        ),
    ),
    "us-ny": (
        msg(
            "This is an automated employment decision tool, with 10 business days' notice; you may "
            "ask for another way and for the summary of its bias audit (Local Law 144)."
        ),
    ),
    "us-il": (
        msg("Within 30 days of your request every copy is deleted (820 ILCS 42/15)."),
        msg("Artificial intelligence is used to assess your answers. Where you live plays no part in it (HB 3773)."),
    ),
    "us-ca": (
        msg(
            "An automated-decision system takes part in this selection. You may ask for an accommodation, or for "
            "another way to show what you can do."
        ),
    ),
    "us-co": (
        msg(
            "Automated decision-making technology takes part in this selection. If the decision goes against you, you "
            "are told within 30 days what part it had; you may see and correct your data and have a person review "
            "the decision (SB 26-189)."
        ),
    ),
    "us-tx": (msg("Face and voice are never used to identify you."),),
}


def _essence(policy: Policy, purposes: tuple[Purpose, ...]) -> tuple[Text, ...]:
    """The five lines for readers who read no further."""
    measured = msg("Voice and picture are measured only if you agree.")
    days = policy.retention_days
    return (
        msg("Recorded only when you press start: video, voice or text, as you choose."),
        msg("Software scores what you say; a person decides, always."),
        measured if purposes else msg("Face and voice are not measured."),
        msg("Only those who recruit for this job see it; deleted after {days} days at most.", days=days),
        msg("By the same link you can see it, correct it, withdraw and delete it, at any time."),
    )


def _cues(policy: Policy, delivery_percent: float) -> tuple[Text, ...]:
    if not policy.voice_cues and not policy.visual_cues:
        return (msg("Face and voice are not measured ({article}).", article=policy.article),)
    described = msg(
        "How you say it: pace and pauses and, if you agree below, voice and picture. A "
        "description, apart from the content score."
    )
    if delivery_percent <= 0.0:
        return (described,)
    counted = msg(
        "This job also has a delivery criterion: a published formula over these measures, "
        "{delivery_percent:g} % of the total, shown by itself.",
        delivery_percent=delivery_percent,
    )
    return described, counted


def _kept(policy: Policy) -> tuple[Text, ...]:
    days = policy.retention_days
    kept = msg(
        "Recordings and assessment for {days} days at most, then they are deleted; earlier when you ask.", days=days
    )
    records = msg(
        "The law asks the employer to keep the records of this assessment for {days} days ({article}).",
        days=policy.record_days,
        article=policy.article,
    )
    return (
        kept,
        *((records,) if policy.record_days else ()),
        msg("If you are hired, the assessment goes into your employee file."),
    )

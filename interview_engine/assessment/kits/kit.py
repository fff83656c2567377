"""The interview kit: competency model, ordered questions, weights, anchors. Values only; kit_file reads files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from interview_engine.i18n import LocalizedText

CompetencyKind = Literal["general", "professional", "role"]
CueName = Literal[
    "speech_rate_per_min",
    "pause_share",
    "filled_pauses_per_min",
    "pitch_interquartile_semitones",
    "loudness_range_db",
    "eye_contact_proxy_share",
    "hands_visible_share",
    "gestures_per_min",
    "smile_share",
]

ScorerName = Literal["evidence", "judge", "hybrid"]
SCORERS: tuple[ScorerName, ...] = get_args(ScorerName)
"""evidence: the default, offline; judge: a language model; hybrid: the default of record, with the judge beside it."""

LEVELS = (1, 2, 3, 4, 5)
"""The BARS scale of the anchors."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Words and short phrases in which people say a thing, by language; used to find evidence, never to set a level.

    '…' is a gap inside a clause and '*' ends an English stem, as `cues.phrase_pattern` reads them.
    """

    zh: tuple[str, ...]
    en: tuple[str, ...]

    def get(self, language: str) -> tuple[str, ...]:
        """The phrases of `language` ("zh" or "en")."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Indicator:
    """One observable behaviour of a competency.

    Args:
        id: unique in its competency.
        text: the behaviour as an assessor would write it.
        phrases: how people say it (synonyms count, negations do not).
        marker: shown on its own as detected or not ("uses an A/B test").
    """

    id: str
    text: LocalizedText
    phrases: Phrases
    marker: bool = False


@dataclass(frozen=True, slots=True)
class CounterIndicator:
    """One observable wrong deed: conduct that speaks against a competency, however well it is told.

    Args:
        id: unique among the counter-indicators of its competency.
        text: the deed as an assessor would write it.
        phrases: how people say it; they find the place and never decide, since people also tell what others did.
        grave: on its own enough that the competency is not above level 2 and a person has to look.
    """

    id: str
    text: LocalizedText
    phrases: Phrases
    grave: bool = False


@dataclass(frozen=True, slots=True)
class AnchorAnswer:
    """An answer whose level of a competency is known, for a judge to compare with.

    Args:
        level: 1..5, halves allowed.
        text: as somebody would say it, in both languages.
    """

    level: float
    text: LocalizedText


@dataclass(frozen=True, slots=True)
class DeliveryMeasure:
    """One cue of a delivery competency: full marks inside `low`..`high`, falling linearly to none `falloff` outside.

    `low`, `high` and `falloff` are in the cue's own unit; `weight` is the share of this measure, all sum to 100.
    `language` restricts a measure to answers of one language (speech rates differ), None means all.
    """

    cue: CueName
    low: float
    high: float
    falloff: float
    weight: float
    language: Literal["zh", "en"] | None = None


@dataclass(frozen=True, slots=True)
class Competency:
    """One competency of a kit.

    Args:
        weight: percent of the total; all weights of a kit sum to 100.
        required_level: what the role needs, 1..5 (may be fractional).
        anchors: five behavioural anchors, level 1 first.
        delivery: not empty for a delivery competency: scored by these cues alone, reported apart, capped by policy.
        counter_indicators: what a 1 looks like in conduct; empty where a kit names none.
        coherence: it is about the order of thought (逻辑思维): part of its score comes from how the sentences of an
            answer follow from each other. Every other competency is blind to their order.
        anchor_answers: answers of known level that a judge in pairwise mode compares with; empty: with the anchors.
    """

    id: str
    kind: CompetencyKind
    name: LocalizedText
    definition: LocalizedText
    weight: float
    required_level: float
    indicators: tuple[Indicator, ...]
    anchors: tuple[LocalizedText, ...]
    delivery: tuple[DeliveryMeasure, ...] = ()
    coherence: bool = False
    counter_indicators: tuple[CounterIndicator, ...] = ()
    anchor_answers: tuple[AnchorAnswer, ...] = ()

    @property
    def is_delivery(self) -> bool:
        """Whether cues, not content, score this competency."""
        return bool(self.delivery)


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Seconds to think and to answer, recordings allowed, and the ids of the competencies it probes.

    `references` are model answers of a knowledge question ("What does an index do?"), each by itself right and
    complete: an answer is then compared with them instead of being read as an account of own behaviour. Empty for all
    others. `marks` are the steps in which such an answer is marked, 0 first and the full mark last (0, 1, 2, 3, 5);
    empty where it is given no mark.
    """

    id: str
    text: LocalizedText
    think_s: int
    answer_s: int
    attempts: int
    probes: tuple[str, ...]
    references: tuple[LocalizedText, ...] = ()
    marks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Kit:
    """A versioned interview kit, valid by construction when it comes from kit_file.

    Args:
        id, version: name the kit in every report; sha256 is of the file's bytes.
        languages: those that answers may be in.
        vocabulary: role words given to the recogniser as a prompt.
        scorer: who scores interviews of this kit; None: as the installation is set.
    """

    id: str
    version: int
    role: LocalizedText
    description: LocalizedText
    languages: tuple[str, ...]
    competencies: tuple[Competency, ...]
    questions: tuple[Question, ...]
    vocabulary: Phrases
    sha256: str
    scorer: ScorerName | None = None

    def competency(self, competency_id: str) -> Competency:
        """The competency of that id; KeyError if there is none."""
        for competency in self.competencies:
            if competency.id == competency_id:
                return competency
        raise KeyError(competency_id)

    def question(self, question_id: str) -> Question:
        """The question of that id; KeyError if there is none."""
        for question in self.questions:
            if question.id == question_id:
                return question
        raise KeyError(question_id)

"""What makes a kit valid, as rules over its values: the same for a file, a form or a kit built in code."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from interview_engine.assessment.kits.kit import LEVELS, Competency, DeliveryMeasure, Indicator, Kit, Question
from interview_engine.assessment.policy import POLICIES
from interview_engine.errors import shown
from interview_engine.i18n import LocalizedText, Text, msg

LANGUAGES = ("zh", "en")
DELIVERY_CAP = min(policy.delivery_cap_percent for policy in POLICIES.values() if policy.delivery_cap_percent > 0)
"""Percent of a kit that delivery may weigh at most: the strictest cap of the markets that allow any."""

MAX_COMPETENCIES = 12
MAX_INDICATORS = 12
MAX_QUESTIONS = 20
MAX_PHRASES = 60
MAX_TEXT = 1000
"""Characters of one text. Like the counts above a guard against a wrong file, far above what a real kit needs."""

MAX_REFERENCE = 4000
"""Characters of one model answer."""

THINK_S = (0, 600)
ANSWER_S = (10, 1800)
ATTEMPTS = (1, 10)
VERSION = (1, 999_999)

SHARE_CUES = frozenset({"pause_share", "eye_contact_proxy_share", "hands_visible_share", "smile_share"})

_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})

Path = tuple[str | int, ...]
"""Where a value is: ("competencies", 0, "weight"). Positions count from 0."""


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """A rule that a value breaks. `path` is of the value, or of the list that lacks it."""

    code: str
    path: Path
    message: Text
    next_step: Text


def broken_rules(kit: Kit) -> tuple[RuleProblem, ...]:
    """Every rule that `kit` breaks, in the order of the file; empty for a valid kit.

    A number that is not known (NaN) breaks no rule and mutes the sums it belongs to, so a reader can put NaN where it
    could not read a number and report that on its own.
    """
    return tuple(_problems(kit))


def nearest(word: str, known: Iterable[str]) -> Text:
    """A next step that names the likeliest meant word, or else all known ones."""
    options = sorted(known)
    close = difflib.get_close_matches(word[:40], options, n=1, cutoff=0.6)
    if close:
        return msg("Did you mean “{close}”?", close=shown(close[0]))
    listed = ", ".join(shown(option) for option in options[:20])
    return msg("Known values: {listed}.", listed=listed)


def _problems(kit: Kit) -> Iterator[RuleProblem]:
    yield from _id(("id",), kit.id)
    yield from _range(("version",), kit.version, VERSION)
    yield from _text(("role",), kit.role)
    yield from _text(("description",), kit.description)
    yield from _languages(kit.languages)
    for language in LANGUAGES:
        yield from _phrases(("vocabulary", language), kit.vocabulary.get(language))
    yield from _count(("competencies",), len(kit.competencies), MAX_COMPETENCIES)
    yield from _unique(("competencies",), [competency.id for competency in kit.competencies])
    yield from _weights(kit)
    for number, competency in enumerate(kit.competencies):
        yield from _competency(("competencies", number), competency, kit)
    yield from _count(("questions",), len(kit.questions), MAX_QUESTIONS)
    yield from _unique(("questions",), [question.id for question in kit.questions])
    for number, question in enumerate(kit.questions):
        yield from _question(("questions", number), question, kit)
    for language in LANGUAGES:
        paths: list[Path] = [("questions", number, "text", language) for number in range(len(kit.questions))]
        yield from _distinct(paths, [question.text.get(language) for question in kit.questions])


def _weights(kit: Kit) -> Iterator[RuleProblem]:
    path: Path = ("competencies",)
    total = sum(competency.weight for competency in kit.competencies)
    if kit.competencies and abs(total - 100) > 1e-6:
        yield RuleProblem(
            "kit.weights",
            path,
            msg("The weights sum to {total:g}, not to 100.", total=total),
            msg("Change the weights so that they sum to 100."),
        )
    delivery = sum(competency.weight for competency in kit.competencies if competency.is_delivery)
    if delivery > DELIVERY_CAP:
        yield RuleProblem(
            "kit.delivery_weight",
            path,
            msg(
                "Delivery weighs {delivery:g} in all; at most {delivery_cap:g} is allowed.",
                delivery=delivery,
                delivery_cap=DELIVERY_CAP,
            ),
            msg(
                "Lower the weight of the competencies with a delivery list to {delivery_cap:g} in all.",
                delivery_cap=DELIVERY_CAP,
            ),
        )


def _competency(path: Path, competency: Competency, kit: Kit) -> Iterator[RuleProblem]:
    yield from _id((*path, "id"), competency.id)
    yield from _text((*path, "name"), competency.name)
    yield from _text((*path, "definition"), competency.definition)
    if competency.weight <= 0:
        yield RuleProblem(
            "kit.range",
            (*path, "weight"),
            msg("The weight is {weight:g}, not above 0.", weight=competency.weight),
            msg("Give a percentage above 0, or leave the competency out."),
        )
    yield from _range((*path, "required_level"), competency.required_level, (LEVELS[0], LEVELS[-1]))
    if competency.indicators or not competency.is_delivery:
        yield from _count((*path, "indicators"), len(competency.indicators), MAX_INDICATORS)
    yield from _unique((*path, "indicators"), [indicator.id for indicator in competency.indicators])
    for number, indicator in enumerate(competency.indicators):
        yield from _indicator((*path, "indicators", number), indicator, kit.languages)
    yield from _anchors((*path, "anchors"), competency.anchors)
    if competency.is_delivery:
        yield from _delivery((*path, "delivery"), competency.delivery, kit.languages)
        if competency.coherence:
            yield RuleProblem(
                "kit.coherence",
                (*path, "coherence"),
                msg("A delivery competency sees no content to be coherent."),
                msg("Leave coherence out."),
            )
        return
    if competency.id and not any(competency.id in question.probes for question in kit.questions):
        yield RuleProblem(
            "kit.not_probed",
            (*path, "id"),
            msg("No question probes the competency “{id}”.", id=shown(competency.id)),
            msg("Put its id into the probes of at least one question, or leave the competency out."),
        )


def _indicator(path: Path, indicator: Indicator, languages: Sequence[str]) -> Iterator[RuleProblem]:
    yield from _id((*path, "id"), indicator.id)
    yield from _text((*path, "text"), indicator.text)
    for language in LANGUAGES:
        phrases = indicator.phrases.get(language)
        if language in languages and not phrases:
            yield RuleProblem(
                "kit.no_phrases",
                (*path, "phrases", language),
                msg("The indicator “{id}” has no {language} phrases.", id=shown(indicator.id), language=language),
                msg("Give 6–25 ways in which people really say it."),
            )
        yield from _phrases((*path, "phrases", language), phrases)


def _anchors(path: Path, anchors: Sequence[LocalizedText]) -> Iterator[RuleProblem]:
    if len(anchors) != len(LEVELS):
        yield RuleProblem(
            "kit.anchors",
            path,
            msg("There are {count} anchors, not five.", count=len(anchors)),
            msg("Write the levels 1, 2, 3, 4 and 5, beginning with 1."),
        )
    levels = range(1, len(anchors) + 1)
    for level, anchor in zip(levels, anchors, strict=True):
        yield from _text((*path, str(level)), anchor)
    for language in LANGUAGES:
        paths: list[Path] = [(*path, str(level), language) for level in levels]
        yield from _distinct(paths, [anchor.get(language) for anchor in anchors])


def _delivery(path: Path, measures: Sequence[DeliveryMeasure], languages: Sequence[str]) -> Iterator[RuleProblem]:
    for number, measure in enumerate(measures):
        yield from _measure((*path, number), measure, languages)
    for language in languages:
        own = [measure for measure in measures if measure.language in (None, language)]
        total = sum(measure.weight for measure in own)
        if abs(total - 100) > 1e-6:
            yield RuleProblem(
                "kit.delivery_weights",
                path,
                msg("The measures for {language} weigh {total:g} in all, not 100.", language=language, total=total),
                msg("Make the weights sum to 100 for each language (those without language count for all)."),
            )
        cues = [measure.cue for measure in own]
        for cue in sorted({cue for cue in cues if cues.count(cue) > 1}):
            yield RuleProblem(
                "kit.duplicate",
                path,
                msg("The cue “{cue}” is given twice for {language}.", cue=cue, language=language),
                msg("Keep one of them."),
            )


def _measure(path: Path, measure: DeliveryMeasure, languages: Sequence[str]) -> Iterator[RuleProblem]:
    top = 1.0 if measure.cue in SHARE_CUES else 10_000.0
    for name, value in (("low", measure.low), ("high", measure.high)):
        yield from _range((*path, name), value, (0.0, top))
    for name, value in (("falloff", measure.falloff), ("weight", measure.weight)):
        if value <= 0:
            yield RuleProblem(
                "kit.range",
                (*path, name),
                msg("{name} is {value:g}, not above 0.", name=name, value=value),
                msg("Give a number above 0."),
            )
    if measure.low > measure.high:
        yield RuleProblem(
            "kit.range",
            (*path, "low"),
            msg("low is above high."),
            msg("Swap low and high."),
        )
    if measure.language is not None and measure.language not in languages:
        yield RuleProblem(
            "kit.language",
            (*path, "language"),
            msg("languages does not list {language}.", language=measure.language),
            msg("Add it to languages, or leave the measure out."),
        )


def _question(path: Path, question: Question, kit: Kit) -> Iterator[RuleProblem]:
    yield from _id((*path, "id"), question.id)
    yield from _text((*path, "text"), question.text)
    yield from _range((*path, "think_s"), question.think_s, THINK_S)
    yield from _range((*path, "answer_s"), question.answer_s, ANSWER_S)
    yield from _range((*path, "attempts"), question.attempts, ATTEMPTS)
    for number, reference in enumerate(question.references):
        yield from _text((*path, "references", number), reference, MAX_REFERENCE)
    known = {competency.id for competency in kit.competencies}
    yield from _unique((*path, "probes"), question.probes, leaf=True)
    for number, probe in enumerate(question.probes):
        if probe in known or "" in known or not known:
            continue
        yield RuleProblem(
            "kit.unknown_competency",
            (*path, "probes", number),
            msg("There is no competency with the id “{probe}”.", probe=shown(probe)),
            nearest(probe, known),
        )
    content = {competency.id for competency in kit.competencies if not competency.is_delivery}
    if not content.intersection(question.probes) and known.issuperset(question.probes):
        yield RuleProblem(
            "kit.probes_nothing",
            (*path, "probes"),
            msg("This question probes no competency that content can show."),
            msg(
                "List in probes the ids it is meant to show (delivery is measured on every answer and does not count)."
            ),
        )


def _languages(languages: Sequence[str]) -> Iterator[RuleProblem]:
    path: Path = ("languages",)
    if not languages:
        yield RuleProblem(
            "kit.count",
            path,
            msg("languages is empty."),
            msg("Write [zh, en] or one of them."),
        )
    yield from _unique(path, languages, leaf=True)
    for number, language in enumerate(languages):
        if language not in LANGUAGES:
            yield RuleProblem(
                "kit.language",
                (*path, number),
                msg("The language “{language}” is not covered.", language=shown(language)),
                msg("zh and en are."),
            )


def _id(path: Path, value: str) -> Iterator[RuleProblem]:
    if not _ID.fullmatch(value):
        yield RuleProblem(
            "kit.id",
            path,
            msg("“{value}” is not a valid id.", value=shown(value)),
            msg("Use lower-case letters, digits and hyphens, beginning with a letter, at most 40 characters."),
        )


def _text(path: Path, text: LocalizedText, longest: int = MAX_TEXT) -> Iterator[RuleProblem]:
    for language in LANGUAGES:
        yield from _one_text((*path, language), text.get(language), longest)


def _one_text(path: Path, text: str, longest: int) -> Iterator[RuleProblem]:
    if not text.strip():
        yield RuleProblem(
            "kit.empty_text",
            path,
            msg("This is empty."),
            msg("Write the text."),
        )
    elif len(text) > longest:
        yield RuleProblem(
            "kit.long_text",
            path,
            msg("It has {count} characters; at most {longest}.", count=len(text), longest=longest),
            msg("Make it shorter."),
        )
    elif any(unicodedata.category(character) in _HIDDEN for character in text):
        yield RuleProblem(
            "kit.character",
            path,
            msg("The text holds an invisible character."),
            msg("Retype the text."),
        )


def _phrases(path: Path, phrases: Sequence[str]) -> Iterator[RuleProblem]:
    if len(phrases) > MAX_PHRASES:
        yield from _count(path, len(phrases), MAX_PHRASES)
    yield from _unique(path, [phrase.casefold() for phrase in phrases], leaf=True)
    for number, phrase in enumerate(phrases):
        yield from _one_text((*path, number), phrase, 80)
        plain = phrase.strip()
        if plain and len(re.sub(r"[\s…*]", "", plain)) < 2:
            yield RuleProblem(
                "kit.short_phrase",
                (*path, number),
                msg("“{plain}” is a single character, found anywhere.", plain=shown(plain)),
                msg("Write a phrase of two characters or more."),
            )
        elif plain != plain.strip("…"):
            yield RuleProblem(
                "kit.gap",
                (*path, number),
                msg("“…” stands between two words only."),
                msg("Take it off the beginning or the end."),
            )


def _count(path: Path, count: int, most: int) -> Iterator[RuleProblem]:
    if 1 <= count <= most:
        return
    yield RuleProblem(
        "kit.count",
        path,
        msg("There are {count} entries, not 1 to {most}.", count=count, most=most),
        msg("Add or remove entries."),
    )


def _range(path: Path, value: float, limits: tuple[float, float]) -> Iterator[RuleProblem]:
    low, high = limits
    if value < low or value > high:
        yield RuleProblem(
            "kit.range",
            path,
            msg("{value:g} is not between {low:g} and {high:g}.", value=value, low=low, high=high),
            msg("Give a number in that range."),
        )


def _unique(path: Path, ids: Sequence[str], leaf: bool = False) -> Iterator[RuleProblem]:
    """Entries that were already there; `leaf`: the entries are the ids, else each has an `id` field."""
    seen: set[str] = set()
    for number, value in enumerate(ids):
        if value and value in seen:
            yield RuleProblem(
                "kit.duplicate",
                (*path, number) if leaf else (*path, number, "id"),
                msg("“{value}” was given before.", value=shown(value)),
                msg("Leave it out or change it."),
            )
        seen.add(value)


def _distinct(paths: Sequence[Path], texts: Sequence[str]) -> Iterator[RuleProblem]:
    """Texts that repeat an earlier one of their list."""
    seen: dict[str, Path] = {}
    for path, text in zip(paths, texts, strict=True):
        key = text.strip().casefold()
        if key and key in seen:
            yield RuleProblem(
                "kit.same_text",
                path,
                msg("The text is the same as an earlier one."),
                msg("Write what sets them apart."),
            )
        seen.setdefault(key, path)

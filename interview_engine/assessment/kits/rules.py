"""What makes a kit valid, as rules over its values: the same for a file, a form or a kit built in code."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from interview_engine.assessment.kits.kit import (
    LEVELS,
    AnchorAnswer,
    Competency,
    CounterIndicator,
    DeliveryMeasure,
    Indicator,
    Kit,
    Question,
)
from interview_engine.assessment.kits.value_rules import (
    LANGUAGES,
    Path,
    RuleProblem,
    check_count,
    check_distinct,
    check_id,
    check_phrases,
    check_range,
    check_text,
    check_unique,
)
from interview_engine.assessment.policy import POLICIES
from interview_engine.errors import shown
from interview_engine.i18n import LocalizedText, Text, msg

DELIVERY_CAP = min(policy.delivery_cap_percent for policy in POLICIES.values() if policy.delivery_cap_percent > 0)
"""Percent of a kit that delivery may weigh at most: the strictest cap of the markets that allow any."""

MAX_COMPETENCIES = 12
MAX_INDICATORS = 12
MAX_QUESTIONS = 20
MAX_REFERENCE = 4000
"""Characters of one model or anchor answer."""
ANCHOR_ANSWERS = (2, 9)
"""How many anchor answers a competency has, if any: one says nothing of the levels on its other side."""
MARKS = (2, 11)
"""How many steps a knowledge question's marks have, if any, with the 0."""
FULL_MARK = (0, 100)

THINK_S = (0, 600)
ANSWER_S = (10, 1800)
ATTEMPTS = (1, 10)
VERSION = (1, 999_999)

SHARE_CUES = frozenset({"pause_share", "eye_contact_proxy_share", "hands_visible_share", "smile_share"})


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
    yield from check_id(("id",), kit.id)
    yield from check_range(("version",), kit.version, VERSION)
    yield from check_text(("role",), kit.role)
    yield from check_text(("description",), kit.description)
    yield from _languages(kit.languages)
    for language in LANGUAGES:
        yield from check_phrases(("vocabulary", language), kit.vocabulary.get(language))
    yield from check_count(("competencies",), len(kit.competencies), MAX_COMPETENCIES)
    yield from check_unique(("competencies",), [competency.id for competency in kit.competencies])
    yield from _weights(kit)
    for number, competency in enumerate(kit.competencies):
        yield from _competency(("competencies", number), competency, kit)
    yield from check_count(("questions",), len(kit.questions), MAX_QUESTIONS)
    yield from check_unique(("questions",), [question.id for question in kit.questions])
    for number, question in enumerate(kit.questions):
        yield from _question(("questions", number), question, kit)
    for language in LANGUAGES:
        paths: list[Path] = [("questions", number, "text", language) for number in range(len(kit.questions))]
        yield from check_distinct(paths, [question.text.get(language) for question in kit.questions])


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
    yield from check_id((*path, "id"), competency.id)
    yield from check_text((*path, "name"), competency.name)
    yield from check_text((*path, "definition"), competency.definition)
    if competency.weight <= 0:
        yield RuleProblem(
            "kit.range",
            (*path, "weight"),
            msg("The weight is {weight:g}, not above 0.", weight=competency.weight),
            msg("Give a percentage above 0, or leave the competency out."),
        )
    yield from check_range((*path, "required_level"), competency.required_level, (LEVELS[0], LEVELS[-1]))
    if competency.indicators or not competency.is_delivery:
        yield from check_count((*path, "indicators"), len(competency.indicators), MAX_INDICATORS)
    yield from check_unique((*path, "indicators"), [indicator.id for indicator in competency.indicators])
    for number, indicator in enumerate(competency.indicators):
        yield from _indicator((*path, "indicators", number), indicator, kit.languages)
    yield from _counter_indicators((*path, "counter_indicators"), competency, kit.languages)
    yield from _anchors((*path, "anchors"), competency.anchors)
    yield from _anchor_answers((*path, "anchor_answers"), competency.anchor_answers)
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


def _counter_indicators(path: Path, competency: Competency, languages: Sequence[str]) -> Iterator[RuleProblem]:
    """A deed counts for or against, never both: ids and phrases are apart from those of the indicators."""
    own = competency.counter_indicators
    if competency.is_delivery and own:
        yield RuleProblem(
            "kit.counter_indicators",
            path,
            msg("A delivery competency is measured from cues and knows no wrong deed."),
            msg("Leave counter_indicators out."),
        )
        return
    if len(own) > MAX_INDICATORS:
        yield from check_count(path, len(own), MAX_INDICATORS)
    yield from check_unique(path, [one.id for one in own])
    ids = {indicator.id for indicator in competency.indicators}
    for number, one in enumerate(own):
        here: Path = (*path, number)
        yield from _indicator(here, one, languages)
        if one.id and one.id in ids:
            yield RuleProblem(
                "kit.duplicate",
                (*here, "id"),
                msg("“{value}” was given before.", value=shown(one.id)),
                msg("Leave it out or change it."),
            )
        for language in LANGUAGES:
            good = {phrase.casefold() for each in competency.indicators for phrase in each.phrases.get(language)}
            for place, phrase in enumerate(one.phrases.get(language)):
                if phrase.casefold() in good:
                    yield RuleProblem(
                        "kit.for_and_against",
                        (*here, "phrases", language, place),
                        msg("“{phrase}” is a phrase of an indicator too.", phrase=shown(phrase)),
                        msg("Keep it where it belongs: a deed speaks for the competency or against it."),
                    )


def _indicator(path: Path, indicator: Indicator | CounterIndicator, languages: Sequence[str]) -> Iterator[RuleProblem]:
    yield from check_id((*path, "id"), indicator.id)
    yield from check_text((*path, "text"), indicator.text)
    for language in LANGUAGES:
        phrases = indicator.phrases.get(language)
        if language in languages and not phrases:
            yield RuleProblem(
                "kit.no_phrases",
                (*path, "phrases", language),
                msg("The indicator “{id}” has no {language} phrases.", id=shown(indicator.id), language=language),
                msg("Give 6–25 ways in which people really say it."),
            )
        yield from check_phrases((*path, "phrases", language), phrases)


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
        yield from check_text((*path, str(level)), anchor)
    for language in LANGUAGES:
        paths: list[Path] = [(*path, str(level), language) for level in levels]
        yield from check_distinct(paths, [anchor.get(language) for anchor in anchors])


def _anchor_answers(path: Path, answers: Sequence[AnchorAnswer]) -> Iterator[RuleProblem]:
    if answers and not ANCHOR_ANSWERS[0] <= len(answers) <= ANCHOR_ANSWERS[1]:
        low, high = ANCHOR_ANSWERS
        yield RuleProblem(
            "kit.count",
            path,
            msg("There are {count} anchor answers, not {low} to {high}.", count=len(answers), low=low, high=high),
            msg("Give answers at {low} to {high} different levels, or none.", low=low, high=high),
        )
    for number, one in enumerate(answers):
        yield from check_range((*path, number, "level"), one.level, (LEVELS[0], LEVELS[-1]))
        yield from check_text((*path, number, "text"), one.text, MAX_REFERENCE)
        if any(one.level == other.level for other in answers[:number]):
            yield RuleProblem(
                "kit.duplicate",
                (*path, number, "level"),
                msg("“{value}” was given before.", value=f"{one.level:g}"),
                msg("Leave it out or change it."),
            )


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
        yield from check_range((*path, name), value, (0.0, top))
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


def _marks(path: Path, question: Question) -> Iterator[RuleProblem]:
    """Steps that rise from 0, of a question whose answer is compared."""
    marks = question.marks
    if not marks:
        return
    if not question.references:
        yield RuleProblem(
            "kit.marks",
            path,
            msg("Marks are given to a question without a reference answer."),
            msg("Add references, or leave the marks out."),
        )
    for number, mark in enumerate(marks):
        yield from check_range((*path, number), mark, FULL_MARK)
    least, most = MARKS
    rising = not any(after <= before for before, after in pairwise(marks))
    if not least <= len(marks) <= most or marks[0] > 0 or not rising:
        yield RuleProblem(
            "kit.marks",
            path,
            msg("The marks are not {least} to {most} steps that begin with 0 and rise.", least=least, most=most),
            msg("Write the steps from 0 to the full mark, for example [0, 1, 2, 3, 5]."),
        )


def _question(path: Path, question: Question, kit: Kit) -> Iterator[RuleProblem]:
    yield from check_id((*path, "id"), question.id)
    yield from check_text((*path, "text"), question.text)
    yield from check_range((*path, "think_s"), question.think_s, THINK_S)
    yield from check_range((*path, "answer_s"), question.answer_s, ANSWER_S)
    yield from check_range((*path, "attempts"), question.attempts, ATTEMPTS)
    for number, reference in enumerate(question.references):
        yield from check_text((*path, "references", number), reference, MAX_REFERENCE)
    yield from _marks((*path, "marks"), question)
    known = {competency.id for competency in kit.competencies}
    yield from check_unique((*path, "probes"), question.probes, leaf=True)
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
    yield from check_unique(path, languages, leaf=True)
    for number, language in enumerate(languages):
        if language not in LANGUAGES:
            yield RuleProblem(
                "kit.language",
                (*path, number),
                msg("The language “{language}” is not covered.", language=shown(language)),
                msg("zh and en are."),
            )

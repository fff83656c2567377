"""The kit editor's form: what a person may change without YAML, written over the version it began with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from api.console.forms import Fields
from interview_engine.assessment.kits.kit import (
    SCORERS,
    Competency,
    CounterIndicator,
    Kit,
    Phrases,
    Question,
    ScorerName,
)
from interview_engine.errors import InvalidInput
from interview_engine.i18n import LocalizedText, joined, msg

LEVELS = range(1, 6)

INSTALLATION = "default"
"""In the form: the kit leaves it to the installation who scores."""


def draft_from_form(base: Kit, form: Fields) -> Kit:
    """The base with the form's texts, weights, levels, anchors, counter-indicators and questions.

    Phrases of indicators, delivery formulas and whatever else the form does not show stay as they are. The version
    follows when it is published.

    Raises:
        InvalidInput: `form.number`, naming the field.
    """
    kept = [one for one in base.competencies if not form.checked(f"c.{one.id}.remove")]
    competencies = tuple(_competency(one, form) for one in kept)
    known = {one.id for one in competencies}
    questions = [_question(one, form, known) for one in base.questions if not form.checked(f"q.{one.id}.remove")]
    if form.text("q.new.zh") or form.text("q.new.en"):
        questions.append(_new_question(base, form, known))
    return replace(
        base,
        role=_both(form, "role"),
        description=_both(form, "description"),
        scorer=_scorer(base, form),
        competencies=competencies,
        questions=tuple(questions),
    )


def _scorer(base: Kit, form: Fields) -> ScorerName | None:
    """Who scores, as the form says; "default" leaves it to the installation, and a form without the field to the base.

    Raises:
        InvalidInput: `form.choice`, for any other word.
    """
    said = form.text("scorer")
    if not said:
        return base.scorer
    for name in SCORERS:
        if name == said:
            return name
    if said == INSTALLATION:
        return None
    raise InvalidInput(
        "form.choice",
        msg("“{value}” is not one of the known values.", value=said),
        msg("Choose one of {listed}.", listed=joined((INSTALLATION, *SCORERS))),
        "scorer",
    )


def _competency(one: Competency, form: Fields) -> Competency:
    name = f"c.{one.id}"
    return replace(
        one,
        name=_both(form, f"{name}.name"),
        definition=_both(form, f"{name}.definition"),
        weight=form.number(f"{name}.weight", 0, 100, 0.0),
        required_level=form.number(f"{name}.required", 1, 5, one.required_level),
        anchors=tuple(_both(form, f"{name}.anchor{level}") for level in LEVELS),
        counter_indicators=() if one.is_delivery else _counter_indicators(one, form),
    )


def _counter_indicators(one: Competency, form: Fields) -> tuple[CounterIndicator, ...]:
    """Those of the competency as the form has them, without the removed ones, and the new one where it has a text."""
    name = f"c.{one.id}.against"
    kept = [
        _counter_indicator(counter.id, f"{name}.{counter.id}", form)
        for counter in one.counter_indicators
        if not form.checked(f"{name}.{counter.id}.remove")
    ]
    if form.text(f"{name}+new.zh") or form.text(f"{name}+new.en"):
        taken = {each.id for each in one.counter_indicators} | {each.id for each in one.indicators}
        number = next(n for n in range(1, len(taken) + 2) if f"against-{n}" not in taken)
        kept.append(_counter_indicator(f"against-{number}", f"{name}+new", form))
    return tuple(kept)


def _counter_indicator(identity: str, name: str, form: Fields) -> CounterIndicator:
    phrases = Phrases(_lines(form, f"{name}.phrases.zh"), _lines(form, f"{name}.phrases.en"))
    return CounterIndicator(identity, _both(form, name), phrases, form.checked(f"{name}.grave"))


def _lines(form: Fields, name: str) -> tuple[str, ...]:
    """One phrase a line, each once, empty lines left out."""
    return tuple(dict.fromkeys(line.strip() for line in form.raw(name).splitlines() if line.strip()))


def _question(one: Question, form: Fields, known: set[str]) -> Question:
    name = f"q.{one.id}"
    return replace(
        one,
        text=_both(form, name),
        think_s=form.whole(f"{name}.think", 0, 600, one.think_s),
        answer_s=form.whole(f"{name}.answer", 10, 1800, one.answer_s),
        attempts=form.whole(f"{name}.attempts", 1, 10, one.attempts),
        probes=_probes(one, form.many(f"{name}.probes"), known),
    )


def _probes(one: Question, chosen: Sequence[str], known: set[str]) -> tuple[str, ...]:
    """In the question's own order, what it did not look for before last: a form sends them in the page's order."""
    kept = [code for code in one.probes if code in chosen]
    return tuple(code for code in dict.fromkeys([*kept, *chosen]) if code in known)


def _new_question(base: Kit, form: Fields, known: set[str]) -> Question:
    taken = {one.id for one in base.questions}
    number = next(n for n in range(1, len(taken) + 2) if f"q{n}" not in taken)
    return Question(
        id=f"q{number}",
        text=_both(form, "q.new"),
        think_s=form.whole("q.new.think", 0, 600, 30),
        answer_s=form.whole("q.new.answer", 10, 1800, 180),
        attempts=form.whole("q.new.attempts", 1, 10, 2),
        probes=tuple(code for code in form.many("q.new.probes") if code in known),
    )


def _both(form: Fields, name: str) -> LocalizedText:
    return LocalizedText(form.text(f"{name}.zh"), form.text(f"{name}.en"))

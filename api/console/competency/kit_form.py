"""The kit editor's form: what a person may change without YAML, written over the version it began with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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


def offered(base: Kit, kits: Sequence[Kit]) -> dict[str, Kit]:
    """Competencies that other kits have and the base has not, by id, each with the first of the kits that has it.

    Delivery is left out: how it counts is the kit's own.
    """
    own = {one.id for one in base.competencies}
    found: dict[str, Kit] = {}
    for kit in kits:
        for one in kit.competencies:
            if one.id not in own and not one.is_delivery:
                found.setdefault(one.id, kit)
    return found


def draft_from_form(base: Kit, form: Fields, library: Mapping[str, Kit] | None = None) -> Kit:
    """The base with the form's texts, weights, levels, anchors, counter-indicators, questions and their order.

    Phrases of indicators, delivery formulas and whatever else the form does not show stay as they are. A competency of
    the library that got a weight comes with a question that looks for it. The version follows when it is published.

    Args:
        library: what `offered` gave the form.

    Raises:
        InvalidInput: `form.number`, naming the field.
    """
    kept = [one for one in base.competencies if not form.checked(f"c.{one.id}.remove")]
    added = dict(_added(form, library or {}))
    competencies = (*(_competency(one, form) for one in kept), *added.values())
    known = {one.id for one in competencies}
    questions = [_question(one, form, known) for one in _ordered(base.questions, form)]
    if form.text("q.new.zh") or form.text("q.new.en"):
        questions.append(_new_question(_free(base, questions), form, known))
    for one in dict.fromkeys(_suggested((library or {})[code], code) for code in added):
        probes = tuple(code for code in one.probes if code in known)
        questions.append(replace(one, id=_free(base, questions), probes=probes))
    return replace(
        base,
        role=_both(form, "role"),
        description=_both(form, "description"),
        scorer=_scorer(base, form),
        competencies=competencies,
        questions=tuple(questions),
    )


def _added(form: Fields, library: Mapping[str, Kit]) -> Iterator[tuple[str, Competency]]:
    for code, kit in library.items():
        weight = form.number(f"add.{code}.weight", 0, 100, 0.0)
        if weight:
            yield code, replace(kit.competency(code), weight=weight)


def _suggested(kit: Kit, code: str) -> Question:
    """The question of the kit that looks for the competency before others; every kit has one."""
    asked = [one for one in kit.questions if code in one.probes]
    return min(asked, key=lambda one: one.probes.index(code))


def _ordered(questions: Sequence[Question], form: Fields) -> list[Question]:
    """Those that stay, in the form's order: one that moved up comes before who was there, one that moved down after."""
    placed = []
    for at, one in enumerate(questions, start=1):
        place = form.whole(f"q.{one.id}.place", 1, 99, at)
        if not form.checked(f"q.{one.id}.remove"):
            placed.append((place, (place > at) - (place < at), at, one))
    return [one for _, _, _, one in sorted(placed, key=lambda each: each[:3])]


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


def _new_question(identity: str, form: Fields, known: set[str]) -> Question:
    return Question(
        id=identity,
        text=_both(form, "q.new"),
        think_s=form.whole("q.new.think", 0, 600, 30),
        answer_s=form.whole("q.new.answer", 10, 1800, 180),
        attempts=form.whole("q.new.attempts", 1, 10, 2),
        probes=tuple(code for code in form.many("q.new.probes") if code in known),
    )


def _free(base: Kit, questions: Sequence[Question]) -> str:
    """The first of q1, q2, … that no question is called, nor one that was removed."""
    taken = {one.id for one in (*base.questions, *questions)}
    return next(f"q{n}" for n in range(1, len(taken) + 2) if f"q{n}" not in taken)


def _both(form: Fields, name: str) -> LocalizedText:
    return LocalizedText(form.text(f"{name}.zh"), form.text(f"{name}.en"))

"""What differs between two versions of a kit, in words: weights first, then competencies, questions and the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from interview_engine.assessment.kits.kit import Competency, CounterIndicator, Indicator, Kit, Question
from interview_engine.assessment.kits.value_rules import LANGUAGES
from interview_engine.i18n import LocalizedText, Text, msg
from interview_engine.language_names import own_name

_Sign = Indicator | CounterIndicator
_Named = Competency | Question | Indicator | CounterIndicator
Part = Literal["weights", "competencies", "questions", "kit"]


@dataclass(frozen=True, slots=True)
class KitChange:
    """A difference between two versions of a kit, in words.

    Args:
        about: the competency or question by its name, or what of the kit it is.
        what: which of its values; None where `about` says it all.
        before, after: the values as people read them; None where there is none on that side.
    """

    part: Part
    about: Text
    what: Text | None
    before: Text | None
    after: Text | None


def kit_changes(old: Kit, new: Kit) -> tuple[KitChange, ...]:
    """Every difference between two kits but version and checksum; empty when they are equal in all else."""
    order: tuple[Part, ...] = ("weights", "competencies", "questions", "kit")
    found = [*_competencies(old, new), *_questions(old, new), *_whole(old, new)]
    return tuple(sorted(found, key=lambda change: order.index(change.part)))


def _competencies(old: Kit, new: Kit) -> Iterator[KitChange]:
    before_by = {one.id: one for one in old.competencies}
    for after in new.competencies:
        before = before_by.pop(after.id, None)
        if before is None:
            yield KitChange("weights", after.name, msg("added"), None, _percent(after))
        else:
            yield from _competency(before, after)
    for gone in before_by.values():
        yield KitChange("weights", gone.name, msg("removed"), _percent(gone), None)
    yield from _order("competencies", msg("Competencies"), old.competencies, new.competencies)


def _competency(old: Competency, new: Competency) -> Iterator[KitChange]:
    name = new.name
    yield from _one("weights", name, msg("weight"), _percent(old), _percent(new))
    yield from _one("weights", name, msg("required level"), _plain(old.required_level), _plain(new.required_level))
    yield from _one("competencies", name, msg("label"), old.name, new.name)
    yield from _one("competencies", name, msg("definition"), old.definition, new.definition)
    for level, (before, after) in enumerate(zip(old.anchors, new.anchors, strict=True), start=1):
        yield from _one("competencies", name, msg("anchor {level}", level=level), before, after)
    yield from _indicators(name, msg("indicator"), old.indicators, new.indicators)
    yield from _indicators(name, msg("conduct at level 1"), old.counter_indicators, new.counter_indicators)
    yield from _anchor_answers(name, old, new)
    yield from _one("competencies", name, msg("kind"), _plain(old.kind), _plain(new.kind))
    yield from _one("competencies", name, msg("logical order counts"), _yes(old.coherence), _yes(new.coherence))
    if old.delivery != new.delivery:
        measures = ("; ".join(str(measure) for measure in side) for side in (old.delivery, new.delivery))
        yield from _one("competencies", name, msg("how delivery is measured"), *(_plain(one) for one in measures))


def _anchor_answers(name: Text, old: Competency, new: Competency) -> Iterator[KitChange]:
    """What a judge compares with, by level."""
    before_by = {one.level: one.text for one in old.anchor_answers}
    after_by = {one.level: one.text for one in new.anchor_answers}
    for level in sorted(before_by.keys() | after_by.keys()):
        label = msg("anchor answer of level {level}", level=f"{level:g}")
        before, after = before_by.get(level), after_by.get(level)
        if before is not None and after is not None:
            yield from _one("competencies", name, label, before, after)
        else:
            yield KitChange("competencies", name, label, before, after)


def _indicators(name: Text, label: Text, old: Sequence[_Sign], new: Sequence[_Sign]) -> Iterator[KitChange]:
    before_by = {one.id: one for one in old}
    for after in new:
        before = before_by.pop(after.id, None)
        if before is None:
            yield KitChange("competencies", name, label, None, after.text)
            continue
        yield from _one("competencies", name, label, before.text, after.text)
        for language in LANGUAGES:
            what = msg("phrases of “{indicator}” ({language})", indicator=after.text, language=own_name(language))
            phrases = (before.phrases.get(language), after.phrases.get(language))
            yield from _one("competencies", name, what, *(_listed(one) for one in phrases))
        if isinstance(before, Indicator) and isinstance(after, Indicator):
            marked = msg("“{indicator}” is shown as detected or not", indicator=after.text)
            yield from _one("competencies", name, marked, _yes(before.marker), _yes(after.marker))
        if isinstance(before, CounterIndicator) and isinstance(after, CounterIndicator):
            grave = msg("“{indicator}” alone is enough for a low level", indicator=after.text)
            yield from _one("competencies", name, grave, _yes(before.grave), _yes(after.grave))
    for gone in before_by.values():
        yield KitChange("competencies", name, label, gone.text, None)
    yield from _order("competencies", name, old, new)


def _questions(old: Kit, new: Kit) -> Iterator[KitChange]:
    before_by = {one.id: (number, one) for number, one in enumerate(old.questions, start=1)}
    for number, after in enumerate(new.questions, start=1):
        name = msg("Question {number}", number=number)
        before = before_by.pop(after.id, None)
        if before is None:
            yield KitChange("questions", name, msg("added"), None, after.text)
        else:
            yield from _question(name, before[1], after, old, new)
    for number, gone in before_by.values():
        yield KitChange("questions", msg("Question {number}", number=number), msg("removed"), gone.text, None)
    yield from _order("questions", msg("Questions"), old.questions, new.questions)


def _question(name: Text, old: Question, new: Question, kit_before: Kit, kit_after: Kit) -> Iterator[KitChange]:
    yield from _one("questions", name, msg("text"), old.text, new.text)
    yield from _one("questions", name, msg("seconds to think"), _plain(old.think_s), _plain(new.think_s))
    yield from _one("questions", name, msg("seconds to answer"), _plain(old.answer_s), _plain(new.answer_s))
    yield from _one("questions", name, msg("attempts"), _plain(old.attempts), _plain(new.attempts))
    if old.probes != new.probes:
        probes = (_names(kit_before, old.probes), _names(kit_after, new.probes))
        yield KitChange("questions", name, msg("looks for"), *probes)
    yield from _one("questions", name, msg("model answers"), _together(old.references), _together(new.references))
    marks = (_plain(", ".join(f"{mark:g}" for mark in one.marks)) for one in (old, new))
    yield from _one("questions", name, msg("marks of an answer"), *marks)


def _whole(old: Kit, new: Kit) -> Iterator[KitChange]:
    yield from _one("kit", msg("Job role"), None, old.role, new.role)
    yield from _one("kit", msg("Description"), None, old.description, new.description)
    yield from _one("kit", msg("Languages of answers"), None, _listed(old.languages), _listed(new.languages))
    words = (LocalizedText(" · ".join(kit.vocabulary.zh), " · ".join(kit.vocabulary.en)) for kit in (old, new))
    yield from _one("kit", msg("Vocabulary"), None, *words)
    said = (msg("as the installation is set") if kit.scorer is None else _plain(kit.scorer) for kit in (old, new))
    yield from _one("kit", msg("Scored by"), None, *said)
    yield from _one("kit", msg("Code"), None, _plain(old.id), _plain(new.id))


def _one(part: Part, about: Text, what: Text | None, before: Text, after: Text) -> Iterator[KitChange]:
    """The change, if it is one. A text that people wrote in two languages is two: each is shown in its own."""
    if before == after:
        return
    if not isinstance(before, LocalizedText) or not isinstance(after, LocalizedText) or _is_plain(before, after):
        yield KitChange(part, about, what, before, after)
        return
    for language in LANGUAGES:
        one, other = before.get(language), after.get(language)
        if one != other:
            name = own_name(language)
            where = _plain(name) if what is None else msg("{what} ({language})", what=what, language=name)
            yield KitChange(part, about, where, _plain(one), _plain(other))


def _is_plain(*texts: LocalizedText) -> bool:
    return all(text.zh == text.en for text in texts)


def _order(part: Part, about: Text, old: Sequence[_Named], new: Sequence[_Named]) -> Iterator[KitChange]:
    """Those that both have stand in another order; named by their ids."""
    both = {one.id for one in old} & {one.id for one in new}
    before, after = (_listed([one.id for one in side if one.id in both]) for side in (old, new))
    yield from _one(part, about, msg("order"), before, after)


def _plain(value: float | str) -> LocalizedText:
    text = value if isinstance(value, str) else f"{value:g}"
    return LocalizedText(text, text)


def _percent(one: Competency) -> LocalizedText:
    return _plain(f"{one.weight:g} %")


def _listed(words: Sequence[str]) -> LocalizedText:
    return _plain(" · ".join(words))


def _yes(is_so: bool) -> Text:
    return msg("yes") if is_so else msg("no")


def _together(texts: Sequence[LocalizedText]) -> LocalizedText:
    return LocalizedText(" / ".join(one.zh for one in texts), " / ".join(one.en for one in texts))


def _names(kit: Kit, codes: Sequence[str]) -> LocalizedText:
    names = {one.id: one.name for one in kit.competencies}
    found = [names.get(code, LocalizedText(code, code)) for code in codes]
    return LocalizedText(" · ".join(one.zh for one in found), " · ".join(one.en for one in found))

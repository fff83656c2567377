"""One page of the ranked list, fast with thousands of candidates: places from a few columns, the rest for those shown.

The places are those of `shortlist.ranked`. A tie group follows from its best member alone, so ranking the rows of a
page together with the best of every group gives them the groups and reasons that ranking everybody would.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, null, select
from sqlalchemy.orm import Session

from interview_engine.assessment.comparing.ranking import (
    COVERAGES,
    SECTIONS,
    Coverage,
    EntryCompetency,
    Section,
    coverage_of,
    covered_groups,
    rank,
)
from interview_engine.assessment.scoring import Score
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.competency.service import kit_labels
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.reach import allowed, requisition_for
from interview_engine.hr.recruiting.reviewing import shortlist
from interview_engine.hr.recruiting.reviewing.assessments import entry_competencies
from interview_engine.hr.recruiting.reviewing.overrides import overridden, scores_by_people
from interview_engine.hr.recruiting.reviewing.same_answers import with_same_answers
from interview_engine.hr.recruiting.reviewing.shortlist import OVER, RankedRow
from interview_engine.hr.recruiting.tables import Application, Assessment, Requisition
from interview_engine.i18n import LocalizedText
from interview_engine.store.rows import batched

AT_ONCE = 5000
"""Assessments that one statement names."""


@dataclass(frozen=True, slots=True)
class ListWanted:
    """What a list is narrowed to, and its order; empty does not narrow.

    Args:
        name: part of the candidate's name; looks at nothing where names may not be seen.
        meets: code of a competency whose required level is reached.
        sort: rank, match, score, name, recent, or the code of a competency: best first, without a value last.
        ruler: which of the rulers, 0 first.
        overridden: only those to whom a person gave a score.
        backwards: the order's other end first (worst, Z, oldest); those without a value stay last. Not for "rank".
    """

    name: str = ""
    section: str = ""
    stage: str = ""
    channel: str = ""
    meets: str = ""
    sort: str = "rank"
    with_over: bool = False
    ruler: int = 0
    overridden: bool = False
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class RulerName:
    """What the scores of one list were measured with."""

    kit_version_id: str
    kit_id: str
    kit_version: int
    scorer: str
    role: LocalizedText


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of the ranked list, with the numbers of the whole.

    Args:
        rulers: of all lists of the requisition; `ruler` is the place of this one.
        rows: of the page, in order; `matching` rows on all pages, `total` in the whole list.
        counts: candidates by section, before narrowing. channels: those of the list.
        columns: the kit's competencies as any candidate of the list has them.
        above, below: with a score at or above the requisition's bar, and under it.
        waiting: applications without an assessment.
    """

    rulers: tuple[RulerName, ...]
    ruler: int
    rows: tuple[RankedRow, ...]
    page: int
    pages: int
    matching: int
    total: int
    counts: dict[str, int]
    channels: tuple[str, ...]
    columns: tuple[EntryCompetency, ...]
    above: int
    below: int
    waiting: int


@dataclass(slots=True)
class _Place:
    """What the order follows from."""

    id: str
    assessment_id: str
    name: str
    ruler: tuple[str, str]
    section: Section
    score: Score | None
    coverage: Coverage
    match: float | None
    counted: float | None
    stage: str
    channel: str
    since: datetime | None
    group: int = 0


def list_page(
    session: Session, actor: Actor, requisition_id: str, wanted: ListWanted, *, page: int = 1, size: int = 50
) -> ListPage:
    """A page of the ranked list of a requisition; pages beyond the last are the last.

    Raises:
        NotFoundError, PermissionDenied: needs "interview" read; names need "contact" read.
    """
    requisition = requisition_for(session, actor, requisition_id, "interview", "read")
    names, bar = allowed(session, actor, requisition, "contact", "read"), requisition.bar
    places = _places(session, requisition_id, wanted.with_over, names, times=wanted.sort == "recent")
    rulers = _rulers(session, {place.ruler for place in places})
    at = min(max(wanted.ruler, 0), max(0, len(rulers) - 1))
    own = [place for place in places if rulers and place.ruler == (rulers[at].kit_version_id, rulers[at].scorer)]
    leaders = _rank(own)
    kept = _sorted(session, _narrowed(session, requisition_id, own, wanted, names), wanted)
    pages = max(1, -(-len(kept) // size))
    number = min(max(page, 1), pages)
    shown = [place.id for place in kept[(number - 1) * size : number * size]]
    rows = _rows(session, requisition, [*shown, *leaders], names, wanted.with_over)
    waiting = select(func.count()).where(
        Application.requisition_id == requisition_id, Application.assessment_id.is_(None)
    )
    if not wanted.with_over:
        waiting = waiting.where(Application.stage.not_in(OVER))
    first = next(iter(rows.values()), None) or (
        next(iter(_rows(session, requisition, [own[0].id], names, wanted.with_over).values()), None) if own else None
    )
    sections = [place.section for place in own]
    counted = [place.counted for place in own if place.counted is not None]
    above = sum(one >= bar for one in counted)
    return ListPage(
        rulers,
        at,
        tuple(rows[key] for key in shown),
        number,
        pages,
        len(kept),
        len(own),
        {section: sections.count(section) for section in SECTIONS},
        tuple(sorted({place.channel for place in own if place.channel})),
        () if first is None else first.place.entry.competencies,
        above,
        len(counted) - above,
        session.scalar(waiting) or 0,
    )


def compared_rows(session: Session, actor: Actor, requisition_id: str, ids: Sequence[str]) -> tuple[RankedRow, ...]:
    """Some candidates of a requisition, in the order asked for, with the groups they have in the whole list; those who
    are not of it are left out.

    Raises:
        NotFoundError, PermissionDenied: as `list_page`.
    """
    requisition = requisition_for(session, actor, requisition_id, "interview", "read")
    names = allowed(session, actor, requisition, "contact", "read")
    places = _places(session, requisition_id, True, names)
    leaders = [
        key for ruler in {place.ruler for place in places} for key in _rank([p for p in places if p.ruler == ruler])
    ]
    known = {place.id for place in places}
    rows = _rows(session, requisition, [*(one for one in ids if one in known), *leaders], names, True)
    return tuple(rows[one] for one in ids if one in rows)


def _places(
    session: Session, requisition_id: str, with_over: bool, names: bool, *, times: bool = False
) -> list[_Place]:
    """Places in no order. `times` reads when the stage was reached, which takes a fifth of the whole."""
    statement: Any = (
        select(
            Application.id,
            Application.assessment_id,
            Application.section,
            Application.score_value,
            Application.score_low,
            Application.score_high,
            Application.match_percent,
            Application.human_score,
            Application.stage,
            Application.channel,
            Application.stage_since if times else null(),
            Person.name,
            Assessment.kit_version_id,
            Assessment.scorer,
            Assessment.assessed_weight,
        )
        .join(Assessment, Assessment.id == Application.assessment_id)
        .join(Person, Person.id == Application.person_id)
        .where(Application.requisition_id == requisition_id)
    )
    if not with_over:
        statement = statement.where(Application.stage.not_in(OVER))
    return [_place(row, names) for row in session.execute(statement).tuples()]


def _place(row: tuple[Any, ...], names: bool) -> _Place:
    """The place of a row of `_places`; without `names` its key stands for the name."""
    key, assessment, section, value, low, high, match, human, stage, channel, since, name, version, scorer, assessed = (
        row
    )
    score = None if value is None else Score(value, low or 0.0, high or 0.0)
    kind: Section = "cannot_assess" if score is None else "needs_review" if section == "needs_review" else "ranked"
    return _Place(
        key,
        assessment or "",
        name if names else key,
        (version, scorer),
        kind,
        score,
        coverage_of(assessed),
        match,
        human if human is not None else value,
        stage,
        channel,
        since,
    )


def _rulers(session: Session, found: Iterable[tuple[str, str]]) -> tuple[RulerName, ...]:
    asked = tuple(found)
    labels = kit_labels(session, (version_id for version_id, _ in asked))
    rows = []
    for version_id, scorer in asked:
        kit = labels[version_id]
        rows.append(RulerName(version_id, kit.kit_id, kit.version, scorer, kit.role))
    return tuple(sorted(rows, key=lambda one: (one.kit_id, one.kit_version, one.kit_version_id, one.scorer)))


def _rank(places: list[_Place]) -> list[str]:
    """Put the places of one ruler into the ranking's order, with their groups; returns the best of each group."""
    places.sort(key=_order)
    scored = [place for place in places if place.score is not None]
    leaders: dict[int, str] = {}
    groups = covered_groups([(place.coverage, place.score) for place in scored if place.score is not None])
    for place, group in zip(scored, groups, strict=True):
        place.group = group
        leaders.setdefault(group, place.id)
    places.sort(key=lambda place: SECTIONS.index(place.section))
    return list(leaders.values())


def _order(place: _Place) -> tuple[int, float, float, str, str]:
    """As the ranking's own: wholly assessed first, then best first, of equal scores the lower band first.

    Those without a score by name.
    """
    if place.score is None:
        return (0, 0.0, 0.0, place.name, place.id)
    return (COVERAGES.index(place.coverage), -place.score.value, place.score.high, place.name, place.id)


def _narrowed(
    session: Session, requisition_id: str, places: list[_Place], wanted: ListWanted, names: bool
) -> list[_Place]:
    name = wanted.name.strip().casefold() if names else ""
    kept = [
        place
        for place in places
        if (not name or name in place.name.casefold())
        and (not wanted.section or place.section == wanted.section)
        and (not wanted.stage or place.stage == wanted.stage)
        and (not wanted.channel or place.channel == wanted.channel)
    ]
    if wanted.overridden:
        by_people = overridden(session, requisition_id)
        kept = [place for place in kept if place.id in by_people]
    if not wanted.meets:
        return kept
    found = _competency(session, kept, wanted.meets)
    return [place for place in kept if (one := found.get(place.id)) is not None and one.meets]


def _sorted(session: Session, places: list[_Place], wanted: ListWanted) -> list[_Place]:
    """In the order wanted; a score is the one that counts, a person's where one was given."""
    values: dict[str, float | None]
    sort, backwards = wanted.sort, wanted.backwards
    if sort == "rank":
        return places
    if sort == "name":
        return sorted(places, key=lambda place: (place.name, place.id), reverse=backwards)
    if sort == "recent":
        return sorted(places, key=lambda place: (place.since is not None, place.since), reverse=not backwards)
    if sort == "match":
        values = {place.id: place.match for place in places}
    elif sort == "score":
        values = {place.id: place.counted for place in places}
    else:
        found = _competency(session, places, sort)
        values = {key: None if one.score is None else one.score.value for key, one in found.items()}
    sign = 1.0 if backwards else -1.0
    return sorted(places, key=lambda place: ((value := values.get(place.id)) is None, sign * (value or 0.0)))


def _competency(session: Session, places: Sequence[_Place], code: str) -> dict[str, EntryCompetency]:
    """One competency of each place, by application."""
    by_assessment = {place.assessment_id: place.id for place in places}
    found: dict[str, EntryCompetency] = {}
    for ids in batched(by_assessment, AT_ONCE):
        rows = session.execute(select(Assessment.id, Assessment.competencies).where(Assessment.id.in_(ids))).tuples()
        for key, stored in rows:
            for one in entry_competencies([part for part in stored if part["id"] == code]):
                found[by_assessment[key]] = one
    return found


def _rows(
    session: Session, requisition: Requisition, ids: Sequence[str], names: bool, with_over: bool
) -> dict[str, RankedRow]:
    """Whole rows of some applications, ranked among themselves; the best of every group must be among them."""
    statement: Any = shortlist.scored_rows(requisition.id, with_over).where(Application.id.in_(ids))
    found = session.execute(statement).all()
    by_application = {row.id: row for row in found}
    labels = kit_labels(session, (row.kit_version_id for row in found))
    people, same = scores_by_people(session, requisition.id), with_same_answers(session, by_application)
    return {
        row.application_id: row
        for ranking in rank(shortlist.entry_of(row, labels[row.kit_version_id], names) for row in found)
        for row in shortlist.ranked_list(ranking, by_application, requisition, names, people, same).rows
    }

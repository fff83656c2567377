"""Lists of applications and persons, fast with 50,000 of them: columns and indexes only, keyset paging, no blobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, and_, func, literal, or_, select, true, tuple_
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.access.service import check_persons, denied, person_within, reached_persons, require, scoped
from interview_engine.hr.competency.service import newest_scores, people_with
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy.service import may_be_kept
from interview_engine.hr.problems import conflict, missing
from interview_engine.hr.recruiting.reach import allowed, requisition_for
from interview_engine.hr.recruiting.tables import Application, Requisition
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.page import Page, clamp, page_of, read_cursor
from interview_engine.store.rows import find, touch

Sort = Literal["recent", "score"]
HIDDEN = "—"
"""Stands for a name that the reader may not see."""


@dataclass(frozen=True, slots=True)
class ApplicationFilters:
    """Filters of a list; None or empty does not filter.

    Args:
        name: part of the candidate's name.
        section: cannot_assess, needs_review, ranked, or "waiting" for those without an assessment.
        least_score: overall score 0..10.
        applied_since, stage_since: applied, and reached their stage, at that moment or later.
    """

    stages: tuple[str, ...] = ()
    channel: str | None = None
    section: str | None = None
    name: str = ""
    least_score: float | None = None
    applied_since: datetime | None = None
    stage_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApplicationSummary:
    """One line of a list. Scores are None where there are none or the reader may not see them."""

    id: str
    requisition_id: str
    person_id: str
    name: str
    synthetic: bool
    stage: str
    stage_since: datetime
    channel: str
    section: str | None
    score_value: float | None
    score_low: float | None
    score_high: float | None
    match_percent: float | None
    human_score: float | None
    prefilter_share: float | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TalentSummary:
    """A person of the talent pool: last application, and the newest score of each competency by code."""

    person_id: str
    name: str
    synthetic: bool
    applications: int
    last_applied_at: datetime | None
    competencies: Mapping[str, float]


def list_applications(
    session: Session,
    actor: Actor,
    requisition_id: str | None,
    filters: ApplicationFilters | None = None,
    cursor: str | None = None,
    limit: int = 50,
    *,
    sort: Sort = "recent",
    counted: bool = True,
) -> Page[ApplicationSummary]:
    """Applications of a requisition (or of all within reach with None): newest first, or best score first.

    Names are shown to who may read contact data, scores to who may read interviews; who may neither sees no list.
    All are counted, unless `counted` is false or a name is looked for in every requisition.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `page.cursor`.
    """
    limit = clamp(limit)
    names, scores, reach = _reach(session, actor, requisition_id)
    wanted = filters or ApplicationFilters()
    where = _conditions(wanted, requisition_id)
    base = reach(_lines()).where(*where)
    if sort == "score":
        base = _after_score(base, cursor).order_by(Application.score_value.desc(), Application.id.desc())
    else:
        if cursor is not None:
            base = base.where(Application.id < read_cursor(cursor, 1)[0])
        base = base.order_by(Application.id.desc())
    rows = session.execute(base.limit(limit + 1)).all()
    items = [_summary(row, names, scores) for row in rows]
    keys: list[tuple[Any, ...]] = [(row.score_value, row.id) if sort == "score" else (row.id,) for row in rows]
    everywhere = bool(wanted.name) and requisition_id is None  # counting would read the name of everybody
    if everywhere or not counted:
        return page_of(items, limit, keys)
    total = session.scalar(reach(_counting(bool(wanted.name), requisition_id)).where(*where))
    return page_of(items, limit, keys, total)


def count_applications(session: Session, actor: Actor, groups: Sequence[ApplicationFilters]) -> list[int]:
    """How many applications within reach each of the filters holds, in one pass over all of them.

    Raises:
        PermissionDenied.
    """
    _, _, reach = _reach(session, actor, None)
    counts = [func.count().filter(and_(true(), *_conditions(one, None))) for one in groups]
    named = any(one.name.strip() for one in groups)
    statement = select(*counts).select_from(Application)
    if named:
        statement = statement.join(Person, Person.id == Application.person_id)
    return list(session.execute(reach(statement)).one())


def talent_pool(
    session: Session,
    actor: Actor,
    *,
    competency: str | None = None,
    least_score: float = 0.0,
    name: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[TalentSummary]:
    """Persons who agreed to be kept for other jobs, newest first; with at least that score (0..10) in a competency
    when asked."""
    limit = clamp(limit)
    within = person_within(actor, "contact", "read", Person.id, Person.department_id)
    statement = select(Person).where(Person.talent_pool, Person.erased_at.is_(None), within)
    if name.strip():
        statement = statement.where(Person.name.contains(name.strip(), autoescape=True))
    if competency is not None:
        require(actor, "interview", "read")
        statement = statement.where(Person.id.in_(people_with(competency, least_score)))
    if cursor is not None:
        statement = statement.where(Person.id < read_cursor(cursor, 1)[0])
    people = session.scalars(statement.order_by(Person.id.desc()).limit(limit + 1)).all()
    ids = [person.id for person in people[:limit]]
    applied = {
        person_id: (number, last)
        for person_id, number, last in session.execute(
            select(Application.person_id, func.count(), func.max(Application.created_at))
            .where(Application.person_id.in_(ids))
            .group_by(Application.person_id)
        ).tuples()
    }
    best = newest_scores(session, ids)
    items = [
        TalentSummary(
            person.id,
            person.name,
            person.synthetic,
            applied[person.id][0] if person.id in applied else 0,
            applied[person.id][1] if person.id in applied else None,
            best.get(person.id, {}),
        )
        for person in people
    ]
    return page_of(items, limit, [(item.person_id,) for item in items])


def set_talent_pool(session: Session, actor: Actor, person_id: str, keep: bool, clock: Clock) -> Person:
    """Add a candidate to the talent pool or remove them. Adding needs their consent to be kept.

    Raises:
        NotFoundError. ConflictError: `talent.no_consent`.
    """
    require(actor, "contact", "write")
    person = find(session, Person, person_id, lock=True)
    if person is None or person.erased_at is not None:
        raise missing("person", msg("person"))
    check_persons(session, actor, "contact", "write", (person_id,))
    if keep and not may_be_kept(session, person_id):
        raise conflict(
            "talent.no_consent",
            msg("The candidate has not agreed to be kept."),
            msg("Ask the candidate for consent first."),
        )
    if person.talent_pool != keep:
        person.talent_pool = keep
        touch(person, actor.id, clock)
        audit.record(session, actor.id, "person.talent_pool", f"person:{person_id}", {"keep": keep}, clock)
    return person


class _Lines:
    """The columns of a line."""

    COLUMNS = (
        Application.id,
        Application.requisition_id,
        Application.person_id,
        Person.name,
        Person.synthetic,
        Application.stage,
        Application.stage_since,
        Application.channel,
        Application.section,
        Application.score_value,
        Application.score_low,
        Application.score_high,
        Application.match_percent,
        Application.human_score,
        Application.prefilter,
        Application.created_at,
    )


def _lines() -> Select[Any]:
    return select(*_Lines.COLUMNS).join(Person, Person.id == Application.person_id)


def _counting(with_name: bool, requisition_id: str | None) -> Select[Any]:
    statement = select(func.count()).select_from(Application)
    return statement.join(Person, Person.id == Application.person_id) if with_name else statement


def _reach(session: Session, actor: Actor, requisition_id: str | None) -> tuple[bool, bool, Any]:
    """Whether names and scores may be shown, and how to narrow a statement to what is within reach."""
    if requisition_id is not None:
        requisition = requisition_for(session, actor, requisition_id, "public", "read")
        names = allowed(session, actor, requisition, "contact", "read")
        scores = allowed(session, actor, requisition, "interview", "read")
        if not (names or scores):
            raise denied()
        return names, scores, lambda statement: statement
    require(actor, "contact", "read")
    require(actor, "interview", "read")

    def within(statement: Select[Any]) -> Select[Any]:
        joined = statement.join(Requisition, Requisition.id == Application.requisition_id)
        for field_class in ("contact", "interview"):
            joined = scoped(
                joined,
                actor,
                field_class,
                "read",
                department=Requisition.department_id,
                legal_entity=Requisition.legal_entity_id,
                person=Application.person_id,
            )
        return joined

    return True, True, within


def _conditions(wanted: ApplicationFilters, requisition_id: str | None) -> list[Any]:
    where: list[Any] = []
    if requisition_id is not None:
        where.append(Application.requisition_id == requisition_id)
    if wanted.stages:
        where.append(Application.stage.in_(wanted.stages))
    if wanted.channel is not None:
        where.append(Application.channel == wanted.channel)
    if wanted.section == "waiting":
        where.append(Application.section.is_(None))
    elif wanted.section is not None:
        where.append(Application.section == wanted.section)
    if wanted.name.strip():
        where.append(Person.name.contains(wanted.name.strip(), autoescape=True))
    if wanted.least_score is not None:
        where.append(Application.score_value >= wanted.least_score)
    if wanted.applied_since is not None:
        where.append(Application.created_at >= wanted.applied_since)
    if wanted.stage_since is not None:
        where.append(Application.stage_since >= wanted.stage_since)
    return where


def _after_score(statement: Select[Any], cursor: str | None) -> Select[Any]:
    statement = statement.where(Application.score_value.is_not(None))
    if cursor is None:
        return statement
    score, last = read_cursor(cursor, 2)
    below = Application.score_value < score
    return statement.where(or_(below, and_(Application.score_value == score, Application.id < last)))


def _summary(row: Any, names: bool, scores: bool) -> ApplicationSummary:
    return ApplicationSummary(
        row.id,
        row.requisition_id,
        row.person_id,
        row.name if names else HIDDEN,
        row.synthetic,
        row.stage,
        row.stage_since,
        row.channel,
        row.section if scores else None,
        row.score_value if scores else None,
        row.score_low if scores else None,
        row.score_high if scores else None,
        row.match_percent if scores else None,
        row.human_score if scores else None,
        row.prefilter["share"] if names and row.prefilter else None,
        row.created_at,
    )


def candidate_names(session: Session, application_ids: Iterable[str]) -> dict[str, str]:
    """Names by application, in one query. The caller has checked that these may be seen."""
    rows = session.execute(
        select(Application.id, Person.name)
        .join(Person, Person.id == Application.person_id)
        .where(Application.id.in_(list(application_ids)))
    )
    return dict(rows.tuples().all())


def reached_names(session: Session, actor: Actor, application_ids: Iterable[str]) -> dict[str, str]:
    """Names by application, of the candidates whom the actor may see; others are left out."""
    rows = session.execute(
        select(Application.id, Person.id, Person.name)
        .join(Person, Person.id == Application.person_id)
        .where(Application.id.in_(list(application_ids)), Person.erased_at.is_(None))
    ).all()
    if not may_at_all(actor, "contact", "read"):
        return {}
    seen = reached_persons(session, actor, "contact", "read", {person_id for _, person_id, _ in rows})
    return {application_id: name for application_id, person_id, name in rows if person_id in seen}


def scored_candidates(session: Session, requisition_id: str) -> tuple[tuple[str, str], ...]:
    """(application, name) of everybody with a score, oldest first. The caller has checked that they may be exported."""
    rows = session.execute(
        select(Application.id, Person.name)
        .join(Person, Person.id == Application.person_id)
        .where(Application.requisition_id == requisition_id, Application.score_value.is_not(None))
        .order_by(Application.id)
    )
    return tuple(rows.tuples())


def contacts(session: Session, person_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """(mail, phone) by person, in one query. The caller has checked that they may be exported."""
    wanted = list(person_ids)
    rows = session.execute(select(Person.id, Person.email, Person.phone).where(Person.id.in_(wanted)))
    return {key: (mail, phone) for key, mail, phone in rows.tuples()}


def neighbours(session: Session, row: Application) -> tuple[str | None, str | None]:
    """The candidates of the same job that wait for a decision, next above and next below this one by score."""
    if row.score_value is None:
        return None, None
    others = (
        select(Application.id)
        .where(
            Application.requisition_id == row.requisition_id,
            Application.stage == "review",
            Application.score_value.is_not(None),
            Application.id != row.id,
        )
        .limit(1)
    )
    place, mine = tuple_(Application.score_value, Application.id), tuple_(literal(row.score_value), literal(row.id))
    above = others.where(place > mine).order_by(Application.score_value, Application.id)
    under = others.where(place < mine).order_by(Application.score_value.desc(), Application.id.desc())
    return session.scalar(above), session.scalar(under)

"""A promotion, from a day on: whoever decides sees how the person stands against the target profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Fact, Facts, Post
from interview_engine.hr.competency.evidence import newest_scores
from interview_engine.hr.competency.profiles import requirements_of
from interview_engine.hr.competency.tables import CompetencyRow, RoleProfile
from interview_engine.hr.employment import service as employment
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.requests.service import Ask, AskedKind, Effect, Line
from interview_engine.i18n import LocalizedText, Text, msg
from interview_engine.store.rows import find

EARLIEST_DAYS = 31


def gate(level: float) -> float:
    """The score (0..10) that a required level (1..5) stands for: level 1 is 0, level 5 is 10."""
    return (level - 1) * 10 / 4


def _profiles(session: Session, post: Post) -> Mapping[str, Mapping[str, Text]]:
    own = or_(RoleProfile.legal_entity_id.is_(None), RoleProfile.legal_entity_id == post.legal_entity_id)
    rows = session.scalars(select(RoleProfile).where(RoleProfile.state == "published", own).order_by(RoleProfile.code))
    return {"profile": {row.id: LocalizedText(row.name["zh"], row.name["en"]) for row in rows}}


def _lines(session: Session, asked: Ask) -> Sequence[Line]:
    """Each competency of the target profile: what is required, and the newest score."""
    profile = find(session, RoleProfile, asked.text("profile")) if asked.text("profile") else None
    if profile is None:
        return ()
    wanted = requirements_of(profile)
    scores = newest_scores(session, [asked.person_id]).get(asked.person_id, {})
    codes = [one.competency for one in wanted]
    names = {row.code: row.name for row in session.scalars(select(CompetencyRow).where(CompetencyRow.code.in_(codes)))}
    lines = []
    for one in wanted:
        name = names.get(one.competency, {"zh": one.competency, "en": one.competency})
        score, least = scores.get(one.competency), gate(one.required_level)
        if score is None:
            said = msg("needs {least:.1f} of 10; not measured yet", least=least)
        elif score >= least:
            said = msg("needs {least:.1f} of 10; has {score:.1f}", least=least, score=score)
        else:
            said = msg("needs {least:.1f} of 10; has {score:.1f}, below the gate", least=least, score=score)
        lines.append(Line(LocalizedText(name["zh"], name["en"]), said, "interview"))
    return lines


def _before(session: Session, asked: Ask) -> Mapping[str, Value]:
    held = employment.held_on(session, asked)
    return {"title": held.title, "level": held.level}


def _apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    held = employment.held_on(session, asked)
    level = asked.values.get("level")
    new = employment.NewPlace(
        held.department_id, asked.text("title"), level if isinstance(level, int) else held.level, held.manager_person_id
    )
    return employment.move(session, actor, asked, new, "promotion", clock)


def _facts(asked: Ask) -> Facts:
    level = asked.values.get("level")
    return {"level": Decimal(level)} if isinstance(level, int) else {}


PROMOTION = AskedKind(
    name="promotion",
    title=msg("Promotion"),
    about=msg("A more senior job, from a day on, beside the competencies that it needs."),
    fields=(
        Field("title", msg("New job title"), required=True, most=120),
        Field("level", msg("New level"), "whole", low=Decimal(0), high=Decimal(99)),
        Field("profile", msg("Target profile"), help=msg("What the new job needs; it is shown to who decides.")),
        Field("from_day", msg("From day"), "day", required=True),
        Field("reason", msg("Reason"), "area", most=1000),
    ),
    days=("from_day",),
    by_oneself=False,
    for_others=("contact", "read"),
    facts=(Fact("level", msg("New level")),),
    facts_of=_facts,
    earliest_days=EARLIEST_DAYS,
    offers=_profiles,
    check=employment.one_move_at_a_time,
    before=_before,
    lines=_lines,
    apply=_apply,
    reverse=employment.call_off_move,
)

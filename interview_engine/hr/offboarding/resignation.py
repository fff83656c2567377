"""Resignation: asked for with a last day, which the approval writes into the employment."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Fact, Facts
from interview_engine.hr.employment import service
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.problems import conflict
from interview_engine.hr.requests.service import Ask, AskedKind, Effect, in_force
from interview_engine.i18n import msg

NAME = "resignation"


def _check(session: Session, asked: Ask, _: Clock) -> None:
    if asked.post.last_day is not None:
        raise conflict(
            "resignation.agreed",
            msg("A last day of work is agreed already: {day}.", day=asked.post.last_day.isoformat()),
            msg("Ask HR to call it off first."),
        )
    if in_force(session, asked, (NAME,)):
        raise conflict(
            "resignation.twice",
            msg("A resignation on that day was asked for already."),
            msg("Withdraw that one first."),
        )


def _apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    reason = asked.text("reason")[:300]
    row = service.end(session, actor, asked.post.employment_id, asked.day("last_day"), reason, clock)
    return [Effect("employment", row.id)]


def _reverse(session: Session, actor: Actor, _: Ask, done: Sequence[Effect], clock: Clock) -> Sequence[Effect]:
    for one in done:
        service.call_off_end(session, actor, one.row_id, clock)
    return [Effect(one.table, one.row_id, -one.quantity) for one in done]


def _facts(asked: Ask) -> Facts:
    return {"on_probation": "yes" if asked.post.state == "probation" else "no"}


RESIGNATION = AskedKind(
    name=NAME,
    title=msg("Resignation"),
    about=msg("Name your last day of work. It is agreed once it is approved."),
    fields=(
        Field("last_day", msg("Last day of work"), "day", required=True),
        Field("reason", msg("Reason"), "area", required=True, most=300),
    ),
    days=("last_day",),
    facts=(Fact("on_probation", msg("On probation"), {"yes": msg("Yes"), "no": msg("No")}),),
    facts_of=_facts,
    earliest_days=0,
    check=_check,
    apply=_apply,
    reverse=_reverse,
)

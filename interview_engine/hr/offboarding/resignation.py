"""Resignation: asked for with a last day, which the approval writes into the employment and the separation."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Fact, Facts
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.offboarding import separations
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
    held = separations.current(session, asked.post.employment_id)
    if in_force(session, asked, (NAME,)) or (held is not None and held.request_id != asked.id):
        raise conflict(
            "resignation.twice",
            msg("A resignation was asked for already."),
            msg("Withdraw that one first."),
        )


def _started(session: Session, asked: Ask, actor_id: str, clock: Clock) -> None:
    """The separation, asked for: HR sees that somebody wants to leave while it is decided."""
    row = employments.locked(session, asked.post.employment_id)
    separations.write(
        session, row, NAME, asked.text("reason")[:300], china_day(clock), "requested", actor_id, clock,
        last_day=asked.day("last_day"), request_id=asked.id,
    )  # fmt: skip


def _refused(session: Session, asked: Ask, actor_id: str, clock: Clock) -> None:
    row = separations.of_request(session, asked.id)
    if row is not None and row.state == "requested":
        separations.called_off(session, row, "", actor_id, clock)


def _apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    reason = asked.text("reason")[:300]
    employment = employments.end(session, actor, asked.post.employment_id, asked.day("last_day"), reason, clock)
    row = separations.of_request(session, asked.id)
    if row is None:  # asked for before there were separations
        row = separations.write(
            session, employment, NAME, reason, china_day(clock), "approved", actor.id, clock, request_id=asked.id
        )  # fmt: skip
    else:
        separations.set_state(session, row, "approved", actor.id, clock)
    return [Effect("employment", employment.id), Effect("separation", row.id)]


def _reverse(session: Session, actor: Actor, asked: Ask, done: Sequence[Effect], clock: Clock) -> Sequence[Effect]:
    for one in done:
        if one.table == "employment":
            employments.call_off_end(session, actor, one.row_id, clock)
    for one in done:
        if one.table == "separation":
            separations.called_off(session, separations.locked(session, one.row_id), "", actor.id, clock)
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
    started=_started,
    refused=_refused,
    apply=_apply,
    reverse=_reverse,
)

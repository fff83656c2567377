"""An appeal against a published result: it names one thing, and only that is opened again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Post
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.performance.tables import Appraisal, PerformanceCycle
from interview_engine.hr.performance.words import REOPENS
from interview_engine.hr.problems import conflict
from interview_engine.hr.requests.service import Ask, AskedKind, Effect
from interview_engine.i18n import LocalizedText, Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import touch

NAME = "appeal"


def _offers(session: Session, post: Post) -> Mapping[str, Mapping[str, Text]]:
    """Cycles of the company whose results are published and not closed."""
    statement = select(PerformanceCycle.id, PerformanceCycle.name).where(
        PerformanceCycle.legal_entity_id == post.legal_entity_id, PerformanceCycle.state == "published"
    )
    rows = session.execute(statement.order_by(PerformanceCycle.id.desc())).tuples()
    return {"cycle": {key: LocalizedText(name, name) for key, name in rows}}


def _check(session: Session, asked: Ask, _: Clock) -> None:
    row = _row(session, asked)
    cycle = None if row is None else session.get_one(PerformanceCycle, row.cycle_id)
    if row is None or cycle is None or cycle.state != "published" or row.published_at is None:
        raise conflict("performance.not_published", msg("This result is not published."),
                       msg("An appeal is possible from publication until the cycle is closed."))  # fmt: skip
    if row.reopened is not None:
        raise conflict("performance.appealed", msg("An earlier appeal is not settled yet."),
                       msg("Wait until it is."))  # fmt: skip


def _apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    row = _row(session, asked, lock=True)
    assert row is not None  # asked for just before
    named = asked.text("about")
    row.reopened = named
    if named in ("manager", "hr", "gm"):
        row.step = named
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "appraisal.reopen", f"appraisal:{row.id}", {"what": named}, clock)
    return (Effect("appraisal", row.id),)


def _row(session: Session, asked: Ask, *, lock: bool = False) -> Appraisal | None:
    statement = select(Appraisal).where(
        Appraisal.cycle_id == asked.text("cycle"), Appraisal.person_id == asked.person_id
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one_or_none()


APPEAL = AskedKind(
    name=NAME,
    title=msg("Appeal against a result"),
    about=msg("Name what is to be checked again; only that is opened, everything else stays."),
    fields=(
        Field("cycle", msg("Cycle", context="performance"), "text", required=True, most=32),
        Field("about", msg("What is to be checked again"), "choice", required=True, choices=REOPENS),
        Field("reason", msg("Reason"), "area", required=True, most=1000),
    ),
    field_class="performance",
    for_others=None,
    offers=_offers,
    check=_check,
    apply=_apply,
)

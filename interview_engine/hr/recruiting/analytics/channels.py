"""Which channels bring good candidates at what cost (C4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from interview_engine.assessment.comparing.ranking import Remark
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require, scoped
from interview_engine.hr.recruiting.analytics.estimates import (
    LEAST_SCORES,
    NOTHING,
    Estimate,
    Sums,
    difference,
    mean_estimate,
    wilson,
)
from interview_engine.hr.recruiting.analytics.scope import within_reach
from interview_engine.hr.recruiting.tables import Application, Posting, Requisition
from interview_engine.i18n import msg
from interview_engine.store.money import rounded

Advice = Literal["best", "alike", "less", "too_few"]


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """Applications, scores, hires and cost of one channel.

    Args:
        cost: yuan, of all its postings. cost_per_application, cost_per_hire: None without one.
        score: mean overall score 0..10 with interval, compared within each requisition (see `channel_quality`).
        hire_rate: hired of all applications. above_bar: score at or above the requisition's bar, of those with one.
        gap: mean of the best channel minus this one's.
        advice: best (its mean is above every other's beyond chance), less (below the highest beyond chance), alike
            (cannot be told apart), too_few (fewer than `LEAST_SCORES` scores).
    """

    channel: str
    applications: int
    assessed: int
    hired: int
    cost: Decimal
    cost_per_application: Decimal | None
    cost_per_hire: Decimal | None
    score: Estimate | None
    hire_rate: Estimate | None
    above_bar: Estimate | None
    gap: Estimate | None
    advice: Advice
    reason: Remark


@dataclass(slots=True)
class _Tally:
    """What is added up for one channel."""

    applications: int = 0
    hired: int = 0
    scored: int = 0
    above: int = 0
    scores: Sums = NOTHING


def channel_quality(
    session: Session,
    actor: Actor,
    *,
    requisition_id: str | None = None,
    since: datetime | None = None,
) -> tuple[ChannelRow, ...]:
    """Channels by mean interview score, best first, those with too few scores last.

    Scores of different jobs are measured with different kits and cannot be averaged as they are. So each score counts
    by its distance from the mean of its requisition, put back on the mean of all.

    Raises:
        PermissionDenied: needs "interview" read; costs need no more.
    """
    require(actor, "interview", "read")
    tallies = _tallies(session, actor, requisition_id, since)
    costs = _costs(session, actor, requisition_id)
    scored = {channel: tally for channel, tally in tallies.items() if tally.scores.n >= LEAST_SCORES}
    best = max(scored, key=lambda channel: (scored[channel].scores.mean, channel), default=None)
    rows = [
        _row(channel, tallies.get(channel, _Tally()), costs.get(channel, Decimal(0)), best, tallies)
        for channel in sorted({*tallies, *costs})
    ]
    rows.sort(key=lambda row: (row.score is None, -(row.score.value if row.score else 0.0), row.channel))
    return tuple(rows)


def _tallies(session: Session, actor: Actor, requisition_id: str | None, since: datetime | None) -> dict[str, _Tally]:
    score = Application.score_value
    statement = within_reach(
        select(
            Application.requisition_id,
            Application.channel,
            func.count(),
            func.sum(cast(Application.stage == "hired", Integer)),
            func.count(score),
            func.coalesce(func.sum(score), 0.0),
            func.coalesce(func.sum(score * score), 0.0),
            func.coalesce(func.sum(cast(score >= Requisition.bar, Integer)), 0),
        )
        .join(Requisition, Requisition.id == Application.requisition_id)
        .group_by(Application.requisition_id, Application.channel),
        actor,
        requisition_id,
    )
    if since is not None:
        statement = statement.where(Application.created_at >= since)
    rows = session.execute(statement).all()
    by_requisition: dict[str, Sums] = {}
    for key, _, _, _, n, total, squares, _ in rows:
        by_requisition[key] = by_requisition.get(key, NOTHING) + Sums(n, total, squares)
    everything = sum(by_requisition.values(), NOTHING)
    tallies: dict[str, _Tally] = {}
    for key, channel, count, hired, n, total, squares, above in rows:
        tally = tallies.setdefault(channel, _Tally())
        tally.applications += count
        tally.hired += hired or 0
        tally.scored += n
        tally.above += above or 0
        if n:
            tally.scores += Sums(n, total, squares).shifted(everything.mean - by_requisition[key].mean)
    return tallies


def _costs(session: Session, actor: Actor, requisition_id: str | None) -> dict[str, Decimal]:
    statement = scoped(
        select(Posting.channel, func.sum(Posting.cost))
        .join(Requisition, Requisition.id == Posting.requisition_id)
        .group_by(Posting.channel),
        actor,
        "public",
        "read",
        department=Requisition.department_id,
        legal_entity=Requisition.legal_entity_id,
    )
    if requisition_id is not None:
        statement = statement.where(Posting.requisition_id == requisition_id)
    return dict(session.execute(statement).tuples().all())


def _row(channel: str, tally: _Tally, cost: Decimal, best: str | None, tallies: Mapping[str, _Tally]) -> ChannelRow:
    gap = None if best is None or channel == best else difference(tallies[best].scores, tally.scores)
    advice: Advice
    if tally.scores.n < LEAST_SCORES or best is None:
        advice = "too_few"
    elif channel == best:
        others = [other.scores for name, other in tallies.items() if name != best and other.scores.n >= LEAST_SCORES]
        apart = [difference(tally.scores, other) for other in others]
        advice = "best" if apart and all(one is not None and one.low > 0 for one in apart) else "alike"
    else:
        advice = "less" if gap is not None and gap.low > 0 else "alike"
    return ChannelRow(
        channel,
        tally.applications,
        tally.scored,
        tally.hired,
        cost,
        _each(cost, tally.applications),
        _each(cost, tally.hired),
        mean_estimate(tally.scores, 0.0, 10.0),
        wilson(tally.hired, tally.applications),
        wilson(tally.above, tally.scored),
        gap,
        advice,
        _reason(advice, gap, best),
    )


def _reason(advice: Advice, gap: Estimate | None, best: str | None) -> Remark:
    code = f"channel.{advice}"
    if advice == "best":
        return Remark(code, msg("Mean score is above the others beyond chance."))
    if advice == "too_few":
        return Remark(code, msg("Fewer than {least} scores: too few to tell.", least=LEAST_SCORES))
    if gap is None:
        return Remark(code, msg("Highest mean, but not beyond chance: no channel stands out."))
    by = f"{gap.value:.1f} ({gap.low:.1f}–{gap.high:.1f})"
    named: object = {"direct": msg("Added by hand"), "jobs": msg("Public list of jobs")}.get(best or "", best)
    if advice == "less":
        return Remark(
            code,
            msg("Mean score is {by} below “{best}”, beyond chance.", by=by, best=named),
        )
    return Remark(
        code,
        msg("Differs from “{best}” by {by}: cannot be told apart.", best=named, by=by),
    )


def _each(cost: Decimal, count: int) -> Decimal | None:
    return rounded(cost / count) if count else None

"""The settlement's facts: what pay needs for the last payment, each with its source. No sums are computed here.

They are computed again until they are handed over, and fixed from then on. Open assets stop it: what a leaver still has
is given back, lost, or not asked back with a reason first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.area import Post
from interview_engine.hr.assets import service as assets
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.expense import service as expense
from interview_engine.hr.leave import service as leave
from interview_engine.hr.offboarding import rules, separations
from interview_engine.hr.offboarding.tables import FinalSettlement, Separation
from interview_engine.hr.problems import conflict, text_within
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.service import Ask
from interview_engine.i18n import Text, msg
from interview_engine.law_articles import article_text
from interview_engine.store import audit
from interview_engine.store.rows import stamp, touch

STATES: Mapping[str, Text] = MappingProxyType(
    {
        "draft": msg("Not handed over yet"),
        "handed_over": msg("Handed over to pay"),
        "void": msg("Void: the leaving was called off"),
    }
)
NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "first_day": msg("First day of work"),
        "last_day": msg("Last day of work"),
        "days_last_month": msg("Days of the calendar employed in the last month"),
        "unpaid_days": msg("Personal leave in the last month, days of the calendar"),
        "leave": msg("Leave left on the last day, minutes"),
        "leave_day": msg("Minutes of a day of leave"),
        "leave_since": msg("Annual leave taken since, days of the calendar"),
        "assets_open": msg("Things not given back"),
        "assets_lost": msg("Things lost or broken"),
        "assets_waived": msg("Things not asked back"),
        "advances": msg("Advances not settled, in yuan"),
        "notice_given": msg("Days of notice given"),
        "notice_due": msg("Days of notice that the law asks for"),
        "notice_instead": msg("Months of pay that may be paid in place of notice"),
        "severance": msg("Severance"),
        "severance_years": msg("Years that severance would count"),
    }
)
SOURCES: Mapping[str, Text] = MappingProxyType(
    {
        "employment": msg("Employee file"),
        "separation": msg("This leaving"),
        "requests": msg("Approved leave requests"),
        "leave_ledger": msg("Leave ledger, balance of {day}"),
        "leave_opening": msg("Leave taken over, as of {day}"),
        "none": msg("Nothing of it is kept here: ask where it is kept"),
        "assets": msg("Things handed out"),
        "advances": msg("Ledger of advances"),
        "law": msg("Labour Contract Law, {article}"),
    }
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. `value` "" where it is not known; `kind` tells apart several of a name (annual leave, time off)."""

    name: str
    value: str
    source: str
    about: str = ""
    kind: str = ""

    def to_json(self) -> dict[str, str]:
        """As it is kept."""
        return {"name": self.name, "value": self.value, "source": self.source, "about": self.about, "kind": self.kind}


def facts_of(session: Session, row: Separation, employment: Employment) -> list[Fact]:
    """What is known now of a separation, in the order in which it is shown."""
    first, last = employment.start_date, row.last_day
    month_first = max(last.replace(day=1), first)
    on_probation = employment.probation_end is not None and row.notice_on <= employment.probation_end
    kind = rules.kind_of(row.kind, on_probation=on_probation)
    facts = [
        Fact("first_day", first.isoformat(), "employment"),
        Fact("last_day", last.isoformat(), "employment"),
        Fact("days_last_month", str(max(0, (last - month_first).days + 1)), "employment"),
        Fact("unpaid_days", _number(_days(session, employment, month_first, last, rules.LAW["unpaid_leave_types"])),
             "requests"),
    ]  # fmt: skip
    left = leave.left_on(session, employment.id, last)
    for one in left:
        # what was taken in advance is not taken back (Implementing Measures, article 12)
        minutes = max(0, one.minutes) if one.kind == "annual" else one.minutes
        facts.append(Fact("leave", str(minutes), "leave_ledger", last.isoformat(), one.kind))
    if left:
        facts.append(Fact("leave_day", str(left[0].minutes_a_day), "leave_ledger", last.isoformat()))
    if not left:
        facts.append(Fact("leave", "", "none"))
    things = assets.of_employment(session, employment.id)
    for name, state in (("assets_open", "held"), ("assets_lost", "lost"), ("assets_waived", "waived")):
        of_state = [one for one in things if one.state == state]
        facts.append(Fact(name, str(len(of_state)), "assets", ", ".join(one.name for one in of_state)[:300]))
    facts.append(Fact("advances", f"{expense.open_at(session, employment.id):.2f}", "advances"))
    facts.append(Fact("notice_given", str(max(0, (last - row.notice_on).days)), "separation"))
    if kind.notice_days is not None:
        facts.append(Fact("notice_due", str(kind.notice_days), "law", kind.notice_article))
    if kind.months_pay_instead is not None:
        facts.append(Fact("notice_instead", _number(kind.months_pay_instead), "law", kind.notice_article))
    facts.append(Fact("severance", kind.severance, "law", kind.severance_article))
    if kind.severance != "no":
        years = rules.severance_years(first, last)
        facts.append(Fact("severance_years", _number(years), "law", rules.severance_article(first)))
    return facts


def recompute(session: Session, row: Separation, actor_id: str, clock: Clock) -> FinalSettlement | None:
    """The settlement of a separation that is agreed, with the facts of now; what was handed over stays as it was.

    None where there is none: the leaving is only asked for, or the person never began.
    """
    if row.state not in rules.AGREED:
        return of_separation(session, row.id)
    employment = employments.locked(session, row.employment_id)
    held = of_separation(session, row.id, lock=True)
    if held is not None and held.state != "draft":
        return held
    facts: list[Any] = [one.to_json() for one in facts_of(session, row, employment)]
    if held is None:
        held = FinalSettlement(
            **stamp(actor_id, clock), separation_id=row.id, person_id=row.person_id, employment_id=row.employment_id,
            legal_entity_id=row.legal_entity_id, department_id=row.department_id, state="draft",
            last_day=row.last_day, facts=facts, computed_at=clock.now(),
        )  # fmt: skip
        session.add(held)
    elif held.facts != facts:
        held.facts, held.last_day, held.computed_at = facts, row.last_day, clock.now()
        touch(held, actor_id, clock)
    session.flush()
    return held


def settle(session: Session, actor: Actor, separation_id: str, clock: Clock) -> FinalSettlement:
    """Hand the facts over to pay, as they are now; again changes nothing. Needs "public" manage.

    With it the separation is settled, and closed where the last day is over.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `separation.state`; `separation.assets`, things are in use.
    """
    row = separations.get_for(session, actor, separation_id, "write")
    employment = employments.locked(session, row.employment_id)
    row = separations.locked(session, separation_id)
    held = of_separation(session, row.id)
    if row.state in ("settled", "closed") and held is not None:
        return held
    if row.state not in ("approved", "handover"):
        raise separations.wrong_state()
    things = assets.open_of(session, row.employment_id)
    if things:
        raise conflict(
            "separation.assets",
            msg("{count} things are still in this person's hands: {things}.", count=len(things),
                things=", ".join(one.name for one in things[:5])),
            msg("Write down that they were given back or lost, or why they are not asked back."),
        )  # fmt: skip
    made = recompute(session, row, actor.id, clock)
    if made is None:
        raise separations.wrong_state()
    made.state, made.handed_over_at, made.handed_over_by = "handed_over", clock.now(), actor.id
    touch(made, actor.id, clock)
    audit.record(session, actor.id, "settlement.hand_over", f"separation:{row.id}", {}, clock)
    separations.set_state(session, row, "closed" if employment.state == "left" else "settled", actor.id, clock)
    return made


def take_back(session: Session, actor: Actor, separation_id: str, reason: str, clock: Clock) -> FinalSettlement:
    """Take a settlement back that was handed over, with the reason; it is computed again. Needs "public" manage.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: reason. ConflictError:
            `separation.state`, nothing was handed over.
    """
    separations.get_for(session, actor, separation_id, "write")
    said = text_within(reason, "reason", msg("reason"), 300, least=2)
    row = separations.locked(session, separation_id)
    held = of_separation(session, separation_id, lock=True)
    if held is None or held.state != "handed_over" or row.state not in ("settled", "closed"):
        raise separations.wrong_state()
    separations.taken_back(session, row, actor.id, clock)
    separations.set_state(session, row, "handover", actor.id, clock)
    audit.record(session, actor.id, "settlement.take_back", f"separation:{row.id}", {"reason": said}, clock)
    recompute(session, row, actor.id, clock)
    return held


def of_separation(session: Session, separation_id: str, *, lock: bool = False) -> FinalSettlement | None:
    """The settlement of a separation. The caller has checked that it may be seen (`may_read`)."""
    statement = select(FinalSettlement).where(FinalSettlement.separation_id == separation_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one_or_none()


def handed_over(session: Session, actor: Actor, employment_id: str) -> FinalSettlement | None:
    """For pay: the facts of an employment that were handed over; needs "pay" read of the person.

    Raises:
        PermissionDenied.
    """
    row = session.scalar(
        select(FinalSettlement).where(
            FinalSettlement.employment_id == employment_id, FinalSettlement.state == "handed_over"
        )
    )
    if row is not None:
        check_row(
            session, actor, "pay", "read",
            department_id=row.department_id, legal_entity_id=row.legal_entity_id, person_id=row.person_id,
        )  # fmt: skip
    return row


def handed_over_in(session: Session, legal_entity_id: str) -> Sequence[FinalSettlement]:
    """For pay runs: every settlement of a company that was handed over. The caller has checked that pay may be read."""
    return session.scalars(
        select(FinalSettlement)
        .where(FinalSettlement.legal_entity_id == legal_entity_id, FinalSettlement.state == "handed_over")
        .order_by(FinalSettlement.id)
    ).all()


def words_of_source(fact: Mapping[str, str]) -> Text:
    """Where a fact is from, as people read it."""
    if fact["source"] == "leave_ledger":
        return msg("Leave ledger, balance of {day}", day=fact["about"])
    if fact["source"] == "leave_opening":
        return msg("Leave taken over, as of {day}", day=fact["about"])
    if fact["source"] == "law":
        return msg("Labour Contract Law, {article}", article=article_text(fact["about"]))
    return SOURCES[fact["source"]]


def _days(
    session: Session, employment: Employment, first: date, last: date, types: Sequence[str]
) -> Decimal:  # fmt: skip
    """Days of the calendar within first..last on which approved leave of those types lies; half a day is 0.5, and hours
    are their share of the person's day."""
    post = Post(employment.id, employment.department_id, employment.legal_entity_id, "notice", employment.start_date)
    window = Ask("", employment.person_id, post, {}, first, last)
    total = Decimal(0)
    for one in requests.in_force(session, window, ("leave",), decided=True):
        if one.text("leave_type") not in types or one.day_from is None or one.day_to is None:
            continue
        days = (min(one.day_to, last) - max(one.day_from, first)).days + 1
        hours = one.values.get("hours")
        if one.text("part") in ("morning", "afternoon"):
            total += Decimal("0.5")
        elif hours is not None:
            a_day = Decimal(leave.minutes_a_day(session, employment.id))
            total += (days * Decimal(str(hours)) * 60 / a_day).quantize(Decimal("0.0001"))
        else:
            total += days
    return total


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"

"""The ledger of leave: entries of requests and corrections, and what follows from them, in the same transaction.

Whoever writes locks the employment first. What follows (`balances.derived`) is compared with what is written, and the
difference becomes further entries; so a leave that is entered late or called off mends what came after it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.leave import entering
from interview_engine.hr.leave.annual import Work, accruals
from interview_engine.hr.leave.balances import Carry, Given, Moved, Result, available, derived, lacks
from interview_engine.hr.leave.tables import LeaveAccount, LeaveEntry, LeaveHistory, LeaveOpening
from interview_engine.hr.leave.types import ANNUAL_STEPS, DAY_MINUTES, LeaveType, in_force
from interview_engine.hr.problems import invalid, text_within
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import stamp, touch

ENTRY_KINDS: Mapping[str, Text] = {
    "opening": msg("Taken over"),
    "accrual": msg("Accrued"),
    "carry": msg("Carried over"),
    "expiry": msg("Expired", context="leave"),
    "use": msg("Taken"),
    "reversal": msg("Given back", context="leave"),
    "correction": msg("Corrected by hand"),
    "credit": msg("Earned by overtime"),
}
FOLLOWS = ("opening", "accrual", "carry", "expiry")
"""Kinds that follow from the others."""
MOST_MINUTES = 366 * 24 * 60
AT_ONCE = 200
"""Accounts of one round of the job."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left of a kind of leave.

    Args:
        minutes: the sum of the entries up to the day. free: what can still be asked for on it, when approved leave of
            later days has its own.
    """

    leave_type: LeaveType
    minutes: int
    free: int
    minutes_a_day: int
    day: date

    @property
    def kind(self) -> str:
        """The name of the kind of leave."""
        return self.leave_type.name


@dataclass(frozen=True, slots=True)
class Book:
    """What is known of one kind of leave of one employment, for questions before anything is written."""

    leave_type: LeaveType
    given: Given
    moved: Sequence[Moved]
    kept: bool

    def on(self, day: date) -> Result:
        """How it stands on a day."""
        return derived(self.given, self.moved, day)

    def free(self, day: date) -> int:
        """The most minutes that may be taken on a day."""
        return available(self.given, self.moved, day)

    def lacks(self, wanted: Sequence[Moved]) -> int:
        """Minutes that are missing if this is taken as well."""
        return lacks(self.given, self.moved, wanted)


def type_of(session: Session, legal_entity_id: str, name: str, day: date) -> LeaveType:
    """A kind of leave as it is in force in a company on a day; one that is no more is counted in hours."""
    known = entering.types_of(session, legal_entity_id, day)
    return known.get(name) or LeaveType(name, msg("Other leave"))


def minutes_a_day(session: Session, employment_id: str) -> int:
    """The minutes of a day of leave of somebody: as HR wrote down, else what ships."""
    held = session.scalar(select(LeaveHistory.minutes_a_day).where(LeaveHistory.employment_id == employment_id))
    return held or DAY_MINUTES


def book_of(session: Session, employment: Employment, name: str, day: date, *, also: Sequence[Moved] = ()) -> Book:
    """What is known of a kind of leave up to a day. The caller has checked that it may be seen.

    Args:
        also: leave that is asked for and not decided.
    """
    found = type_of(session, employment.legal_entity_id, name, day)
    moved = [*_moved(session, employment.id, name), *also]
    until = max([day, *(one.day for one in moved)])
    given = _given(session, employment, name, until)
    corrected = select(LeaveEntry.id).where(
        LeaveEntry.employment_id == employment.id,
        LeaveEntry.leave_type == name,
        LeaveEntry.kind.in_(("correction", "credit")),
    )
    kept = bool(given.openings or given.accrued) or session.scalar(corrected.limit(1)) is not None
    return Book(found, given, moved, kept or (name == "annual" and _history(session, employment.id) is not None))


def use(
    session: Session,
    actor_id: str,
    employment_id: str,
    name: str,
    request_id: str,
    taken: Sequence[Moved],
    clock: Clock,
) -> LeaveAccount:
    """Take the minutes of a request, one entry a day; the same request again changes nothing."""
    account = _account(session, employment_id, name, actor_id, clock)
    for one in taken:
        if one.minutes:
            _enter(
                session, account, "use", one, f"request:{request_id}:{one.day}", actor_id, clock, request_id=request_id
            )
    _settle_with_others(session, account, actor_id, clock)
    return account


def credit(
    session: Session, actor_id: str, employment_id: str, name: str, request_id: str, moved: Moved, clock: Clock
) -> LeaveAccount:
    """Add the minutes that a request has earned; the same request again changes nothing."""
    account = _account(session, employment_id, name, actor_id, clock)
    _enter(session, account, "credit", moved, f"credit:{request_id}", actor_id, clock, request_id=request_id)
    settle(session, account, actor_id, clock)
    return account


def give_back(session: Session, actor_id: str, request_id: str, clock: Clock) -> int:
    """Counter-entries for all that a request took or earned; again changes nothing. Returns the minutes given back."""
    taken = session.scalars(
        select(LeaveEntry)
        .where(LeaveEntry.request_id == request_id, LeaveEntry.kind.in_(("use", "credit")))
        .order_by(LeaveEntry.day, LeaveEntry.id)
    ).all()
    total = 0
    for one in taken:
        account = _account(session, one.employment_id, one.leave_type, actor_id, clock)
        back = Moved(one.day, -one.minutes)
        _enter(session, account, "reversal", back, f"{one.source}:back", actor_id, clock, request_id=request_id)
        total -= one.minutes
    for account_id in sorted({one.account_id for one in taken}):
        _settle_with_others(session, session.get_one(LeaveAccount, account_id), actor_id, clock)
    return total


def correct(
    session: Session, actor: Actor, employment_id: str, name: str, moved: Moved, reason: str, clock: Clock
) -> LeaveEntry:
    """Add minutes by hand (or take them), with the reason. Needs "contact" write.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `leave.kind`, `leave.minutes`, reason.
    """
    employment = employments.get_for(session, actor, employment_id, "write", lock=True)
    if not type_of(session, employment.legal_entity_id, name, moved.day).kept:
        raise invalid("leave_type", "leave.kind", msg("No balance is kept of this kind of leave."),
                      msg("Choose one of which the ledger keeps a balance."))  # fmt: skip
    if not 0 < abs(moved.minutes) <= MOST_MINUTES:
        raise invalid("hours", "leave.minutes", msg("This is nothing, or more than a year."),
                      msg("Correct it and send again."))  # fmt: skip
    said = text_within(reason, "reason", msg("reason"), 300, least=2)
    account = _account(session, employment_id, name, actor.id, clock)
    row = _enter(session, account, "correction", moved, "", actor.id, clock, reason=said)
    settle(session, account, actor.id, clock)
    audit.record(session, actor.id, "leave.correct", f"leave:{row.id}", {"kind": name}, clock)
    return row


def settle(session: Session, account: LeaveAccount, actor_id: str, clock: Clock) -> None:
    """Write what follows from the entries up to today, as differences to what is written, and the sum."""
    today = china_day(clock)
    employment = employments.locked(session, account.employment_id)
    book = book_of(session, employment, account.leave_type, today)
    wanted = book.on(today).entries
    held: Counter[tuple[str, date, str]] = Counter()
    times: Counter[tuple[str, date, str]] = Counter()
    for one in _entries(session, account, FOLLOWS):
        key = (one.kind, one.day, one.part)
        held[key] += one.minutes
        times[key] += 1
    for key in sorted({*wanted, *held}):
        kind, day, part = key
        difference = wanted.get(key, 0) - held[key]
        if difference and day <= today:
            source = f"{kind}:{account.id}:{part}:{day}:{times[key]}"
            _enter(session, account, kind, Moved(day, difference), source, actor_id, clock, part=part)
    account.minutes = balance_on(session, account, today)
    account.minutes_a_day = book.given.minutes_a_day
    account.kept = book.kept
    account.counted_on = today
    touch(account, actor_id, clock)
    session.flush()


def open_account(session: Session, employment_id: str, name: str, actor_id: str, clock: Clock) -> None:
    """Count a kind of leave from now on, with what follows from what is known."""
    settle(session, _account(session, employment_id, name, actor_id, clock), actor_id, clock)


def balance_on(session: Session, account: LeaveAccount, day: date) -> int:
    """The sum of the entries up to a day."""
    total = select(func.sum(LeaveEntry.minutes)).where(LeaveEntry.account_id == account.id, LeaveEntry.day <= day)
    return int(session.scalar(total) or 0)


def balances_of(session: Session, employment: Employment, day: date) -> list[Balance]:
    """What is left of each kind of which a balance is kept. The caller has checked that it may be seen."""
    found, opened = [], _opened(session, employment.id)
    for name, leave_type in entering.types_of(session, employment.legal_entity_id, day).items():
        if not leave_type.kept and name not in opened:
            continue
        book = book_of(session, employment, name, day)
        if book.kept:
            now = book.on(day)
            found.append(Balance(leave_type, now.balance, book.free(day), book.given.minutes_a_day, day))
    return found


def remove_empty(session: Session, employment_id: str, name: str) -> bool:
    """Remove an account that nothing but an opening made, once that is taken back; whether it is gone.

    For an import that is rolled back, inside `append_only.passage`.
    """
    held = session.scalar(
        select(LeaveAccount).where(LeaveAccount.employment_id == employment_id, LeaveAccount.leave_type == name)
    )
    if held is None:
        return True
    by_hand = select(LeaveEntry.id).where(LeaveEntry.account_id == held.id, LeaveEntry.kind.not_in(FOLLOWS)).limit(1)
    if name in _opened(session, employment_id) or _history(session, employment_id) or session.scalar(by_hand):
        return False
    session.execute(delete(LeaveEntry).where(LeaveEntry.account_id == held.id))
    session.execute(delete(LeaveAccount).where(LeaveAccount.id == held.id))
    session.expire_all()
    return True


def settle_those_due(session: Session, clock: Clock) -> int:
    """Job: count every balance once a day: what a new day adds, carries over and ends. Returns how many were."""
    today = china_day(clock)
    due = (
        select(LeaveAccount.id)
        .join(Employment, Employment.id == LeaveAccount.employment_id)
        .where(
            LeaveAccount.counted_on < today,
            or_(Employment.last_day.is_(None), Employment.last_day >= LeaveAccount.counted_on),
        )
        .order_by(LeaveAccount.id)
        .limit(AT_ONCE)
    )
    done = 0
    for account_id in session.scalars(due).all():
        employment_id = session.get_one(LeaveAccount, account_id).employment_id
        employments.locked(session, employment_id)
        account = session.get_one(LeaveAccount, account_id, populate_existing=True)
        if account.counted_on < today:
            settle(session, account, "system", clock)
            done += 1
    for employment_id, name in _without_account(session):
        open_account(session, employment_id, name, "system", clock)
        done += 1
    return done


def _without_account(session: Session) -> Sequence[tuple[str, str]]:
    """Openings that were written before there was a ledger."""
    rows = (
        select(LeaveOpening.employment_id, LeaveOpening.kind)
        .outerjoin(
            LeaveAccount,
            (LeaveAccount.employment_id == LeaveOpening.employment_id) & (LeaveAccount.leave_type == LeaveOpening.kind),
        )
        .where(LeaveAccount.id.is_(None))
        .distinct()
        .limit(AT_ONCE)
    )
    return [(employment_id, kind) for employment_id, kind in session.execute(rows).tuples()]


def _settle_with_others(session: Session, account: LeaveAccount, actor_id: str, clock: Clock) -> None:
    """Settle an account, and annual leave where sick leave decides on it."""
    settle(session, account, actor_id, clock)
    if account.leave_type == "sick":
        annual = session.scalar(
            select(LeaveAccount).where(
                LeaveAccount.employment_id == account.employment_id, LeaveAccount.leave_type == "annual"
            )
        )
        if annual is not None:
            settle(session, annual, actor_id, clock)


def _account(session: Session, employment_id: str, name: str, actor_id: str, clock: Clock) -> LeaveAccount:
    employment = employments.locked(session, employment_id)
    held = session.scalar(
        select(LeaveAccount).where(LeaveAccount.employment_id == employment_id, LeaveAccount.leave_type == name)
    )
    if held is not None:
        return held
    made = LeaveAccount(
        **stamp(actor_id, clock),
        employment_id=employment_id,
        person_id=employment.person_id,
        legal_entity_id=employment.legal_entity_id,
        leave_type=name,
        minutes=0,
        minutes_a_day=minutes_a_day(session, employment_id),
        counted_on=china_day(clock),
        kept=False,
    )
    session.add(made)
    session.flush()
    return made


def _enter(
    session: Session,
    account: LeaveAccount,
    kind: str,
    moved: Moved,
    source: str,
    actor_id: str,
    clock: Clock,
    *,
    part: str = "",
    request_id: str | None = None,
    reason: str = "",
) -> LeaveEntry:
    held = session.scalar(select(LeaveEntry).where(LeaveEntry.source == source)) if source else None
    if held is not None:
        return held
    made = stamp(actor_id, clock)
    row = LeaveEntry(
        **made,
        account_id=account.id,
        employment_id=account.employment_id,
        person_id=account.person_id,
        leave_type=account.leave_type,
        kind=kind,
        day=moved.day,
        minutes=moved.minutes,
        part=part,
        request_id=request_id,
        reason=reason,
        source=source or f"{kind}:{made['id']}",
    )
    session.add(row)
    session.flush()
    return row


def _entries(session: Session, account: LeaveAccount, kinds: Sequence[str]) -> Sequence[LeaveEntry]:
    statement = select(LeaveEntry).where(LeaveEntry.account_id == account.id, LeaveEntry.kind.in_(kinds))
    return session.scalars(statement.order_by(LeaveEntry.id)).all()


def _moved(session: Session, employment_id: str, name: str) -> list[Moved]:
    """What was taken and given back, by day, and each correction."""
    rows = session.execute(
        select(LeaveEntry.kind, LeaveEntry.day, LeaveEntry.minutes)
        .where(
            LeaveEntry.employment_id == employment_id,
            LeaveEntry.leave_type == name,
            LeaveEntry.kind.not_in(FOLLOWS),
        )
        .order_by(LeaveEntry.day, LeaveEntry.id)
    ).tuples()
    return [Moved(day, minutes) for _, day, minutes in rows]


def _opened(session: Session, employment_id: str) -> set[str]:
    """Kinds of leave that were taken over."""
    kinds = select(LeaveOpening.kind).where(LeaveOpening.employment_id == employment_id).distinct()
    return set(session.scalars(kinds))


def _history(session: Session, employment_id: str) -> LeaveHistory | None:
    return session.scalar(select(LeaveHistory).where(LeaveHistory.employment_id == employment_id))


def _given(session: Session, employment: Employment, name: str, until: date) -> Given:
    rows = session.execute(
        select(LeaveOpening.day, func.sum(LeaveOpening.minutes))
        .where(LeaveOpening.employment_id == employment.id, LeaveOpening.kind == name)
        .group_by(LeaveOpening.day)
    ).tuples()
    openings = {day: int(minutes) for day, minutes in rows}
    a_day = minutes_a_day(session, employment.id)
    if name != "annual":
        return Given(openings, (), a_day)
    history = _history(session, employment.id)
    first_year = min([until.year, *(day.year for day in openings), *(() if history is None else (history.from_year,))])
    carry = _carries(session, employment.legal_entity_id, range(first_year, until.year + 1), a_day)
    if history is None:
        return Given(openings, (), a_day, carry)
    work = Work(employment.start_date, employment.last_day, history.months_before, history.from_year)
    sick = _sick_days(session, employment.id)
    found = accruals(ANNUAL_STEPS, work, until, sick, _years_of(session, employment.id, "annual"))
    return Given(openings, found, a_day, carry)


def _carries(session: Session, legal_entity_id: str, years: range, a_day: int) -> dict[int, Carry]:
    found = {}
    said, regions = entering.said_in(session, legal_entity_id), entering.regions_of(session, legal_entity_id)
    for year in years:
        rule = in_force(said, regions, date(year, 12, 31))["annual"]
        if rule.carries:
            days = rule.carry_days
            found[year] = Carry(None if days is None else days * a_day, rule.carry_months)
    return found


def _standing(session: Session, employment_id: str, name: str) -> dict[str, list[date]]:
    """By request, the days on which it takes leave, of requests that were not given back."""
    rows = session.execute(
        select(LeaveEntry.request_id, LeaveEntry.kind, LeaveEntry.day)
        .where(
            LeaveEntry.employment_id == employment_id,
            LeaveEntry.leave_type == name,
            LeaveEntry.kind.in_(("use", "reversal")),
        )
        .order_by(LeaveEntry.day)
    ).tuples()
    days: dict[str, list[date]] = defaultdict(list)
    back: set[str] = set()
    for request_id, kind, day in rows:
        if kind == "reversal":
            back.add(str(request_id))
        else:
            days[str(request_id)].append(day)
    return {request_id: found for request_id, found in days.items() if request_id not in back}


def _years_of(session: Session, employment_id: str, name: str) -> set[int]:
    return {day.year for days in _standing(session, employment_id, name).values() for day in days}


def _sick_days(session: Session, employment_id: str) -> dict[int, Decimal]:
    """By year, days of the calendar from the first to the last day of each sick leave."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for days in _standing(session, employment_id, "sick").values():
        for year in {day.year for day in days}:
            of_year = [day for day in days if day.year == year]
            found[year] += (of_year[-1] - of_year[0]).days + 1
    return dict(found)

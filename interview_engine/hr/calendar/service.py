"""Calendars: a notice is entered by one person, checked by another, and only then are its days worked by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_group, check_owner
from interview_engine.hr.calendar.rules import DAY_KINDS, layered
from interview_engine.hr.calendar.rules import Calendar as Calendar
from interview_engine.hr.calendar.rules import Day as Day
from interview_engine.hr.calendar.rules import days as days
from interview_engine.hr.calendar.tables import CalendarDay, CalendarNotice
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

COUNTRY = "CN"


@dataclass(frozen=True, slots=True)
class Change:
    """What a day is, and what a notice makes of it."""

    day: date
    before: str
    after: str
    name: str


def company_region(legal_entity_id: str) -> str:
    """The region of a company's own days."""
    return f"company:{legal_entity_id}"


def propose(
    session: Session,
    actor: Actor,
    region: str,
    year: int,
    days: Iterable[Day],
    source: str,
    clock: Clock,
    *,
    tentative: bool = False,
) -> CalendarNotice:
    """Enter a notice; nobody works by it until a second person has checked it.

    Args:
        days: all of the notice; they replace what the region's notice of that year set before.
        source: where it is published, or who decided it.

    Raises:
        PermissionDenied: needs "public" manage, of the group or of the company whose days they are.
        InvalidInput: `calendar.region`, `calendar.kind`, `calendar.source`, `calendar.year`.
    """
    _check(session, actor, region)
    listed = sorted(days, key=lambda one: one.day)
    if not source.strip():
        raise invalid(
            "source", "calendar.source", msg("The days have no source."), msg("Name the notice or the decision.")
        )
    for one in listed:
        if one.kind not in DAY_KINDS:
            raise invalid("kind", "calendar.kind", msg("There is no such value."), msg("Choose a kind of day."))
        if abs(one.day.year - year) > 1:
            raise invalid(
                "day",
                "calendar.year",
                msg("{day} is not of {year}.", day=str(one.day), year=year),
                msg("Change the day."),
            )
    notice = CalendarNotice(
        **stamp(actor.id, clock),
        region=region,
        year=year,
        source=source.strip()[:300],
        tentative=tentative,
        days=[{"day": one.day.isoformat(), "kind": one.kind, "name": one.name[:60]} for one in listed],
        entered_by=actor.id,
    )
    session.add(notice)
    session.flush()
    detail = {"region": region, "year": year, "days": len(listed), "tentative": tentative}
    audit.record(session, actor.id, "calendar.propose", f"calendar_notice:{notice.id}", detail, clock)
    return notice


def with_days(session: Session, region: str, year: int, changed: Iterable[Day]) -> list[Day]:
    """What a region's notice in force says for that year with some days changed: for a company that adds a day off."""
    before = _in_force(session, region, year)
    days = {
        day: Day(day, one["kind"], one["name"])
        for one in (() if before is None else before.days)
        if (day := date.fromisoformat(one["day"]))
    }
    days.update({one.day: one for one in changed})
    return [days[day] for day in sorted(days)]


def regions(session: Session) -> tuple[str, ...]:
    """Regions that have notices, the country first."""
    found = set(session.scalars(select(CalendarNotice.region).distinct()))
    return (COUNTRY, *sorted(found - {COUNTRY}))


def get_notice(session: Session, notice_id: str) -> CalendarNotice:
    """A notice. What days are off is no secret.

    Raises:
        NotFoundError: `not_found.calendar_notice`.
    """
    notice = find(session, CalendarNotice, notice_id)
    if notice is None:
        raise missing("calendar_notice", msg("notice"))
    return notice


def confirm(session: Session, actor: Actor, notice_id: str, clock: Clock) -> CalendarNotice:
    """Put a notice in force, as the second person; the region's days of its year are then as it says. Again changes
    nothing.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `calendar.same_person`, who entered it cannot check it;
        `calendar.not_proposed`; `calendar.confirmed_before`, a tentative one would replace a confirmed one.
    """
    notice = _locked(session, actor, notice_id)
    if notice.state == "in_force":
        return notice
    if notice.state != "proposed":
        raise conflict("calendar.not_proposed", msg("This notice was dropped or replaced."))
    if notice.entered_by == actor.id:
        raise conflict(
            "calendar.same_person",
            msg("Who entered a notice cannot check it."),
            msg("Ask a colleague to compare it with its source and put it in force."),
        )
    before = _in_force(session, notice.region, notice.year)
    if before is not None and notice.tentative and not before.tentative:
        raise conflict("calendar.confirmed_before", msg("The confirmed notice of that year is in force already."))
    if before is not None:
        session.execute(delete(CalendarDay).where(CalendarDay.notice_id == before.id))
        before.state = "replaced"
        touch(before, actor.id, clock)
    for one in notice.days:
        day = date.fromisoformat(one["day"])
        # a neighbouring year's notice may have set the same day; the later decision counts
        session.execute(delete(CalendarDay).where(CalendarDay.region == notice.region, CalendarDay.day == day))
        session.add(
            CalendarDay(
                **stamp(actor.id, clock),
                notice_id=notice.id,
                region=notice.region,
                day=day,
                kind=one["kind"],
                name=one["name"],
            )
        )
    notice.state = "in_force"
    notice.checked_by = actor.id
    notice.checked_at = clock.now()
    touch(notice, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "calendar.confirm", f"calendar_notice:{notice.id}", {"year": notice.year}, clock)
    return notice


def drop(session: Session, actor: Actor, notice_id: str, clock: Clock) -> CalendarNotice:
    """Drop a notice that is not in force yet.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `calendar.not_proposed`.
    """
    notice = _locked(session, actor, notice_id)
    if notice.state == "dropped":
        return notice
    if notice.state != "proposed":
        raise conflict("calendar.not_proposed", msg("This notice is in force or was replaced."))
    notice.state = "dropped"
    touch(notice, actor.id, clock)
    audit.record(session, actor.id, "calendar.drop", f"calendar_notice:{notice.id}", {}, clock)
    return notice


def changes(session: Session, notice: CalendarNotice) -> list[Change]:
    """What a notice would change, for who checks it: days that are another kind afterwards."""
    mine = {date.fromisoformat(one["day"]): one for one in notice.days}
    now = calendar(session, (notice.region,))
    before = _in_force(session, notice.region, notice.year)
    gone = set() if before is None else {date.fromisoformat(one["day"]) for one in before.days} - set(mine)
    plain = layered((), ())
    found = [Change(day, now.day(day).kind, one["kind"], one["name"]) for day, one in mine.items()]
    found += [Change(day, now.day(day).kind, plain.day(day).kind, "") for day in gone]
    return sorted((one for one in found if one.before != one.after), key=lambda one: one.day)


def calendar(session: Session, regions: Sequence[str] = (COUNTRY,)) -> Calendar:
    """The calendar of a place.

    Args:
        regions: from the widest to the narrowest: ("CN", "CN-33", "company:<id>"); a narrower one's day wins.
    """
    rows = session.execute(
        select(CalendarDay, CalendarNotice.tentative, CalendarNotice.source)
        .join(CalendarNotice, CalendarNotice.id == CalendarDay.notice_id)
        .where(CalendarDay.region.in_(regions))
    ).tuples()
    layers: dict[str, list[Day]] = {region: [] for region in regions}
    for row, tentative, source in rows:
        layers[row.region].append(Day(row.day, row.kind, row.name, tentative, source))  # type: ignore[arg-type]
    confirmed = session.scalars(
        select(CalendarNotice.year).where(
            CalendarNotice.region == regions[0],
            CalendarNotice.state == "in_force",
            CalendarNotice.tentative.is_(False),
        )
    )
    return layered(layers.values(), confirmed)


def notices(session: Session, region: str, year: int | None = None) -> list[CalendarNotice]:
    """The notices of a region, newest first. What days are off is no secret."""
    statement = select(CalendarNotice).where(CalendarNotice.region == region).order_by(CalendarNotice.id.desc())
    if year is not None:
        statement = statement.where(CalendarNotice.year == year)
    return list(session.scalars(statement))


def _check(session: Session, actor: Actor, region: str) -> None:
    kind, _, company = region.partition(":")
    if kind == "company":
        check_owner(session, actor, "public", "manage", company)
    elif region == COUNTRY or (region.startswith("CN-") and region[3:].isdigit() and len(region) == 5):
        check_group(session, actor, "public", "manage")
    else:
        raise invalid(
            "region", "calendar.region", msg("There is no such region."), msg("Use CN, CN-33 or a company's id.")
        )


def _locked(session: Session, actor: Actor, notice_id: str) -> CalendarNotice:
    notice = find(session, CalendarNotice, notice_id, lock=True)
    if notice is None:
        raise missing("calendar_notice", msg("notice"))
    _check(session, actor, notice.region)
    return notice


def _in_force(session: Session, region: str, year: int) -> CalendarNotice | None:
    return session.scalar(
        select(CalendarNotice)
        .where(CalendarNotice.region == region, CalendarNotice.year == year, CalendarNotice.state == "in_force")
        .with_for_update()
    )

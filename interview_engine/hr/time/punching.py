"""Punches: taken from phones, the code at the door, the company's networks, terminals, supervisors and corrections.

The server decides whether a place counts. Every punch is kept as it came; signs of a forged place are written on it and
hold the day for a person, they refuse nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.companies import service as companies
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.house import house
from interview_engine.hr.people.tables import Department
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.time import days_changed
from interview_engine.hr.time.rules import places
from interview_engine.hr.time.rules.places import Circle, Fix
from interview_engine.hr.time.tables import Punch, PunchPlace
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp
from interview_engine.store.secrets import Signer

SOURCES: dict[str, Text] = {
    "gps": msg("Phone, by place"),
    "code": msg("Code at the door"),
    "network": msg("Network of the company"),
    "device": msg("Terminal"),
    "supervisor": msg("Entered by a supervisor"),
    "correction": msg("Correction, approved"),
}
FLAGS: dict[str, Text] = {
    "mock": msg("the phone reports a made-up place"),
    "jump": msg("too far from the punch before"),
    "accuracy": msg("the place is not known well enough"),
    "late": msg("sent later"),
}
FORGED = frozenset({"mock", "jump", "accuracy"})
ON_TIME = timedelta(minutes=5)
OLDEST = timedelta(days=7)
"""What a phone may send afterwards; what is older is asked for as a correction."""
CODE_S = 60
"""Seconds for which a code at the door counts; the page shows a new one every half of it."""
PURPOSE = "punch_code"


@dataclass(frozen=True, slots=True)
class FromPhone:
    """What a phone sends.

    Args:
        key: its own name of the punch; the same twice is one.
        at: the moment, aware; None for now.
        code: of the door. address: from which it came, as the server sees it.
    """

    key: str
    at: datetime | None = None
    fix: Fix | None = None
    code: str = ""
    address: str = ""


def door_code(signer: Signer, place_id: str, clock: Clock) -> str:
    """The code that a door shows now."""
    return signer.sign(PURPOSE, place_id, clock.now() + timedelta(seconds=CODE_S))


def punch(session: Session, actor: Actor, given: FromPhone, signer: Signer, clock: Clock) -> Punch:
    """Take a punch of oneself; the same key again gives the same punch.

    Raises:
        ConflictError: `punch.not_here`, who does not work here. InvalidInput: `punch.key`, `punch.when`,
        `punch.where`, outside every place. PermissionDenied, GoneError: the code.
    """
    post = house().post_of(session, actor.person_id or "")
    if post is None:
        raise conflict("punch.not_here", msg("You do not work here now."), msg("Ask HR."))
    if not 8 <= len(given.key) <= 60:
        raise invalid("key", "punch.key", msg("The punch has no name of its own."),
                      msg("Reload the page and punch again."))  # fmt: skip
    key = f"phone:{post.employment_id}:{given.key}"
    employment = employments.locked(session, post.employment_id)
    held = session.scalar(select(Punch).where(Punch.key == key))
    if held is not None:
        return held
    now = clock.now()
    at = given.at or now
    if at > now + timedelta(minutes=2) or at < now - OLDEST:
        raise invalid("at", "punch.when", msg("The time of this punch is in the future, or more than 7 days ago."),
                      msg("Set the clock of the phone, or ask for a correction."))  # fmt: skip
    flags = ["late"] if now - at > ON_TIME else []
    source, place_id = _where(session, employment, given, at, signer)
    if source == "gps":
        assert given.fix is not None
        flags += places.signs(given.fix, at, _before(session, employment.id, at))
    return _write(session, actor.id, employment, at, source, key, clock, place_id=place_id, fix=given.fix, flags=flags)


def _where(
    session: Session, employment: Employment, given: FromPhone, at: datetime, signer: Signer
) -> tuple[str, str | None]:
    allowed = places_of(session, employment)
    if given.code:
        # a code that was read while there was no network counts for the moment at which it was read
        place_id = signer.verify(PURPOSE, given.code, at)
        if place_id not in {one.id for one in allowed}:
            raise _outside(None)
        return "code", place_id
    by_network = next((one for one in allowed if places.in_networks(given.address, one.networks)), None)
    if by_network is not None and given.at is None:
        return "network", by_network.id
    if given.fix is None:
        raise nowhere()
    circles = [
        Circle(one.id, one.latitude, one.longitude, one.radius_m)
        for one in allowed
        if one.latitude is not None and one.longitude is not None
    ]
    found = places.nearest(given.fix, circles)
    if found is None or found[1] > 0:
        raise _outside(None if found is None else int(found[1]))
    return "gps", found[0].id


def nowhere() -> Exception:
    """What is said to a phone that does not say where it is."""
    return invalid(
        "fix", "punch.where", msg("The phone has not said where you are."),
        msg("Allow this page your location, use the code at the door, or ask for a correction."),
    )  # fmt: skip


def _outside(metres: int | None) -> Exception:
    said = msg("This is none of the places where you punch.")
    if metres is not None:
        said = msg("You are {metres} m away from the nearest place where you punch.", metres=metres)
    return invalid("fix", "punch.where", said,
                   msg("Go there, use the code at the door, or ask for a correction."))  # fmt: skip


def _before(session: Session, employment_id: str, at: datetime) -> tuple[tuple[int, int], datetime] | None:
    row = session.scalars(
        select(Punch)
        .where(Punch.employment_id == employment_id, Punch.at < at, Punch.latitude.is_not(None))
        .order_by(Punch.at.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.latitude is None or row.longitude is None:
        return None
    return (row.latitude, row.longitude), row.at


def places_of(session: Session, employment: Employment) -> Sequence[PunchPlace]:
    """Where somebody may punch: places of the company, and of their department and those above it."""
    path = session.get_one(Department, employment.department_id).path.strip("/").split("/")
    return session.scalars(
        select(PunchPlace)
        .where(
            PunchPlace.legal_entity_id == employment.legal_entity_id,
            PunchPlace.state == "used",
            PunchPlace.department_id.is_(None) | PunchPlace.department_id.in_(path),
        )
        .order_by(PunchPlace.id)
    ).all()


def enter(
    session: Session, actor: Actor, employment_id: str, at: datetime, source: str, clock: Clock, *, reason: str = "",
    device: str = "",
) -> Punch:  # fmt: skip
    """Write a punch down: of a terminal, or as a supervisor with a reason. Needs "contact" write; nobody for
    themselves. The same moment of a terminal again is the same punch.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `punch.when`, reason. ConflictError: `punch.own`.
    """
    employment = employments.get_for(session, actor, employment_id, "write", lock=True)
    if source == "supervisor" and employment.person_id == actor.person_id:
        raise conflict("punch.own", msg("Nobody writes down punches of their own."),
                       msg("Ask for a correction, or have a colleague write it down."))  # fmt: skip
    if at > clock.now() + timedelta(minutes=2):
        raise invalid("at", "punch.when", msg("This moment is in the future."), msg("Correct it and send again."))
    said = text_within(reason, "reason", msg("reason"), 300, least=2) if source == "supervisor" else ""
    key = f"{source}:{employment_id}:{at.astimezone(UTC).isoformat()}"
    held = session.scalar(select(Punch).where(Punch.key == key))
    if held is not None:
        return held
    row = _write(session, actor.id, employment, at, source, key, clock, reason=said, device=device)
    audit.record(session, actor.id, "punch.enter", f"punch:{row.id}", {"source": source}, clock)
    return row


def correct(
    session: Session, actor_id: str, employment_id: str, moments: Sequence[datetime], request_id: str, clock: Clock
) -> list[Punch]:
    """The punches of an approved correction; the same request again changes nothing."""
    employment = employments.locked(session, employment_id)
    found = []
    for number, at in enumerate(moments, 1):
        key = f"request:{request_id}:{number}"
        held = session.scalar(select(Punch).where(Punch.key == key))
        found.append(held or _write(session, actor_id, employment, at, "correction", key, clock, request_id=request_id))
    return found


def void(session: Session, actor_id: str, punch_id: str, reason: str, clock: Clock) -> Punch:
    """Take a punch back by a further row; again changes nothing. The caller has checked."""
    row = find(session, Punch, punch_id)
    if row is None or row.source == "void":
        raise missing("punch", msg("punch"))
    employment = employments.locked(session, row.employment_id)
    key = f"void:{row.id}"
    held = session.scalar(select(Punch).where(Punch.key == key))
    if held is not None:
        return held
    return _write(session, actor_id, employment, row.at, "void", key, clock, reason=reason, voids=row.id)


def void_for(session: Session, actor: Actor, punch_id: str, reason: str, clock: Clock) -> Punch:
    """The same by hand, with a reason. Needs "contact" write; nobody for themselves.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `punch.own`. InvalidInput: reason.
    """
    row = find(session, Punch, punch_id)
    if row is None:
        raise missing("punch", msg("punch"))
    held = employments.get_for(session, actor, row.employment_id, "write")
    if held.person_id == actor.person_id:
        raise conflict("punch.own", msg("Nobody takes back punches of their own."), msg("Ask HR."))
    said = text_within(reason, "reason", msg("reason"), 300, least=2)
    made = void(session, actor.id, punch_id, said, clock)
    audit.record(session, actor.id, "punch.void", f"punch:{row.id}", {}, clock)
    return made


def standing(session: Session, employment_ids: Sequence[str], begin: datetime, end: datetime) -> dict[str, list[Punch]]:
    """By employment, the punches from `begin` on and before `end` that were not taken back. The caller has checked."""
    other = aliased(Punch)
    gone = select(other.id).where(other.voids == Punch.id).exists()
    found: dict[str, list[Punch]] = {}
    for part in employments.parts(employment_ids):
        rows = session.scalars(
            select(Punch)
            .where(Punch.employment_id.in_(part), Punch.at >= begin, Punch.at < end, Punch.source != "void", ~gone)
            .order_by(Punch.at)
        )
        for row in rows:
            found.setdefault(row.employment_id, []).append(row)
    return found


def zone_of_company(session: Session, legal_entity_id: str) -> ZoneInfo:
    """The zone of a company."""
    return ZoneInfo(companies.settings_of(session, legal_entity_id).time_zone)


def local_day(session: Session, legal_entity_id: str, at: datetime) -> tuple[ZoneInfo, datetime]:
    """The zone of a company, and a moment there."""
    zone = zone_of_company(session, legal_entity_id)
    return zone, at.astimezone(zone)


def _write(
    session: Session, actor_id: str, employment: Employment, at: datetime, source: str, key: str, clock: Clock, *,
    place_id: str | None = None, fix: Fix | None = None, flags: Sequence[str] = (), reason: str = "", device: str = "",
    request_id: str | None = None, voids: str | None = None,
) -> Punch:  # fmt: skip
    row = Punch(
        **stamp(actor_id, clock),
        employment_id=employment.id,
        person_id=employment.person_id,
        at=at.astimezone(UTC),
        source=source,
        place_id=place_id,
        latitude=None if fix is None else fix.latitude,
        longitude=None if fix is None else fix.longitude,
        accuracy_m=None if fix is None else fix.accuracy_m,
        flags=list(flags),
        device=device[:60],
        reason=reason,
        request_id=request_id,
        voids=voids,
        key=key,
    )
    session.add(row)
    session.flush()
    _, local = local_day(session, employment.legal_entity_id, at)
    days_changed.changed(session, [(employment.id, *days_changed.around(local.date()))], clock)
    return row

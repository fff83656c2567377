"""What somebody opens their payslips with on the phone: a PIN of their own, or a one-time code that is sent to them.

Neither replaces knowing who they are (WeChat, a console session, or the link of their own message): it comes on top.
Wrong tries count although they are refused, so callers commit them.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import InvalidInput, TooManyRequests
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_persons
from interview_engine.hr.accounts.service import hashed, holds
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.pay.tables import PayLock
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch
from interview_engine.store.secrets import digest
from interview_engine.store.tables import OutboxMessage
from interview_engine.store.upsert import insert_for

PIN_DIGITS = 6
PIN_TRIES = 5
"""Wrong PINs in a row; then only a code or a reset helps. A PIN has a million values."""
CODE_LIFE = timedelta(minutes=10)
CODE_PAUSE = timedelta(seconds=60)
CODE_TRIES = 5
CODES_A_DAY = 10


@dataclass(frozen=True, slots=True)
class Ways:
    """How somebody's payslips can be opened now.

    Args:
        pin: a PIN is set and may still be tried. blocked: one is set, and was wrong too often.
        code: a one-time code opens them too. sent: one is under way.
    """

    pin: bool
    blocked: bool
    code: bool
    sent: bool


def ways(session: Session, person_id: str, clock: Clock) -> Ways:
    """How somebody's payslips can be opened now."""
    row = _row(session, person_id)
    if row is None:
        return Ways(False, False, True, False)
    blocked = row.pin_hash is not None and row.tries >= PIN_TRIES
    sent = row.code_hash is not None and row.code_until is not None and clock.now() < row.code_until
    return Ways(row.pin_hash is not None and not blocked, blocked, not row.only_pin, sent and not row.only_pin)


def generation(session: Session, person_id: str) -> int:
    """What an opened door must show: it goes up when all are to be closed."""
    return session.scalar(select(PayLock.generation).where(PayLock.person_id == person_id)) or 0


def take_pin(session: Session, person_id: str, pin: str, clock: Clock) -> bool:
    """Whether this is the PIN. A wrong one counts, so the caller commits.

    Raises:
        ConflictError: `pay.no_pin`, none is set. TooManyRequests: `pay.pin_blocked`.
    """
    row = _locked(session, person_id, clock)
    if row.pin_hash is None:
        raise conflict("pay.no_pin", msg("No pay PIN is set."), msg("Have a code sent to you instead."))
    if row.tries >= PIN_TRIES:
        raise _blocked(only_pin=row.only_pin)
    if holds(row.pin_hash, _digits(pin)):
        row.tries = 0
        return True
    row.tries += 1
    touch(row, _me(person_id), clock)
    detail = {"tries": row.tries}
    audit.record(session, _me(person_id), "pay_lock.fail", f"person:{person_id}", detail, clock)
    return False


def wrong_pin(session: Session, person_id: str) -> InvalidInput:
    """What is said of a PIN that is not right."""
    row = _row(session, person_id)
    left = PIN_TRIES - (0 if row is None else row.tries)
    return invalid(
        "pin",
        "pay.pin_wrong",
        msg("This is not your pay PIN."),
        msg("Tries left: {count}. After that only a code or a reset by HR helps.", count=max(0, left)),
    )


def send_code(session: Session, person_id: str, clock: Clock, make: Callable[[], str] | None = None) -> None:
    """Send a one-time code by the way that reaches the person.

    Raises:
        ConflictError: `pay.only_pin`, the person chose the PIN alone. TooManyRequests: `pay.code_wait` (one was sent
        just now), `pay.codes` (too many today).
    """
    row = _locked(session, person_id, clock)
    now, today = clock.now(), china_day(clock)
    if row.only_pin:
        raise conflict(
            "pay.only_pin",
            msg("You chose that only your pay PIN opens your payslips."),
            msg("Type the PIN; if you forgot it, ask HR to reset it."),
        )
    if row.code_sent_at is not None and now < row.code_sent_at + CODE_PAUSE:
        raise TooManyRequests(
            "pay.code_wait",
            msg("A code was sent less than a minute ago."),
            msg("Look for it, or wait a minute and ask again."),
        )
    if row.codes_day != today:
        row.codes_day, row.codes_sent = today, 0
    if row.codes_sent >= CODES_A_DAY:
        raise TooManyRequests(
            "pay.codes",
            msg("{count} codes were sent today; no more are.", count=CODES_A_DAY),
            msg("Try again tomorrow, or use your pay PIN."),
        )
    _wipe(session, row)
    code = f"{secrets.randbelow(1_000_000):06d}" if make is None else make()
    row.code_hash, row.code_until, row.code_tries = digest(f"{row.id}:{code}"), now + CODE_LIFE, 0
    row.code_sent_at = now
    row.codes_sent += 1
    touch(row, _me(person_id), clock)
    language = session.get_one(Person, person_id).language
    said = msg("Your code: {code}", code=code).get(language)
    payload = {"title": said, "code": code, "minutes": int(CODE_LIFE.total_seconds() // 60), "language": language}
    tell_person(session, person_id, _key(row), "payslip.code", payload, clock)
    audit.record(session, _me(person_id), "pay_lock.code", f"person:{person_id}", {}, clock)


def take_code(session: Session, person_id: str, code: str, clock: Clock) -> bool:
    """Whether this is the code that was sent last; it opens once. A wrong one counts, so the caller commits.

    Raises:
        ConflictError: `pay.code_over`, none counts any more; `pay.only_pin`.
    """
    row = _locked(session, person_id, clock)
    now = clock.now()
    usable = row.code_hash is not None and row.code_until is not None and now < row.code_until
    if row.only_pin or not usable or row.code_tries >= CODE_TRIES:
        raise conflict("pay.code_over", msg("This code does not count any more."), msg("Have a new one sent to you."))
    row.code_tries += 1
    touch(row, _me(person_id), clock)
    assert row.code_hash is not None
    if not hmac.compare_digest(row.code_hash, digest(f"{row.id}:{_digits(code)}")):
        audit.record(session, _me(person_id), "pay_lock.fail", f"person:{person_id}", {"tries": row.code_tries}, clock)
        return False
    _wipe(session, row)
    row.code_hash = row.code_until = None
    # who gets the person's own messages may try the PIN again, or set another
    row.tries = 0
    return True


def wrong_code() -> InvalidInput:
    """What is said of a code that is not right."""
    return invalid("code", "pay.code_wrong", msg("This is not the code."), msg("Type the six digits of the last one."))


def set_pin(session: Session, person_id: str, pin: str, again: str, clock: Clock, *, only_pin: bool = False) -> int:
    """Set or change the PIN, once the person has opened their payslips; returns the new generation.

    Raises:
        InvalidInput: `pay.pin_form`, `pay.pin_weak`, `pay.pin_again`.
    """
    clean = _digits(pin)
    if len(clean) != PIN_DIGITS or len(pin.strip()) != PIN_DIGITS:
        raise invalid(
            "pin", "pay.pin_form", msg("A pay PIN has six digits."), msg("Type six digits that only you know.")
        )
    if _is_weak(clean):
        raise invalid(
            "pin",
            "pay.pin_weak",
            msg("This PIN is easy to guess."),
            msg("Avoid repeated digits and rows such as 123456."),
        )
    if _digits(again) != clean:
        raise invalid("again", "pay.pin_again", msg("The two PINs differ."), msg("Type the same six digits twice."))
    row = _locked(session, person_id, clock)
    changed = row.pin_hash is not None
    row.pin_hash, row.only_pin, row.tries = hashed(clean), only_pin, 0
    row.generation += 1
    touch(row, _me(person_id), clock)
    audit.record(session, _me(person_id), "pay_lock.set", f"person:{person_id}", {"only_pin": only_pin}, clock)
    if changed:
        _tell_changed(session, row, clock)
    return row.generation


def drop_pin(session: Session, person_id: str, clock: Clock) -> int:
    """Go back to codes alone; returns the new generation."""
    row = _locked(session, person_id, clock)
    if row.pin_hash is not None:
        row.pin_hash, row.only_pin, row.tries = None, False, 0
        row.generation += 1
        touch(row, _me(person_id), clock)
        audit.record(session, _me(person_id), "pay_lock.drop", f"person:{person_id}", {}, clock)
        _tell_changed(session, row, clock)
    return row.generation


def close_all(session: Session, person_id: str, clock: Clock) -> None:
    """Close the payslips on every phone and browser where they are open."""
    row = _locked(session, person_id, clock)
    row.generation += 1
    touch(row, _me(person_id), clock)


def reset_pin(session: Session, actor: Actor, person_id: str, clock: Clock) -> None:
    """Take somebody's PIN away who forgot it: codes open again. It opens nothing to whoever resets it.

    Needs "payroll" write of the person, and is told to them.

    Raises:
        PermissionDenied. NotFoundError: there is no such person. ConflictError: `pay.no_pin`.
    """
    check_persons(session, actor, "payroll", "write", [person_id])
    if find(session, Person, person_id) is None:
        raise missing("person", msg("person"))
    row = _locked(session, person_id, clock)
    if row.pin_hash is None:
        raise conflict("pay.no_pin", msg("No pay PIN is set."), msg("There is nothing to reset: a code opens it."))
    row.pin_hash, row.only_pin, row.tries = None, False, 0
    row.generation += 1
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "pay_lock.reset", f"person:{person_id}", {}, clock)
    _tell_changed(session, row, clock)


def has_pin(session: Session, person_id: str) -> bool:
    """Whether somebody has set a PIN."""
    row = _row(session, person_id)
    return row is not None and row.pin_hash is not None


def _is_weak(pin: str) -> bool:
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    return len(steps) == 1 or pin[:2] * 3 == pin or pin[:3] * 2 == pin or len(set(pin)) < 3


def _tell_changed(session: Session, row: PayLock, clock: Clock) -> None:
    key = f"payslip.pin:{row.id}:{row.generation}"
    tell_person(session, row.person_id, key, "payslip.pin_changed", {}, clock)


def _key(row: PayLock) -> str:
    return f"payslip.code:{row.id}:{row.codes_day}:{row.codes_sent}"


def _wipe(session: Session, row: PayLock) -> None:
    """Take the code out of the message that brought it: it is used, or worth nothing any more."""
    if row.codes_sent:
        message = session.scalar(select(OutboxMessage).where(OutboxMessage.dedupe_key == _key(row)))
        if message is not None:
            message.payload = {name: value for name, value in message.payload.items() if name not in ("title", "code")}


def _row(session: Session, person_id: str) -> PayLock | None:
    return session.scalar(select(PayLock).where(PayLock.person_id == person_id))


def _locked(session: Session, person_id: str, clock: Clock) -> PayLock:
    fresh = insert_for(session, PayLock).values(
        **stamp(_me(person_id), clock), person_id=person_id, only_pin=False, tries=0, code_tries=0, codes_sent=0,
        generation=0,
    )  # fmt: skip
    session.execute(fresh.on_conflict_do_nothing(index_elements=["person_id"]))
    mine = select(PayLock).where(PayLock.person_id == person_id).with_for_update()
    return session.scalars(mine.execution_options(populate_existing=True)).one()


def _blocked(*, only_pin: bool) -> TooManyRequests:
    helps = (
        msg("Ask HR to reset it; then a code opens your payslips.")
        if only_pin
        else msg("Have a code sent to you, or ask HR to reset it.")
    )
    return TooManyRequests("pay.pin_blocked", msg("The PIN was wrong too often and is blocked."), helps)


def _digits(text: str) -> str:
    """The digits of what was typed, full-width ones as plain ones."""
    return "".join(str(int(one)) for one in text if one.isdecimal())


def _me(person_id: str) -> str:
    return f"person:{person_id}"

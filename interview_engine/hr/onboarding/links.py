"""Who is behind a link to the entry form: the link says whose it is, the phone's secret that it is theirs.

A mere look binds nothing: mail scanners open every link. The first phone on which the form is begun is bound; another
one asks for a code, which goes to the person's own WeChat or mail.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import GoneError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.onboarding.tables import Onboarding, OnboardingLink
from interview_engine.hr.problems import conflict, invalid
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch
from interview_engine.store.secrets import digest, token

CODE_LIFE = timedelta(minutes=10)
CODE_PAUSE = timedelta(seconds=60)
CODE_TRIES = 5
TO_FILL = ("asked", "returned")
"""States in which the person has the form to fill in."""
MOST_CODES = 10
"""Codes of one onboarding; then HR lets another phone in."""


def six_digits() -> str:
    """A code."""
    return f"{secrets.randbelow(1_000_000):06d}"


def new_link(session: Session, row: Onboarding, actor_id: str, clock: Clock) -> str:
    """The secret part of one more link to the form."""
    secret = token()
    session.add(OnboardingLink(**stamp(actor_id, clock), onboarding_id=row.id, token_hash=digest(secret)))
    session.flush()
    return secret


def glance(session: Session, link_token: str, *, lock: bool = False) -> Onboarding:
    """The onboarding of a link, from any phone.

    Raises:
        NotFoundError: `onboarding.unknown`. GoneError: `onboarding.over`, who did not come or was called off.
    """
    onboarding_id = session.scalar(
        select(OnboardingLink.onboarding_id).where(OnboardingLink.token_hash == digest(link_token))
    )
    row = None if onboarding_id is None else find(session, Onboarding, onboarding_id, lock=lock)
    if row is None:
        raise _unknown()
    if row.state in ("no_show", "called_off"):
        raise GoneError(
            "onboarding.over", msg("This form is closed."), msg("If this is unexpected, please speak to HR.")
        )
    return row


def is_bound(row: Onboarding, device_secret: str) -> bool:
    """Whether this phone is the one on which the form was begun."""
    held = row.device_hash
    return held is not None and bool(device_secret) and hmac.compare_digest(held, digest(device_secret))


def check_device(row: Onboarding, device_secret: str) -> None:
    """Refuse every phone but that one.

    Raises:
        PermissionDenied: `onboarding.other_phone`.
    """
    if not is_bound(row, device_secret):
        raise PermissionDenied(
            "onboarding.other_phone",
            msg("This form was begun on another phone."),
            msg("Open the link there, or ask for a code on this page."),
        )


def begin(session: Session, link_token: str, clock: Clock) -> str:
    """Begin the form on this phone; returns the phone's secret.

    Raises:
        NotFoundError, GoneError: see `glance`. ConflictError: `onboarding.other_phone`, it was begun on another.
    """
    row = glance(session, link_token, lock=True)
    if row.device_hash is not None:
        raise conflict(
            "onboarding.other_phone",
            msg("This form was begun on another phone."),
            msg("Open the link there, or ask for a code on this page."),
        )
    return _bind(session, row, clock)


def send_code(session: Session, link_token: str, clock: Clock, make: Callable[[], str] = six_digits) -> None:
    """Send a code to the person whose form it is, by the way that reaches them.

    Raises:
        NotFoundError, GoneError. ConflictError: `onboarding.code_wait` (one was sent just now), `onboarding.codes`.
    """
    row = glance(session, link_token, lock=True)
    now = clock.now()
    if row.code_sent_at is not None and now < row.code_sent_at + CODE_PAUSE:
        raise conflict(
            "onboarding.code_wait",
            msg("A code was sent a moment ago."),
            msg("Look into your messages, or ask again in a minute."),
        )
    if row.codes_sent >= MOST_CODES:
        raise conflict(
            "onboarding.codes",
            msg("Too many codes were sent."),
            msg("Please ask HR to let this phone in."),
        )
    code = make()
    row.code_hash, row.code_until, row.code_tries = digest(f"{row.id}:{code}"), now + CODE_LIFE, 0
    row.codes_sent += 1
    row.code_sent_at = now
    touch(row, f"person:{row.person_id}", clock)
    key = f"onboarding.code:{row.id}:{row.codes_sent}"
    tell_person(session, row.person_id, key, "onboarding.code", {"token": code}, clock)
    audit.record(session, f"person:{row.person_id}", "onboarding.code", f"onboarding:{row.id}", {}, clock)


def take_code(session: Session, link_token: str, code: str, clock: Clock) -> str | None:
    """Let this phone take the place of the other with the code; returns its secret, None for a wrong code.

    A wrong code counts although it is refused, so the caller commits. Raises as `glance`, and ConflictError:
    `onboarding.code_over`, there is none that is valid.
    """
    row = glance(session, link_token, lock=True)
    if row.code_hash is None or row.code_until is None or clock.now() >= row.code_until or row.code_tries >= CODE_TRIES:
        raise conflict("onboarding.code_over", msg("There is no valid code."), msg("Ask for a new one."))
    if not hmac.compare_digest(row.code_hash, digest(f"{row.id}:{code.strip()}")):
        row.code_tries += 1
        touch(row, "public", clock)
        return None
    return _bind(session, row, clock)


def wrong_code() -> InvalidInput:
    """What is said of a code that is not right."""
    return invalid("code", "onboarding.code", msg("The code is not right."), msg("Check it, or ask for a new one."))


def enter(session: Session, link_token: str, person_id: str, device_secret: str, clock: Clock) -> str | None:
    """Let the phone in on which the person is signed in to their own WeChat; returns its new secret, None when it is
    known already or the form is somebody else's. Raises as `glance`.
    """
    row = glance(session, link_token, lock=True)
    if row.person_id != person_id or is_bound(row, device_secret):
        return None
    return _bind(session, row, clock)


def waiting_for_person(session: Session, person_id: str) -> list[Onboarding]:
    """The entry forms that somebody has to fill in, oldest first."""
    mine = Onboarding.person_id == person_id, Onboarding.state.in_(TO_FILL)
    return list(session.scalars(select(Onboarding).where(*mine).order_by(Onboarding.id)))


def reenter(session: Session, person_id: str, onboarding_id: str, clock: Clock) -> tuple[str, str]:
    """A link to one's own entry form and the secret of the phone that the person is signed in on; sent to nobody.

    Links that were sent stay valid; this phone takes the place of the one before.

    Raises:
        NotFoundError: `onboarding.unknown`, it is not theirs, or there is nothing to fill in.
    """
    row = find(session, Onboarding, onboarding_id, lock=True)
    if row is None or row.person_id != person_id or row.state not in TO_FILL:
        raise _unknown()
    return new_link(session, row, f"person:{person_id}", clock), _bind(session, row, clock)


def free_phone(session: Session, row: Onboarding, actor_id: str, clock: Clock) -> None:
    """Let the next phone that opens the link begin. The caller has checked that the actor may."""
    row.device_hash = row.code_hash = row.code_until = None
    row.codes_sent = row.code_tries = 0
    touch(row, actor_id, clock)
    audit.record(session, actor_id, "onboarding.free_phone", f"onboarding:{row.id}", {}, clock)


def _unknown() -> NotFoundError:
    return NotFoundError(
        "onboarding.unknown",
        msg("This link is not valid."),
        msg("Check that the whole link was copied, or ask HR for a new one."),
    )


def _bind(session: Session, row: Onboarding, clock: Clock) -> str:
    secret = token()
    row.device_hash = digest(secret)
    row.code_hash = row.code_until = None
    row.code_tries = 0
    touch(row, f"person:{row.person_id}", clock)
    audit.record(session, f"person:{row.person_id}", "onboarding.bind", f"onboarding:{row.id}", {}, clock)
    return secret


def send(session: Session, row: Onboarding, template: str, actor_id: str, clock: Clock) -> None:
    """Tell the person something with a new link to the form."""
    secret = new_link(session, row, actor_id, clock)
    payload = {
        "onboarding": row.id,
        "title": row.title,
        "start": row.first_day.isoformat(),
        "token": secret,
    }
    tell_person(session, row.person_id, f"{template}:{row.id}:{secret[:12]}", template, payload, clock)

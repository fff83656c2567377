"""Who opens a link: what stands behind it, the one-time code, the device that identified itself."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import TooManyRequests
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.people.tables import LegalEntity, Person
from interview_engine.hr.problems import conflict
from interview_engine.hr.signing import steps
from interview_engine.hr.signing.links import by_link
from interview_engine.hr.signing.standing import check_open, masked, of_device, paper_of, signer, wipe_codes
from interview_engine.hr.signing.steps import From
from interview_engine.hr.signing.tables import SignatureRequest
from interview_engine.hr.signing.texts import Paper
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import touch
from interview_engine.store.secrets import digest, token

CODE_LIFE = timedelta(minutes=10)


CODE_PAUSE = timedelta(seconds=60)


CODE_TRIES = 5


MOST_CODES = 10
"""For one request: whoever asks for more is guessing, or has the wrong address."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What stands behind a link.

    Args:
        here: this device has identified itself for it.
        address: where a code goes, masked; "" where there is no way.
    """

    request: SignatureRequest
    person: Person
    company: LegalEntity
    here: bool
    address: str

    @property
    def paper(self) -> Paper:
        """The text as it is signed."""
        return paper_of(self.request)


def open_link(session: Session, link_token: str, device: str, clock: Clock) -> Opened:
    """What stands behind a link, also after it ended; changes nothing.

    Raises:
        NotFoundError: `signing.unknown`.
    """
    row = by_link(session, link_token, clock, lock=False)
    here = bool(device and row.device_hash) and hmac.compare_digest(row.device_hash or "", digest(device))
    person = session.get_one(Person, row.person_id)
    return Opened(row, person, session.get_one(LegalEntity, row.legal_entity_id), here, masked(person))


def note_opened(session: Session, link_token: str, came: From, clock: Clock) -> SignatureRequest:
    """The link was opened for the first time; later times change nothing."""
    row = by_link(session, link_token, clock)
    if row.state == "sent":
        row.state = "opened"
        touch(row, signer(row), clock)
        steps.note(session, row, "opened", signer(row), clock, came)
    return row


def send_code(session: Session, link_token: str, came: From, clock: Clock, *, code: str | None = None) -> str:
    """Send the person a one-time code by the way that reaches them; returns where it went, masked.

    Args:
        code: six digits; drawn when None.

    Raises:
        NotFoundError, GoneError: see `check_open`. TooManyRequests: `signing.code_wait`, `signing.code_limit`.
    """
    row = by_link(session, link_token, clock)
    check_open(session, row, clock)
    now = clock.now()
    if row.code_sent_at is not None and now < row.code_sent_at + CODE_PAUSE:
        raise TooManyRequests(
            "signing.code_wait",
            msg("A code was sent less than a minute ago."),
            msg("Look for it, or wait a minute and ask again."),
        )
    if row.codes_sent >= MOST_CODES:
        raise TooManyRequests(
            "signing.code_limit",
            msg("{count} codes were sent for this contract; no more are.", count=MOST_CODES),
            msg("Ask your HR department to check your address and to send the contract again."),
        )
    drawn = code or f"{secrets.randbelow(1_000_000):06}"
    row.code_hash = _code_hash(row, drawn)
    row.code_sent_at = now
    row.code_tries = 0
    row.codes_sent += 1
    touch(row, signer(row), clock)
    person = session.get_one(Person, row.person_id)
    steps.note(session, row, "code_sent", signer(row), clock, came, address=masked(person))
    tell_person(
        session,
        row.person_id,
        f"signature.code:{row.id}:{row.codes_sent}",
        "signature.code",
        {"title": row.paper["title"], "code": drawn, "minutes": int(CODE_LIFE.total_seconds() // 60)},
        clock,
    )
    return masked(person)


def identify(
    session: Session, link_token: str, code: str, identity: str | None, came: From, clock: Clock
) -> str | None:
    """Identify the signer by the code, on this device from now on; the secret for its cookie. None: the code is wrong.

    A wrong code is written down, so the caller commits in either case.

    Args:
        identity: "wecom" or "official" where the browser proved the person's account there too.

    Raises:
        NotFoundError, GoneError: see `check_open`. ConflictError: `signing.code_old`, no code is under way any more.
    """
    row = by_link(session, link_token, clock)
    check_open(session, row, clock)
    now = clock.now()
    if row.code_hash is None or row.code_sent_at is None or now > row.code_sent_at + CODE_LIFE:
        raise _code_old()
    if row.code_tries >= CODE_TRIES:
        raise _code_old()
    row.code_tries += 1
    given = "".join(one for one in code if one.isdecimal())
    if not hmac.compare_digest(row.code_hash, _code_hash(row, _ascii_digits(given))):
        steps.note(session, row, "code_wrong", signer(row), clock, came)
        return None
    secret = token()
    if row.device_hash is not None:
        steps.note(session, row, "other_device", signer(row), clock, came)
    wipe_codes(session, row)
    row.device_hash = digest(secret)
    row.code_hash = None
    row.state = "identified"
    touch(row, signer(row), clock)
    ways = ["code"] if identity is None else [identity, "code"]
    address = masked(session.get_one(Person, row.person_id))
    steps.note(session, row, "identified", signer(row), clock, came, by=ways, address=address)
    audit.record(session, signer(row), "signature.identify", f"signature:{row.id}", {"by": ways}, clock)
    return secret


def note_shown(session: Session, link_token: str, device: str, came: From, clock: Clock, *, file: bool = False) -> None:
    """The whole document was put on the signer's screen, or given to them as a file; once for each kind and device."""
    row = of_device(session, link_token, device, clock)
    kind = "downloaded" if file else "shown"
    sha256 = row.document_sha256 or row.sent_sha256
    for step in steps.of_request(session, row.id):
        if step.kind == kind and step.device == came.device[:300] and step.detail.get("sha256") == sha256:
            return
    steps.note(session, row, kind, signer(row), clock, came, sha256=sha256)


def _code_hash(row: SignatureRequest, code: str) -> str:
    return digest(f"{row.id}:{code}")


def _ascii_digits(code: str) -> str:
    """Full-width digits as plain ones."""
    return "".join(str(int(one)) for one in code)


def _code_old() -> Exception:
    return conflict(
        "signing.code_old",
        msg("This code does not count any more."),
        msg("Have a new one sent to you."),
    )

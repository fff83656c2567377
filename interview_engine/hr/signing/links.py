"""Links to a request for a signature: made, found, revoked. A link alone shows nothing: a code follows it (D9)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import NotFoundError
from interview_engine.hr.problems import missing
from interview_engine.hr.signing.tables import SignatureLink, SignatureRequest
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch
from interview_engine.store.secrets import digest, token

OWN_LIFE = timedelta(hours=12)
"""How long a link leads on that somebody had made for the phone they are signed in on; the next visit makes another."""


def new_link(
    session: Session, request: SignatureRequest, actor_id: str, clock: Clock, *, life: timedelta | None = None
) -> str:
    """The secret part of one more link; it is kept nowhere.

    Args:
        life: how long it leads there; None: as long as the request is kept.
    """
    secret = token()
    row = SignatureLink(
        **stamp(actor_id, clock),
        request_id=request.id,
        token_hash=digest(secret),
        expires_at=None if life is None else clock.now() + life,
    )
    session.add(row)
    session.flush()
    return secret


def by_link(session: Session, link_token: str, clock: Clock, *, lock: bool = True) -> SignatureRequest:
    """The request behind a link.

    Raises:
        NotFoundError: `signing.unknown`: there is none, or the link was revoked or has run out.
    """
    link = session.scalar(select(SignatureLink).where(SignatureLink.token_hash == digest(link_token)))
    leads = link is not None and link.revoked_at is None and (link.expires_at is None or link.expires_at > clock.now())
    row = find(session, SignatureRequest, link.request_id, lock=lock) if link is not None and leads else None
    if row is None or row.state == "draft":
        raise NotFoundError(
            "signing.unknown",
            msg("This link is not valid."),
            msg("Check that the link is complete, or ask your HR department for a new one."),
        )
    return row


def own_link(session: Session, person_id: str, request_id: str, open_states: tuple[str, ...], clock: Clock) -> str:
    """A link to a contract that somebody has to sign, for the phone on which they are signed in; sent to nobody.

    Links that were sent go on leading there; one that was made so before does not. The page behind it asks for the code
    as behind any other.

    Raises:
        NotFoundError: `signature.unknown`, it is not theirs, or there is nothing to sign any more.
    """
    row = find(session, SignatureRequest, request_id, lock=True)
    if row is None or row.person_id != person_id or row.state not in open_states:
        raise missing("signature", msg("signature request"))
    me = f"person:{person_id}"
    revoke(session, row, me, clock, made_by=me)
    secret = new_link(session, row, me, clock, life=OWN_LIFE)
    audit.record(session, me, "signature.link", f"signature:{row.id}", {}, clock)
    return secret


def revoke(
    session: Session, request: SignatureRequest, actor_id: str, clock: Clock, *, made_by: str | None = None
) -> int:
    """Let the links to a request lead nowhere any more; how many did until now.

    Args:
        made_by: only those that were made by this actor.
    """
    rows = session.scalars(
        select(SignatureLink).where(SignatureLink.request_id == request.id, SignatureLink.revoked_at.is_(None))
    )
    revoked = [row for row in rows if made_by is None or row.actor == made_by]
    for row in revoked:
        row.revoked_at = clock.now()
        touch(row, actor_id, clock)
    return len(revoked)

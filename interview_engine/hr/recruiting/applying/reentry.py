"""New links to one's own interview or offer, for candidates without the message that brought the first.

Whoever has proved to be the candidate (by the identity in WeChat that is bound to the person) gets a new link; the old
one ends with it, and with the link the device: the interview goes on where the candidate now is.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import NotFoundError
from interview_engine.hr.problems import missing
from interview_engine.hr.recruiting import notices
from interview_engine.hr.recruiting.interviewing import devices
from interview_engine.hr.recruiting.tables import Application, Invitation, Offer
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import touch
from interview_engine.store.secrets import digest, token

OPEN_OFFERS = ("sent", "accepted", "declined")


@dataclass(frozen=True, slots=True)
class NewLink:
    """The interview's new link; `device_secret` belongs into this browser's cookie, None where no device was bound."""

    token: str
    device_secret: str | None


def interview_of(session: Session, person_id: str, application_id: str) -> Invitation:
    """The latest interview of one's own application that was not taken back.

    Raises:
        NotFoundError: not one's own, or there is none.
    """
    found = session.scalars(
        select(Invitation)
        .join(Application, Application.id == Invitation.application_id)
        .where(
            Application.id == application_id, Application.person_id == person_id, Invitation.state.notin_(("revoked",))
        )
        .order_by(Invitation.id.desc())
        .limit(1)
        .with_for_update(of=Invitation)
    ).one_or_none()
    if found is None:
        raise _nothing()
    return found


def reenter_interview(session: Session, person_id: str, application_id: str, clock: Clock) -> NewLink:
    """A new link to one's own interview, also after it was handed in (to correct, to object, to have it deleted).

    Raises:
        NotFoundError: as `interview_of`. GoneError: `invitation.expired`.
    """
    invitation = interview_of(session, person_id, application_id)
    devices.check_live(invitation, clock)
    actor_id = f"candidate:{invitation.id}"
    notices.wipe_token(session, f"invitation.sent:{invitation.id}")
    secret = token()
    invitation.token_hash = digest(secret)
    device = token() if invitation.device_hash is not None else None
    invitation.device_hash = None if device is None else digest(device)
    touch(invitation, actor_id, clock)
    audit.record(session, actor_id, "invitation.reenter", f"invitation:{invitation.id}", {}, clock)
    return NewLink(secret, device)


def reenter_offer(session: Session, person_id: str, application_id: str, clock: Clock) -> str:
    """The token of a new link to one's own offer.

    Raises:
        NotFoundError: not one's own, or none was sent.
    """
    offer = session.scalars(
        select(Offer)
        .join(Application, Application.id == Offer.application_id)
        .where(Application.id == application_id, Application.person_id == person_id, Offer.state.in_(OPEN_OFFERS))
        .order_by(Offer.id.desc())
        .limit(1)
        .with_for_update(of=Offer)
    ).one_or_none()
    if offer is None:
        raise _nothing()
    actor_id = f"candidate:offer:{offer.id}"
    notices.wipe_token(session, f"offer.sent:{offer.id}")
    secret = token()
    offer.token_hash = digest(secret)
    touch(offer, actor_id, clock)
    audit.record(session, actor_id, "offer.reenter", f"offer:{offer.id}", {}, clock)
    return secret


def _nothing() -> NotFoundError:
    return missing("application", msg("application"))

"""Who is behind an invitation link: the link says which interview, the device's secret says that it is its candidate.

A mere look binds nothing: mail scanners and link previews open every link they see. The first device that agrees or
starts is bound by `invitations.open_invitation`.
"""

from __future__ import annotations

import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import GoneError, NotFoundError, PermissionDenied
from interview_engine.hr.recruiting.tables import Invitation
from interview_engine.i18n import msg
from interview_engine.store.secrets import digest


def glance(session: Session, token: str) -> Invitation:
    """The invitation of a link, in any state and from any device.

    Raises:
        NotFoundError: `invitation.unknown`.
    """
    found = session.scalar(select(Invitation).where(Invitation.token_hash == digest(token)))
    if found is None:
        raise NotFoundError(
            "invitation.unknown",
            msg("There is no such interview link."),
            msg("Check that the whole link was copied; if it still does not open, ask the recruiter for a new one."),
        )
    return found


def is_bound(invitation: Invitation, device_secret: str) -> bool:
    """Whether this device is the invitation's."""
    held = invitation.device_hash
    return held is not None and bool(device_secret) and hmac.compare_digest(held, digest(device_secret))


def check_live(invitation: Invitation, clock: Clock) -> None:
    """Refuse an invitation that was revoked, or expired before it was submitted.

    Raises:
        GoneError: `invitation.revoked`, `invitation.expired`.
    """
    if invitation.state == "revoked":
        raise GoneError(
            "invitation.revoked",
            msg("This interview link has been revoked."),
            msg("If this is unexpected, ask the recruiter."),
        )
    ran_out = invitation.state == "expired" or clock.now() >= invitation.expires_at
    if invitation.state != "submitted" and ran_out:
        raise GoneError(
            "invitation.expired",
            msg("This interview link has expired."),
            msg("Ask the recruiter for more time; what you have recorded is still safe."),
        )


def check_device(invitation: Invitation, device_secret: str) -> None:
    """Refuse every device but the one on which the interview was started.

    Raises:
        PermissionDenied: `invitation.other_device`.
    """
    if not is_bound(invitation, device_secret):
        raise PermissionDenied(
            "invitation.other_device",
            msg("This interview was started on another device."),
            msg(
                "Open the link on that device, in the same browser. If you cannot, ask the recruiter to "
                "allow a new device: nothing you recorded is lost."
            ),
        )

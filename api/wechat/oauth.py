"""States of the sign-in: random, for one browser, used once, ten minutes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import PermissionDenied
from interview_engine.hr.messaging.tables import OauthState
from interview_engine.i18n import msg
from interview_engine.store.secrets import digest, token

LIFE = timedelta(minutes=10)


def new_state(session: Session, channel: str, browser: str, back: str, clock: Clock) -> str:
    """A state for this browser (its secret cookie), to come back to the page `back` (a path of ours)."""
    if not back.startswith("/") or back.startswith(("//", "/\\")):
        back = "/"
    state = token()
    now = clock.now()
    session.execute(delete(OauthState).where(OauthState.expires_at < now - LIFE))
    session.add(
        OauthState(
            state_hash=digest(state),
            browser_hash=digest(browser),
            channel=channel,
            back=back[:500],
            expires_at=now + LIFE,
        )
    )
    return state


def use_state(session: Session, channel: str, browser: str, state: str, clock: Clock) -> str:
    """Where to go back to; the state is used up.

    Raises:
        PermissionDenied: `wechat.state`: unknown, used, too old, of another browser or channel.
    """
    found = session.execute(
        update(OauthState)
        .where(
            OauthState.state_hash == digest(state),
            OauthState.browser_hash == digest(browser),
            OauthState.channel == channel,
            OauthState.used_at.is_(None),
            OauthState.expires_at > clock.now(),
        )
        .values(used_at=clock.now())
        .returning(OauthState.back)
    ).first()
    if found is None:
        raise wrong_state()
    return str(found.back)


def wrong_state() -> PermissionDenied:
    """The answer to a sign-in that this browser did not begin, or that is over."""
    return PermissionDenied(
        "wechat.state",
        msg("This sign-in has ended or was not begun on this page."),
        msg("Open the link in the message again."),
    )

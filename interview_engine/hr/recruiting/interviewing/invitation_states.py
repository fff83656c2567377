"""States of an invitation and their changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.problems import conflict
from interview_engine.hr.recruiting import notices
from interview_engine.hr.recruiting.reach import note_event
from interview_engine.hr.recruiting.rules import INVITATION_MOVES, LIVE_INVITATION, InvitationState
from interview_engine.hr.recruiting.tables import Application, Invitation
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, touch


def is_over(invitation: Invitation, now: datetime) -> bool:
    """Whether the time for answering has passed."""
    return invitation.state != "submitted" and invitation.expires_at <= now


def wrong_state(row: Invitation) -> Exception:
    """The refusal of an action that the invitation's state does not allow."""
    return conflict(
        "invitation.state",
        msg("The interview is “{state}”; this cannot be done now.", state=row.state),
    )


def where_it_was(row: Invitation) -> InvitationState:
    """The state to which an expired invitation returns when it is extended."""
    if row.consented_at is not None:
        return "consented"
    return "opened" if row.opened_at is not None else "sent"


def set_state(session: Session, row: Invitation, to: InvitationState, actor: Actor, clock: Clock) -> None:
    """Change the state, with an audit record.

    Raises:
        ConflictError: `invitation.state`.
    """
    if to not in INVITATION_MOVES[cast(InvitationState, row.state)]:
        raise wrong_state(row)
    before, row.state = row.state, to
    touch(row, actor.id, clock)
    if to in ("revoked", "expired"):
        notices.wipe_token(session, f"invitation.sent:{row.id}")
    detail = {"from": before, "to": to}
    audit.record(session, actor.id, "invitation.state", f"invitation:{row.id}", detail, clock)


def open_states(session: Session, application_id: str) -> dict[str, str]:
    """The state, by id, of every invitation of an application that `revoke_open` would take back."""
    rows = session.execute(
        select(Invitation.id, Invitation.state).where(
            Invitation.application_id == application_id, Invitation.state.in_((*LIVE_INVITATION, "expired"))
        )
    )
    return dict(rows.tuples().all())


def restore(session: Session, actor: Actor, states: Mapping[str, str], clock: Clock) -> None:
    """Give revoked invitations of a locked application the states they had; the candidates' links open them again."""
    for row_id, state in states.items():
        row = find(session, Invitation, row_id, lock=True)
        if row is None or row.state != "revoked":
            continue
        row.state = state
        touch(row, actor.id, clock)
        detail = {"from": "revoked", "to": state, "undone": True}
        audit.record(session, actor.id, "invitation.state", f"invitation:{row.id}", detail, clock)


def revoke_open(session: Session, actor: Actor, application_id: str, clock: Clock) -> None:
    """Revoke every invitation of an application that has not been submitted."""
    rows = session.scalars(
        select(Invitation)
        .where(Invitation.application_id == application_id, Invitation.state.in_((*LIVE_INVITATION, "expired")))
        .with_for_update()
    )
    for row in rows:
        set_state(session, row, "revoked", actor, clock)


def expire(session: Session, clock: Clock) -> int:
    """Job: mark lapsed invitations as expired; returns how many."""
    rows = session.scalars(
        select(Invitation)
        .where(Invitation.state.in_(LIVE_INVITATION), Invitation.expires_at <= clock.now())
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        set_state(session, row, "expired", SYSTEM, clock)
        application = find(session, Application, row.application_id)
        if application is not None:
            note_event(session, SYSTEM, application, "invitation_expired", clock)
    return len(rows)


def end_and_revive(session: Session, clock: Clock) -> int:
    """Job: invitations whose time is over, and those that a wrong clock ended too early; returns how many."""
    return revive(session, clock) + expire(session, clock)


def revive(session: Session, clock: Clock) -> int:
    """Job: restore invitations that a wrong clock expired too early; returns how many."""
    rows = session.scalars(
        select(Invitation)
        .where(Invitation.state == "expired", Invitation.expires_at > clock.now())
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        set_state(session, row, where_it_was(row), SYSTEM, clock)
    return len(rows)

"""The approval of an entry form hires: recruiting's effect, because only here is known what a hire takes along."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.onboarding import service as onboarding
from interview_engine.hr.recruiting.hiring import offers


def approval_closed(session: Session, actor: Actor, subject: str, state: str, clock: Clock) -> None:
    """The effect of the approval of an entry form: who is not employed yet is hired, the tasks open, the welcome goes
    out; or the form goes back."""
    row = onboarding.decided(session, actor, subject, state, clock)
    if row is None:
        return
    if row.state == "returned":
        onboarding.send_back(session, row, clock)
        return
    if row.employment_id is None and row.application_id is not None:
        # whoever may approve the form has hired by it, also a colleague who decides on nothing else in recruiting
        approver = replace(actor, grants=SYSTEM.grants, token_scopes=None)
        offers.hire(session, approver, row.application_id, clock)
    onboarding.welcome(session, row, clock)

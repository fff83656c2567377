"""Invitations: links to an interview, issued, extended, revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.routes.frame import Id, In, Language, Out, PageOut, list_out, new_router
from interview_engine.hr.recruiting.interviewing import invitations as service
from interview_engine.hr.recruiting.rules import InvitationState
from interview_engine.hr.recruiting.tables import Invitation

router = new_router("invitations")


class NewInvitation(In):
    """How long the invitation is valid, and its language."""

    days: int = Field(default=7, ge=1, le=service.MAX_DAYS)
    language: Language | None = Field(default=None, description="The candidate's own when left out, else English.")


class Extension(In):
    """How many days from now the invitation is to last."""

    days: int = Field(ge=1, le=service.MAX_DAYS)


class InvitationOut(Out):
    """An invitation to an interview: state, kit, policy and times; never the link itself."""

    id: str
    application_id: str
    kit_version_id: str
    state: InvitationState
    language: str
    policy: str
    automated: bool | None = Field(
        description="False when automated assessment was refused: a person reads the answers. Null before consent."
    )
    device_moves: int
    expires_at: datetime
    opened_at: datetime | None
    consented_at: datetime | None
    submitted_at: datetime | None
    receipt: str | None
    created_at: datetime


class IssuedInvitation(InvitationOut):
    """A new invitation with its link, which is given here and in the message to the candidate only."""

    link: str = Field(examples=["https://hire.example.com/i/9mX…"])


@router.get("/applications/{application_id}/invitations")
def list_invitations(application_id: Id, call: Annotated[Call, needs("interview", "read")]) -> PageOut[InvitationOut]:
    """Every invitation of an application, newest first."""
    with call.reading() as session:
        rows = service.invitations_of(session, call.actor, application_id)
    return list_out(rows, InvitationOut.model_validate)


@router.post("/applications/{application_id}/invitations", status_code=201)
def invite(
    application_id: Id, body: NewInvitation, call: Annotated[Call, needs("interview", "write")]
) -> IssuedInvitation:
    """Invite to the interview of the requisition's kit. An open invitation is revoked."""

    def work(session: Session) -> IssuedInvitation:
        issued = service.invite(session, call.actor, application_id, call.clock, days=body.days, language=body.language)
        link = f"{call.context.service.public_url}/i/{issued.token}"
        return IssuedInvitation(**_out(issued.invitation).model_dump(), link=link)

    return call.once(work)


@router.post("/invitations/{invitation_id}/extend")
def extend_invitation(
    invitation_id: Id, body: Extension, call: Annotated[Call, needs("interview", "write")]
) -> InvitationOut:
    """Extend an invitation to some days from now; link and device stay."""
    return call.once(lambda s: _out(service.extend(s, call.actor, invitation_id, body.days, call.clock)))


@router.post("/invitations/{invitation_id}/revoke")
def revoke_invitation(invitation_id: Id, call: Annotated[Call, needs("interview", "write")]) -> InvitationOut:
    """Revoke an invitation that is not submitted."""
    return call.once(lambda s: _out(service.revoke(s, call.actor, invitation_id, call.clock)))


@router.post("/invitations/{invitation_id}/move-device")
def move_device(invitation_id: Id, call: Annotated[Call, needs("interview", "write")]) -> InvitationOut:
    """Let the next device that opens the link take over."""
    return call.once(lambda s: _out(service.move_device(s, call.actor, invitation_id, call.clock)))


def _out(row: Invitation) -> InvitationOut:
    return InvitationOut.model_validate(row)

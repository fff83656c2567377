"""What people do with an application: decide, override, invite, move, offer, hire. Each with its reason (A18, A19)."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Form
from api.console.frame import done
from api.console.recruiting.application import application_page
from api.console.recruiting.words import STAGES
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.competency.service import NewEpisode, Quote
from interview_engine.hr.recruiting.applying import applications, candidates
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.reviewing import reviews
from interview_engine.hr.recruiting.reviewing.episodes import add_episode
from interview_engine.hr.recruiting.rules import DECISIONS, Decision, Stage

router = APIRouter()
HOME = "/console/applications"


@router.post(f"{HOME}/{{application_id}}/decide")
def decide(application_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Record a person's decision (advance, hold, reject) with its reason."""

    def change(session: Session) -> None:
        decision: Decision = form.choice("decision", DECISIONS)  # type: ignore[assignment]
        reviews.decide(session, actor, application_id, decision, form.raw("reason"), context.clock)

    return _on_page(application_id, request, context, actor, change, "#decision", "decided")


@router.post(f"{HOME}/{{application_id}}/override")
def override(application_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Record a person's own score beside the engine's."""
    code = form.optional("competency")

    def change(session: Session) -> None:
        score = form.number("score", 0, 10)
        reviews.override(session, actor, application_id, code, score, form.raw("why"), context.clock)

    where = f"#c-{code}" if code else "#decision"
    return _on_page(application_id, request, context, actor, change, where, "overridden")


@router.post(f"{HOME}/{{application_id}}/rerating")
def rerating(application_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Answer a candidate who requested a review by a person."""

    def change(session: Session) -> None:
        reviews.answer_rerating(session, actor, form.text("request"), form.raw("answer"), context.clock)

    return _on_page(application_id, request, context, actor, change, "", "saved")


@router.post(f"{HOME}/{{application_id}}/move")
def move(application_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Move to another stage, as the rules allow."""

    def change(session: Session) -> None:
        stage: Stage = form.choice("stage", tuple(STAGES))  # type: ignore[assignment]
        applications.move(session, actor, application_id, stage, form.text("reason"), context.clock)

    return _on_page(application_id, request, context, actor, change, "#history", "moved")


@router.post(f"{HOME}/{{application_id}}/invite")
def invite(application_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Invite; the link is shown once."""

    def change(session: Session) -> str:
        days, language = form.whole("days", 1, 60, 7), form.optional("language")
        issued = invitations.invite(session, actor, application_id, context.clock, days=days, language=language)
        return f"{context.service.public_url}/i/{issued.token}"

    return act(
        context,
        change,
        lambda link: application_page(application_id, request, context, actor, link=link),
        lambda problem: application_page(application_id, request, context, actor, problem),
    )


@router.post("/console/invitations/{invitation_id}/extend")
def extend(invitation_id: str, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Give the candidate seven more days to answer."""
    return act(
        context,
        lambda session: invitations.extend(session, actor, invitation_id, 7, context.clock),
        lambda row: done(f"{HOME}/{row.application_id}#invitation", "extended"),
    )


@router.post("/console/invitations/{invitation_id}/device")
def device(invitation_id: str, context: Ctx, actor: PageActor) -> Response:
    """Let another device open the interview."""
    return act(
        context,
        lambda session: invitations.move_device(session, actor, invitation_id, context.clock),
        lambda row: done(f"{HOME}/{row.application_id}#invitation", "device"),
    )


@router.post("/console/invitations/{invitation_id}/revoke")
def revoke(invitation_id: str, context: Ctx, actor: PageActor) -> Response:
    """Revoke the invitation: its link opens nothing any more."""
    return act(
        context,
        lambda session: invitations.revoke(session, actor, invitation_id, context.clock),
        lambda row: done(f"{HOME}/{row.application_id}#invitation", "revoked"),
    )


@router.post(f"{HOME}/{{application_id}}/offer")
def offer(application_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Draft an offer with title, pay and start; it is sent in a step of its own."""

    def change(session: Session) -> None:
        new = offers.NewOffer(
            title=form.text("offer_title"),
            monthly_pay=form.money("pay"),
            start_date=form.day("start_date"),
            note=form.raw("note"),
            days=form.whole("valid_days", 1, offers.MAX_DAYS, 7),
        )
        offers.draft_offer(session, actor, application_id, new, context.clock)

    return _on_page(application_id, request, context, actor, change, "#offer", "offered")


@router.post("/console/offers/{offer_id}/submit")
def submit_offer(offer_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Submit an offer for approval."""

    def change(session: Session) -> None:
        offers.submit_offer(session, actor, offer_id, context.clock)

    return _on_page(form.text("application"), request, context, actor, change, "#offer", "sent")


@router.post("/console/offers/{offer_id}/send")
def send_offer(offer_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Send an offer; the link is shown once."""

    def shown(issued: offers.IssuedOffer) -> Response:
        link = f"{context.service.public_url}/o/{issued.token}"
        return application_page(issued.offer.application_id, request, context, actor, offer_link=link)

    return act(
        context,
        lambda session: offers.send_offer(session, actor, offer_id, context.clock),
        shown,
        lambda problem: application_page(form.text("application"), request, context, actor, problem),
    )


@router.post("/console/offers/{offer_id}/cancel")
def cancel_offer(offer_id: str, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Withdraw an offer."""
    return act(
        context,
        lambda session: offers.cancel_offer(session, actor, offer_id, form.text("reason"), context.clock),
        lambda row: done(f"{HOME}/{row.application_id}#offer", "revoked"),
    )


@router.post(f"{HOME}/{{application_id}}/hire")
def hire(application_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Make the candidate an employee, with the interview's evidence in the file (A16)."""

    def change(session: Session) -> None:
        offers.hire(session, actor, application_id, context.clock)

    return _on_page(application_id, request, context, actor, change, "", "hired")


@router.post(f"{HOME}/{{application_id}}/episodes")
def episode(application_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Keep a behavioural event that the interview tells of, with the quotes it was told in (B3)."""
    quotes = tuple(Quote(*value.split("|", 1)) for value in form.many("quote") if "|" in value)
    new = NewEpisode(form.text("competency"), form.raw("situation"), form.raw("did"), form.raw("result"), quotes)

    def change(session: Session) -> None:
        add_episode(session, actor, context.blobs, application_id, new, context.clock)

    return _on_page(application_id, request, context, actor, change, "#episodes", "added")


@router.post("/console/flags/{flag_id}/merge")
def merge(flag_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Merge two persons (C5)."""

    def change(session: Session) -> None:
        candidates.merge(session, actor, flag_id, context.clock)

    return _on_page(form.text("application"), request, context, actor, change, "", "saved")


@router.post("/console/flags/{flag_id}/resolve")
def resolve(flag_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Resolve a flag without a change."""

    def change(session: Session) -> None:
        candidates.resolve_flag(session, actor, flag_id, context.clock)

    return _on_page(form.text("application"), request, context, actor, change, "", "saved")


def _on_page(
    application_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    change: Callable[[Session], None],
    where: str,
    what: str,
) -> Response:
    """Act on an application, then go to `where` on its page; or the page with the problem."""
    return act(
        context,
        change,
        lambda _: done(f"{HOME}/{application_id}{where}", what),
        lambda problem: application_page(application_id, request, context, actor, problem),
    )

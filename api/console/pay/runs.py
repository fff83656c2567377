"""A pay run: its payslips with what stands in the way, and the steps from working out to closing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Form
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.pay import handing_out, lock, own, questions, runs
from interview_engine.hr.pay import service as pay
from interview_engine.hr.pay.service import Explained
from interview_engine.hr.people.tables import LegalEntity, Person

router = APIRouter()
RUNS = "/console/pay-runs"
SLIPS = "/console/payslips"
QUESTIONS = "/console/payslip-questions"
STEPS: dict[str, tuple[Callable[[Session, Actor, str, Clock], Any], str]] = {
    "compute": (pay.work_out, "run_computed"),
    "review": (pay.review_run, "run_reviewed"),
    "approve": (pay.approve_run, "run_approved"),
    "paid": (pay.mark_paid, "run_paid"),
    "close": (pay.close_run, "run_closed"),
}


@router.get(f"{RUNS}/{{pay_run_id}}")
def shown(request: Request, context: Ctx, actor: PageActor, pay_run_id: str) -> Response:
    """The review: sums, then every payslip, those with checks first."""
    require(actor, "payroll", "read")
    return _page(request, context, actor, pay_run_id)


@router.post(f"{RUNS}/{{pay_run_id}}/step")
def step(request: Request, context: Ctx, actor: PageActor, pay_run_id: str, form: Form) -> Response:
    """The next step of a run, or back."""

    def change(session: Session) -> str:
        name = form.text("step")
        if name == "out":
            handing_out.hand_out(session, actor, pay_run_id, context.signer, context.clock)
            return "payslips_out"
        if name == "back":
            pay.send_back(session, actor, pay_run_id, form.text("reason"), context.clock)
            return "run_back"
        if name not in STEPS:
            raise pay.no_step()
        do, said = STEPS[name]
        do(session, actor, pay_run_id, context.clock)
        return said

    return act(
        context,
        change,
        lambda said: done(f"{RUNS}/{pay_run_id}", said),
        lambda problem: _page(request, context, actor, pay_run_id, problem),
    )


@router.get(f"{SLIPS}/{{payslip_id}}")
def slip(request: Request, context: Ctx, actor: PageActor, payslip_id: str) -> Response:
    """A payslip line by line, each explained: quantity × rate, the sentence, the parameter row and its source."""
    require(actor, "payroll", "read")
    return _slip_page(request, context, actor, payslip_id)


@router.post(f"{SLIPS}/{{payslip_id}}/check")
def check(request: Request, context: Ctx, actor: PageActor, payslip_id: str, form: Form) -> Response:
    """Pass a check of a payslip with a reason."""

    def change(session: Session) -> str:
        pay.pass_check(session, actor, payslip_id, form.text("code"), form.text("reason"), context.clock)
        return payslip_id

    return act(
        context,
        change,
        lambda _: done(f"{SLIPS}/{payslip_id}", "check_passed"),
        lambda problem: _slip_page(request, context, actor, payslip_id, problem),
    )


@router.post(f"{SLIPS}/{{payslip_id}}/again")
def again(request: Request, context: Ctx, actor: PageActor, payslip_id: str, form: Form) -> Response:
    """Work one payslip out again, the others stay."""

    def change(session: Session) -> str:
        return pay.work_out_again(session, actor, payslip_id, context.clock)

    return act(
        context,
        change,
        lambda address: done(address, "slip_again"),
        lambda problem: _slip_page(request, context, actor, payslip_id, problem),
    )


@router.post(f"{SLIPS}/{{payslip_id}}/pin")
def reset_pin(request: Request, context: Ctx, actor: PageActor, payslip_id: str) -> Response:
    """Take away the PIN that its person forgot; it opens nothing to whoever does it."""

    def change(session: Session) -> str:
        slip = runs.get_slip(session, actor, payslip_id, context.clock)
        lock.reset_pin(session, actor, slip.person_id, context.clock)
        return payslip_id

    return act(
        context,
        change,
        lambda _: done(f"{SLIPS}/{payslip_id}", "pin_reset"),
        lambda problem: _slip_page(request, context, actor, payslip_id, problem),
    )


@router.get(f"{SLIPS}/{{payslip_id}}/year")
def year(request: Request, context: Ctx, actor: PageActor, payslip_id: str) -> Response:
    """The sums of the year in which it was paid, of its person in its company."""
    require(actor, "payroll", "read")
    with context.database.transaction() as session:
        slip = runs.get_slip(session, actor, payslip_id, context.clock)
        sums = own.year_at(session, slip)
        name = session.get_one(Person, slip.person_id).name
        company = session.get_one(LegalEntity, slip.legal_entity_id).name
    return console_page(request, actor, "pay/year.html", sums=sums, name=name, company=company, slip_id=payslip_id)


@router.get(f"{QUESTIONS}/{{question_id}}")
def question(request: Request, context: Ctx, actor: PageActor, question_id: str) -> Response:
    """What somebody asks about a line of their payslip."""
    require(actor, "payroll", "read")
    return _question_page(request, context, actor, question_id)


@router.post(f"{QUESTIONS}/{{question_id}}")
def answer(request: Request, context: Ctx, actor: PageActor, question_id: str, form: Form) -> Response:
    """Answer it; the answer goes to their phone."""

    def change(session: Session) -> str:
        questions.answer(session, actor, question_id, form.text("answer"), context.signer, context.clock)
        return question_id

    return act(
        context,
        change,
        lambda _: done(f"{QUESTIONS}/{question_id}", "question_answered"),
        lambda problem: _question_page(request, context, actor, question_id, problem, form.text("answer")),
    )


def _question_page(
    request: Request,
    context: Context,
    actor: Actor,
    question_id: str,
    problem: InterviewEngineError | None = None,
    typed: str = "",
) -> Response:
    with context.database.reading() as session:
        asked = questions.seen(session, actor, question_id)
    states = questions.STATES
    return console_page(request, actor, "pay/question.html", asked=asked, states=states, problem=problem, typed=typed)


def _page(
    request: Request, context: Context, actor: Actor, run_id: str, problem: InterviewEngineError | None = None
) -> Response:
    with context.database.transaction() as session:
        seen = pay.run_page(session, actor, run_id, context.clock)
    return console_page(request, actor, "pay/run.html", seen=seen, states=pay.RUN_STATES, problem=problem)


def _slip_page(
    request: Request, context: Context, actor: Actor, slip_id: str, problem: InterviewEngineError | None = None
) -> Response:
    with context.database.transaction() as session:
        seen: Explained = pay.explained(session, actor, slip_id, context.clock)
    return console_page(request, actor, "pay/slip.html", seen=seen, states=pay.RUN_STATES, problem=problem)

"""Questions to payroll from a line of one's payslip: they reach payroll without their words, the answer comes back."""

from __future__ import annotations

from datetime import date

import pytest
from hiring_world import World
from pay_world import SIGNER, PayWorld, slips_of
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import Actor, employee_actor
from interview_engine.hr.messaging.words import words_for
from interview_engine.hr.pay import handing_out, questions
from interview_engine.hr.pay.tables import Payslip
from interview_engine.store.tables import AuditEvent, OutboxMessage

MARCH = date(2026, 3, 1)
WORDS = "养老保险 800 元怎么算？"


def handed_out(world: World, session: Session) -> tuple[Actor, Payslip, str]:
    """Somebody with their payslip, and the run."""
    pay = PayWorld(world)
    run = pay.approved(session, MARCH, people=1)
    handing_out.hand_out(session, world.actor("hr"), run.id, SIGNER, world.clock)
    (slip,) = slips_of(session, run)
    return employee_actor(slip.person_id, "zh"), slip, run.id


def test_a_question_names_its_line_reaches_payroll_and_is_answered(world: World) -> None:
    clock, hr = world.clock, world.actor("hr")
    with world.database.transaction() as session:
        me, slip, run_id = handed_out(world, session)
        position = [line["code"] for line in slip.lines].index("pension")
        row = questions.ask(session, me, slip.id, position, WORDS, clock)
        assert questions.ask(session, me, slip.id, position, WORDS, clock).id == row.id, "two taps are one question"
        assert (row.code, row.state) == ("pension", "open")
        assert handing_out.reach(session, run_id).questions == 1
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "payslip.question")).all()
        assert {one.recipient for one in told} == {hr.id}
        questions.answer(session, hr, row.id, "基数 10000 × 8%。", SIGNER, clock)
        (back,) = questions.of_slip(session, slip.id)
        assert (back.row.answer, back.row.state) == ("基数 10000 × 8%。", "answered")
        assert back.line is not None
        assert back.line.en == "Pension insurance"
        answered = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "payslip.answer")).one()
        assert answered.recipient == f"person:{slip.person_id}"
        for one in (*told, answered):
            words = words_for(one.template, one.payload, "zh", "https://x")
            assert not any(secret in words.subject + words.body + str(one.payload) for secret in ("800", "10000"))
        with pytest.raises(ConflictError):
            questions.answer(session, hr, row.id, "再答", SIGNER, clock)
        slip_id = slip.id
    with world.database.reading() as session:
        trail = session.scalars(select(AuditEvent).where(AuditEvent.subject == f"payslip:{slip_id}")).all()
        assert {one.action for one in trail} >= {"payslip.ask", "payslip.answer"}
        assert not any(secret in str(one.detail) for one in trail for secret in ("800", "10000", "养老"))


def test_nobody_asks_about_the_payslip_of_another_or_a_line_that_is_not_there(small_world: World) -> None:
    clock = small_world.clock
    with small_world.database.transaction() as session:
        me, slip, _ = handed_out(small_world, session)
        with pytest.raises(NotFoundError):
            questions.ask(session, small_world.actor("hr"), slip.id, 0, WORDS, clock)
        with pytest.raises(InvalidInput) as refused:
            questions.ask(session, me, slip.id, len(slip.lines), WORDS, clock)
        assert refused.value.code == "pay.no_line"
        with pytest.raises(InvalidInput):
            questions.ask(session, me, slip.id, None, " ", clock)
        assert questions.ask(session, me, slip.id, None, WORDS, clock).code == ""


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer", "auditor"])
def test_only_payroll_reads_and_answers(small_world: World, role: str) -> None:
    clock, other = small_world.clock, small_world.actor(role)
    with small_world.database.transaction() as session:
        me, slip, _ = handed_out(small_world, session)
        row = questions.ask(session, me, slip.id, 1, WORDS, clock)
        with pytest.raises(PermissionDenied):
            questions.seen(session, other, row.id)
        with pytest.raises(PermissionDenied):
            questions.answer(session, other, row.id, "随便", SIGNER, clock)

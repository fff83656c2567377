"""Payslips out: one message a person without a value, a link that ends, receipts, and the run that stays (G1)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hiring_world import World
from pay_world import SIGNER, PayWorld, slips_of
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, GoneError, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import employee_actor
from interview_engine.hr.messaging.words import words_for
from interview_engine.hr.pay import handing_out, own, runs
from interview_engine.hr.pay.tables import PayslipNotice, PayslipReceipt
from interview_engine.store.secrets import Signer
from interview_engine.store.tables import AuditEvent, OutboxMessage

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def messages(session: Session, template: str = "payslip.out") -> list[OutboxMessage]:
    return list(session.scalars(select(OutboxMessage).where(OutboxMessage.template == template)))


def test_everybody_is_told_once_without_a_value(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        run = pay.approved(session, MARCH)
        assert handing_out.hand_out(session, world.actor("hr"), run.id, SIGNER, world.clock) == 2
        told = messages(session)
        assert {one.recipient for one in told} == {f"person:{held.person_id}" for held in pay.people.values()}
        for one in told:
            for language in ("zh", "en", "ja", "es"):
                words = words_for(one.template, one.payload, language, "https://x")
                assert "8500" not in words.subject + words.body + str(one.payload)
                assert "https://x/pay/" in words.body
        with pytest.raises(ConflictError) as refused:
            handing_out.hand_out(session, world.actor("hr"), run.id, SIGNER, world.clock)
        assert refused.value.code == "pay.all_out"
        assert len(messages(session)) == 2


def test_payslips_are_handed_out_only_once_approved_and_then_the_run_stays(small_world: World) -> None:
    pay, hr, clock = PayWorld(small_world), small_world.actor("hr"), small_world.clock
    with small_world.database.transaction() as session:
        run = pay.approved(session, MARCH, people=1)
        runs.send_back(session, small_world.actor("administrator"), run.id, "再看一次", clock)
        with pytest.raises(ConflictError) as refused:
            handing_out.hand_out(session, hr, run.id, SIGNER, clock)
        assert refused.value.code == "pay.not_approved"
        runs.review(session, hr, run.id, clock)
        runs.approve(session, small_world.actor("administrator"), run.id, clock)
        handing_out.hand_out(session, hr, run.id, SIGNER, clock)
        with pytest.raises(ConflictError) as refused:
            runs.send_back(session, small_world.actor("administrator"), run.id, "再看一次", clock)
        assert refused.value.code == "pay.payslips_out"
        runs.mark_paid(session, hr, run.id, clock)
        runs.close(session, hr, run.id, clock)


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer", "auditor"])
def test_only_payroll_hands_out(small_world: World, role: str) -> None:
    with small_world.database.transaction() as session:
        run = PayWorld(small_world).approved(session, MARCH, people=1)
        with pytest.raises(PermissionDenied):
            handing_out.hand_out(session, small_world.actor(role), run.id, SIGNER, small_world.clock)


def test_a_link_is_signed_and_ends(small_world: World) -> None:
    pay, clock = PayWorld(small_world), small_world.clock
    with small_world.database.transaction() as session:
        run = pay.approved(session, MARCH, people=1)
        handing_out.hand_out(session, small_world.actor("hr"), run.id, SIGNER, clock)
        token = messages(session)[0].payload["token"]
        notice = handing_out.behind(session, token, SIGNER, clock)
        assert notice.person_id == pay.people["A-0"].person_id
        with pytest.raises(PermissionDenied):
            handing_out.behind(session, token, Signer("another secret, as long as the first one"), clock)
        with pytest.raises(PermissionDenied):
            handing_out.behind(session, token[:-2] + "AA", SIGNER, clock)
        clock.at += handing_out.LINK_LIFE + timedelta(seconds=1)
        with pytest.raises(GoneError):
            handing_out.behind(session, token, SIGNER, clock)


def test_a_receipt_is_written_once_when_its_person_opens_it_and_never_changes(world: World) -> None:
    pay, clock = PayWorld(world), world.clock
    with world.database.transaction() as session:
        run = pay.approved(session, MARCH)
        handing_out.hand_out(session, world.actor("hr"), run.id, SIGNER, clock)
        mine, _ = slips_of(session, run)
        me = employee_actor(mine.person_id, "zh")
        assert own.unread(session, mine.person_id) == 1
        for _ in range(2):
            assert own.open_own(session, me, mine.id, clock).slip.net == Decimal("8500.00")
        assert handing_out.reach(session, run.id) == handing_out.Reach(out=2, read=1, questions=0)
        assert own.unread(session, mine.person_id) == 0
    with world.database.reading() as session:
        opened = session.scalars(select(AuditEvent).where(AuditEvent.action == "payslip.open")).all()
        assert [(one.actor, one.subject, one.detail) for one in opened] == [(me.id, f"payslip:{mine.id}", {})]
    with pytest.raises(DBAPIError), world.database.transaction() as session:
        session.execute(update(PayslipReceipt).values(person_id=mine.person_id, actor="someone"))


def test_nobody_but_its_person_opens_a_payslip_there_and_none_before_it_is_handed_out(small_world: World) -> None:
    pay, clock = PayWorld(small_world), small_world.clock
    with small_world.database.transaction() as session:
        run = pay.approved(session, MARCH)
        mine, other = slips_of(session, run)
        me = employee_actor(mine.person_id, "zh")
        with pytest.raises(NotFoundError):
            own.open_own(session, me, mine.id, clock)
        handing_out.hand_out(session, small_world.actor("hr"), run.id, SIGNER, clock)
        for role in ("administrator", "hr", "hiring_manager", "recruiter", "auditor"):
            with pytest.raises(NotFoundError):
                own.open_own(session, small_world.actor(role), mine.id, clock)
        with pytest.raises(NotFoundError):
            own.open_own(session, me, other.id, clock)
        assert session.scalars(select(PayslipReceipt.id)).all() == []


def test_the_history_is_by_the_year_of_payment_and_the_year_sums_what_was_paid(world: World) -> None:
    pay, clock, hr = PayWorld(world), world.clock, world.actor("hr")
    with world.database.transaction() as session:
        for month in (MARCH, APRIL):
            run = pay.approved(session, month, people=1)
            handing_out.hand_out(session, hr, run.id, SIGNER, clock)
            runs.mark_paid(session, hr, run.id, clock)
            runs.close(session, hr, run.id, clock)
        person_id = pay.people["A-0"].person_id
        assert own.years(session, person_id) == [2026]
        assert [one.month for one in own.of_year(session, person_id, 2026)] == [APRIL, MARCH]
        sums = own.own_year(session, person_id, 2026)
        assert (sums.payslips, sums.gross, sums.own, sums.net) == (
            2, Decimal("20000.00"), Decimal("3000.00"), Decimal("17000.00"),
        )  # fmt: skip
        assert sums.gross - sums.own - sums.tax - sums.deductions == sums.net
        assert {one.word.en: one.amount for one in sums.lines if one.group == "contribution"} == {
            "Pension insurance": Decimal("-1600.00"),
            "Medical insurance": Decimal("-400.00"),
            "Housing fund": Decimal("-1000.00"),
        }
        assert own.own_year(session, person_id, 2025).payslips == 0
        last = slips_of(session, run)[0]
        assert own.year_at(session, last) == sums
        assert session.scalars(select(PayslipNotice.id)).all()

"""The certificate of income: an average by a stated formula, kept sealed, opened by its person alone (G1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hiring_world import World
from pay_world import PayWorld
from sqlalchemy import select

from interview_engine.errors import ConflictError, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import employee_actor
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.pay.income_certificate import income
from interview_engine.hr.pay.tables import Payslip
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.tables import RequestPaper
from interview_engine.store.tables import OutboxMessage
from pipelines.reports import paper_pdf

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def test_it_states_the_average_of_the_closed_months_and_only_its_person_opens_it(world: World) -> None:
    pay, hr, clock = PayWorld(world), world.actor("hr"), world.clock
    with world.database.transaction() as session:
        pay.rows(session)
        held = pay.hire(session, "A-1")
        me = employee_actor(held.person_id, "zh")
        with pytest.raises(ConflictError) as refused:
            requests.ask(session, me, "income_certificate", {"purpose": "贷款"}, clock)
        assert refused.value.code == "pay.no_closed_month"
        pay.attend(session, "A-1", MARCH)
        pay.attend(session, "A-1", APRIL, amounts={"commission": "1000.01"})
        pay.closed(session, MARCH)
        pay.closed(session, APRIL)
        found = income(session, held.person_id, world.entity_id)
        assert found is not None
        assert (found.months, found.gross) == (2, Decimal("21000.01"))
        assert found.gross_average == Decimal("10500.01"), "rounded half up, once"
        row = requests.ask(session, me, "income_certificate", {"purpose": "贷款"}, clock)
        approval = approvals.of_subject(session, row.kind, f"{row.kind}:{row.id}")
        assert approval is not None
        for role in ("hiring_manager", "hr"):
            pending = {one.approval.id for one in approvals.pending_for(session, world.actor(role), world.clock)}
            if approval.id in pending:
                approvals.decide(session, world.actor(role), approval.id, "approve", "", clock)
        assert row.state == "done"
        for role in ("hr", "administrator", "hiring_manager"):
            with pytest.raises(NotFoundError):
                requests.paper_for(session, world.actor(role), row.id, world.clock, proved=True)
        with pytest.raises(PermissionDenied) as refused_too:
            requests.paper_for(session, me, row.id, world.clock)
        assert refused_too.value.code == "request.personal"
        paper = requests.paper_for(session, me, row.id, world.clock, proved=True)
        content = requests.content_of(session, paper)
        said = "".join(content["zh"]["paragraphs"])
        assert all(words in said for words in ("2026-03", "2026-04", "21000.01", "÷ 2", "10500.01", "贷款"))
        assert paper_pdf.render(content["zh"], paper.created_at, language="zh").startswith(b"%PDF")
        row_id = row.id
    with world.database.reading() as session:
        kept = str(session.scalars(select(RequestPaper.content)).one())
        assert "10500" not in kept, "sealed under a key of the person"
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.payload.is_not(None))).all()
        assert not any("10500" in str(one.payload) for one in told)
        seen = requests.see(session, hr, row_id, world.clock)
        assert seen.paper is None
        assert not any("10500" in str(one.value) for one in (*seen.fields, *seen.lines))


def test_severance_and_pay_in_place_of_notice_are_no_income_of_a_month(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        pay.rows(session)
        held = pay.hire(session, "A-1")
        pay.attend(session, "A-1", MARCH)
        run = pay.closed(session, MARCH)
        slip = session.scalars(select(Payslip).where(Payslip.run_id == run.id)).one()
        before = income(session, held.person_id, small_world.entity_id)
        more = {"severance": "30000.00", "notice_pay": "10000.00", "tax_severance": "-100.00"}
        slip.lines = [*slip.lines, *({**slip.lines[0], "code": code, "amount": sum_} for code, sum_ in more.items())]
        slip.gross += Decimal(40000)
        slip.net += Decimal(39900)
        session.flush()
        assert income(session, held.person_id, small_world.entity_id) == before

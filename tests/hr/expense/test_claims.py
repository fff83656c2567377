"""A claim is sent once, approved in one transaction, paid from a list, and called off with counter-entries (F1, F6)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from expense_staff import Spender, number
from sqlalchemy import func, select

from interview_engine.errors import ConflictError, InterviewEngineError, InvalidInput, PermissionDenied
from interview_engine.hr.approvals.tables import Approval
from interview_engine.hr.expense import budgets, claims, company, lines, payouts
from interview_engine.hr.expense import service as expense
from interview_engine.hr.expense.company import NewKind, NewPerDiem
from interview_engine.hr.expense.invoices import of_fields
from interview_engine.hr.expense.tables import ExpenseAdvance, ExpenseClaim, ExpenseEntry, ExpenseLine
from interview_engine.hr.house import house
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.tables import Request, RequestEffect

NOV = date(2026, 11, 1)


def refusal(spender: Spender, claim_id: str) -> InterviewEngineError:
    with pytest.raises(InterviewEngineError) as caught:
        spender.send(claim_id)
    return caught.value


def entries(spender: Spender) -> list[tuple[date, str, Decimal]]:
    with spender.staff.world.database.reading() as session:
        rows = session.scalars(select(ExpenseEntry).order_by(ExpenseEntry.id)).all()
        return [(row.month, row.kind, row.amount) for row in rows]


def test_an_approval_charges_the_budget_and_makes_it_payable(spender: Spender) -> None:
    request_id = spender.claimed("500.00", number(1))
    claim = spender.claim_of(request_id)
    assert (claim.state, claim.payable, claim.settled) == ("approved", Decimal("500.00"), Decimal(0))
    assert entries(spender) == [(NOV, "lodging", Decimal("500.00"))]
    made = spender.payout(spender.pay())
    assert (made.state, made.total, made.count) == ("paid", Decimal("500.00"), 1)
    assert spender.claim_of(request_id).state == "paid"


def test_sent_twice_by_phone_is_one_claim(small_spender: Spender) -> None:
    first, second = small_spender.draft(key="k1"), None
    with small_spender.staff.world.database.transaction() as session:
        second = claims.begin(session, small_spender.me, "k1", small_spender.staff.world.clock).id
    assert first == second
    assert small_spender.send(first) == small_spender.send(first)
    with small_spender.staff.world.database.reading() as session:
        assert session.scalar(select(func.count(Request.id))) == 1


def test_an_invoice_is_used_once_across_claims_and_years(small_spender: Spender) -> None:
    small_spender.claimed("500.00", number(1))
    small_spender.staff.world.clock.pass_days(400)
    with pytest.raises(ConflictError) as refused:
        small_spender.draft("500.00", number(1))
    assert refused.value.code == "expense.invoice_used"
    assert "BX2026" in refused.value.message.get("en")


def test_a_stranger_is_told_only_that_it_was_used(small_spender: Spender) -> None:
    from request_staff import employ

    small_spender.claimed("500.00", number(1))
    world = small_spender.staff.world
    with world.database.transaction() as session:
        other = Spender(employ(world, session, "周宁宁"))
    with pytest.raises(ConflictError) as refused:
        other.draft("500.00", number(1))
    assert refused.value.message.get("en") == "This invoice has been used already."


def test_what_is_rejected_or_withdrawn_frees_its_invoice(small_spender: Spender) -> None:
    request_id = small_spender.send(small_spender.draft("500.00", number(1)))
    small_spender.decide(request_id, "reject")
    claim = small_spender.claim_of(request_id)
    assert claim.state == "rejected"
    world = small_spender.staff.world
    with world.database.transaction() as session:
        again = claims.again(session, small_spender.me, claim.id, world.clock)
        assert [line.invoice_number for line in lines.of_claim(session, again.id)] == [number(1)]
        assert (again.purpose, again.total) == ("去上海见客户", Decimal("500.00"))
    small_spender.decide(small_spender.send(again.id))


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("total", None, "expense.incomplete"),
        ("total", Decimal("-5.00"), "expense.amount"),
        ("day", date(2026, 11, 3), "expense.future"),
        ("kind", "yacht", "expense.kind"),
        ("invoice_number", "", "expense.number"),
    ],
)
def test_what_cannot_be_sent_names_its_line(small_spender: Spender, field: str, value: object, code: str) -> None:
    claim_id = small_spender.draft()
    with small_spender.staff.world.database.transaction() as session:
        setattr(lines.of_claim(session, claim_id)[0], field, value)
        claims.count_up(session, session.get_one(ExpenseClaim, claim_id)) if field != "total" else None
    problem = refusal(small_spender, claim_id)
    assert problem.code in (code, "expense.changed" if field == "total" else code)


def test_more_than_the_limit_of_its_kind_is_refused(small_spender: Spender) -> None:
    world = small_spender.staff.world
    with world.database.transaction() as session:
        new = NewKind("lodging", "", "", Decimal("450.00"), True, False)
        company.set_kind(session, small_spender.finance, world.entity_id, new, world.clock)
    problem = refusal(small_spender, small_spender.draft())
    assert problem.code == "expense.limit"
    assert "¥450.00" in problem.message.get("zh")


def test_a_corrected_value_is_marked_as_typed(small_spender: Spender) -> None:
    claim_id = small_spender.draft()
    world = small_spender.staff.world
    with world.database.transaction() as session:
        claim = claims.own_draft(session, small_spender.me, claim_id)
        line = lines.of_claim(session, claim_id)[0]
        seen = lines.as_invoice(line)
        from dataclasses import replace

        given = lines.Given("meals", replace(seen, total=Decimal("480.00")))
        lines.change(session, claim, line.id, given, small_spender.me.id, world.clock)
        assert line.sources["total"] == "typed"
        assert line.sources["seller"] == "xml"
        assert "typed" in line.looks


def test_another_currency_counts_by_its_stated_rate(small_spender: Spender) -> None:
    claim_id = small_spender.draft()
    world = small_spender.staff.world
    with world.database.transaction() as session:
        claim = claims.own_draft(session, small_spender.me, claim_id)
        line = lines.of_claim(session, claim_id)[0]
        given = lines.Given(
            "lodging", of_fields({"day": "2026-10-21"}, "typed"), "USD", Decimal("100"), Decimal("7.1235")
        )
        lines.change(session, claim, line.id, given, small_spender.me.id, world.clock)
        assert (line.total, line.foreign_amount, line.rate) == (Decimal("712.35"), "100", "7.1235")
        claims.count_up(session, claim)
    small_spender.send(claim_id)


def test_a_per_diem_follows_from_the_rule_of_the_level(small_spender: Spender) -> None:
    world = small_spender.staff.world
    with world.database.transaction() as session:
        for level, amount in ((None, "100.00"), (3, "180.00")):
            new = NewPerDiem("一线", "北京、上海", level, date(2026, 1, 1), None, Decimal(amount), "差旅办法 2026-1 号")
            company.set_per_diem(session, small_spender.finance, world.entity_id, new, world.clock)
        claim = claims.begin(session, small_spender.me, "", world.clock)
        rule = lines.per_diems_for(session, claim.person_id, claim.legal_entity_id, date(2026, 10, 20))[0]
        line = lines.add_per_diem(session, claim, rule.id, date(2026, 10, 20), 3, "", small_spender.me.id, world.clock)
        assert line.total == Decimal("300.00")
        with pytest.raises(InvalidInput):
            lines.add_per_diem(session, claim, rule.id, date(2025, 10, 20), 3, "", small_spender.me.id, world.clock)


def test_the_card_names_sum_and_purpose_and_the_page_what_is_left(small_spender: Spender) -> None:
    world = small_spender.staff.world
    with world.database.transaction() as session:
        budgets.set_budget(session, small_spender.finance, world.department_id, NOV, "", Decimal("400.00"), world.clock)
    claim_id = small_spender.draft()
    request_id = small_spender.send(claim_id)
    with world.database.reading() as session:
        kind = house().request_kind(session, "expense_claim")
        assert kind is not None
        assert "¥500.00 · 去上海见客户" in kind.find(session, [request_id])[request_id].title
        assert kind.facts_of is not None
        facts = kind.facts_of(session, request_id)
        assert (facts["amount"], facts["over_budget"]) == (Decimal("500.00"), "yes")
        seen = requests.see(session, world.actor("hiring_manager"), request_id, world.clock)
        said = {
            one.label.get("en"): one.value if isinstance(one.value, str) else one.value.get("en") for one in seen.lines
        }
    assert said["To be paid out"] == "¥500.00"
    assert said["Budget left"] == "¥100.00 over the budget"
    assert number(0)[:4] in said["Line 1"]


def test_a_cancellation_adds_counter_entries_and_frees_the_invoice(spender: Spender) -> None:
    advance_id = spender.advance("300.00")
    request_id = spender.claimed("500.00", number(1))
    assert (spender.open(advance_id), spender.claim_of(request_id).payable) == (Decimal(0), Decimal("200.00"))
    spender.cancel(request_id)
    assert spender.open(advance_id) == Decimal("300.00")
    assert [amount for _, _, amount in entries(spender)] == [Decimal("500.00"), Decimal("-500.00")]
    spender.claimed("500.00", number(1))
    with spender.staff.world.database.reading() as session:
        quantities = session.scalars(
            select(RequestEffect.quantity).where(RequestEffect.request_id == request_id).order_by(RequestEffect.number)
        ).all()
    assert quantities == [50_000, -30_000, -50_000, 30_000]


def test_what_was_paid_and_then_cancelled_is_owed(small_spender: Spender) -> None:
    request_id = small_spender.claimed("500.00", number(1))
    small_spender.pay()
    small_spender.cancel(request_id)
    with small_spender.staff.world.database.reading() as session:
        owed = session.scalars(select(ExpenseAdvance)).one()
        assert (owed.origin, owed.open) == ("claim", Decimal("500.00"))
        assert expense.open_at(session, small_spender.staff.employment_id) == Decimal("500.00")


def test_in_a_closed_month_it_counts_in_the_next_open_one(small_spender: Spender) -> None:
    world = small_spender.staff.world
    request_id = small_spender.claimed("500.00", number(1))
    world.clock.pass_days(35)
    with world.database.transaction() as session:
        budgets.close_month(session, small_spender.finance, world.entity_id, NOV, world.clock)
    small_spender.cancel(request_id)
    assert entries(small_spender) == [
        (NOV, "lodging", Decimal("500.00")),
        (date(2026, 12, 1), "lodging", Decimal("-500.00")),
    ]
    with world.database.transaction() as session, pytest.raises(ConflictError) as refused:
        budgets.close_month(session, small_spender.finance, world.entity_id, NOV, world.clock)
    assert refused.value.code == "expense.closed"


def test_what_stands_on_a_list_is_not_called_off(small_spender: Spender) -> None:
    request_id = small_spender.claimed("500.00", number(1))
    world = small_spender.staff.world
    with world.database.transaction() as session:
        made = payouts.make(session, small_spender.finance, world.entity_id, world.clock).id
    with pytest.raises(ConflictError) as refused:
        small_spender.cancel(request_id)
    assert refused.value.code == "expense.on_list"
    with world.database.transaction() as session:
        payouts.drop(session, small_spender.finance, made, world.clock)
    with world.database.reading() as session:
        approval = session.scalars(select(Approval).where(Approval.state == "pending")).one()
    assert approval.subject == f"expense_claim:{request_id}"


def test_lists_are_made_by_finance_alone(small_spender: Spender) -> None:
    small_spender.claimed("500.00", number(1))
    world = small_spender.staff.world
    for role in ("hiring_manager", "recruiter", "interviewer"):
        with world.database.transaction() as session, pytest.raises(PermissionDenied):
            payouts.make(session, world.actor(role), world.entity_id, world.clock)


def test_the_bank_list_names_who_has_no_account(small_spender: Spender) -> None:
    small_spender.claimed("500.00", number(1))
    world = small_spender.staff.world
    with world.database.transaction() as session:
        made = payouts.make(session, small_spender.finance, world.entity_id, world.clock).id
    with world.database.transaction() as session, pytest.raises(ConflictError) as refused:
        payouts.bank_list(session, small_spender.finance, made, "bank_sheet", "xlsx", world.clock)
    assert (refused.value.code, "林晓" in refused.value.message.get("zh")) == ("expense.left_out", True)


def test_drafts_are_their_persons_alone(small_spender: Spender) -> None:
    claim_id = small_spender.draft()
    world = small_spender.staff.world
    with world.database.reading() as session:
        with pytest.raises(InterviewEngineError):
            expense.claim_page(session, world.actor("hr"), claim_id, world.clock)
        assert session.scalar(select(func.count(ExpenseLine.id)).where(ExpenseLine.invoice_key.is_not(None))) == 0

"""Whatever order things happen in: an advance's ledger is what is open, and no more is settled and returned than was
paid; of two people who use one invoice at once, one is refused (F6)."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from expense_staff import Spender, number
from hypothesis import given
from hypothesis import strategies as st
from request_staff import employ
from sqlalchemy import func, select

from interview_engine.errors import ConflictError, InterviewEngineError
from interview_engine.hr.expense import rules
from interview_engine.hr.expense.tables import ExpenseLine

YUAN = st.integers(0, 10_000_000).map(lambda fen: Decimal(fen) / 100)


@given(YUAN, st.lists(YUAN, max_size=6))
def test_what_is_taken_and_what_is_paid_make_the_claim(total: Decimal, held: list[Decimal]) -> None:
    settled = rules.settle(total, held)
    assert sum(settled.taken) + settled.payable == total
    assert all(0 <= taken <= there for taken, there in zip(settled.taken, held, strict=True))
    assert settled.payable == max(Decimal(0), total - sum(held))


@pytest.mark.parametrize(
    "steps",
    [
        ("claim 300", "return 200", "return 600", "cancel 0"),
        ("return 400", "claim 800", "cancel 0", "return 700", "return 600"),
        ("claim 1500", "return 1", "cancel 0", "claim 200", "cancel 1", "return 1000"),
        ("return 1000", "claim 500", "cancel 0", "return 0.01"),
    ],
)
def test_settled_and_returned_never_exceed_what_was_paid(small_spender: Spender, steps: tuple[str, ...]) -> None:
    advance_id = small_spender.advance("1000.00")
    claimed: list[str] = []
    codes: set[str] = set()
    for place, step in enumerate(steps):
        what, amount = step.split()
        try:
            if what == "claim":
                claimed.append(small_spender.claimed(amount, number(100 + place)))
            elif what == "return":
                small_spender.give_back(advance_id, amount)
            else:
                small_spender.cancel(claimed[int(amount)])
        except InterviewEngineError as refused:
            codes.add(refused.code)
        # `open` compares the row with the sum of its entries
        assert 0 <= small_spender.open(advance_id) <= Decimal("1000.00")
    assert codes <= {"expense.advance_open"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_who_send_one_invoice_at_once_one_is_refused(spender: Spender, order: tuple[int, int]) -> None:
    world = spender.staff.world
    with world.database.transaction() as session:
        other = Spender(employ(world, session, "周宁宁"))
    people = (spender, other)
    drafts = [people[place].draft("500.00", number(7)) for place in order]
    world.clock.ticks = False
    barrier, ended = threading.Barrier(2), [""] * 2

    def send(place: int) -> None:
        barrier.wait()
        try:
            people[order[place]].send(drafts[place])
            ended[place] = "sent"
        except ConflictError as refused:
            ended[place] = refused.code

    threads = [threading.Thread(target=send, args=(place,)) for place in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(ended) == ["expense.invoice_used", "sent"]
    with world.database.reading() as session:
        assert session.scalar(select(func.count(ExpenseLine.id)).where(ExpenseLine.invoice_key.is_not(None))) == 1

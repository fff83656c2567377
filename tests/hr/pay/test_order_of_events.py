"""In which order a month's events are entered makes no difference to what is paid (F4, G1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

from hiring_world import World
from pay_world import CITY, PayWorld
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import pay_rates
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.pay import profiles
from interview_engine.hr.pay.gathering import gather, material
from interview_engine.hr.pay.slip import compute
from interview_engine.hr.pay.tables import PayRun

MARCH = date(2026, 3, 1)
EVENTS = ("raise", "raise again", "leave", "cancel", "profile")
ORDERS = [order for order in permutations(EVENTS) if order.index("leave") < order.index("cancel")]


def events(session: Session, pay: PayWorld, number: str) -> Mapping[str, Callable[[], object]]:
    """What happens to somebody who joins on 9 March: two raises, leave that is cancelled, another base with a post."""
    held, clock = pay.people[number], pay.world.clock
    more = {"addition": "50.00"}

    def profile() -> object:
        new = profiles.NewProfile("employee", CITY, Decimal(9000), Decimal(9000), Decimal(1000), Decimal(0), "months",
                                  {"post": "300.00"}, {})  # fmt: skip
        return profiles.set_profile(
            session, SYSTEM, session.get_one(Employment, held.id), date(2026, 3, 20), new, clock
        )

    return {
        "raise": lambda: pay_rates.set_pay(session, SYSTEM, held.id, 1_200_000, date(2026, 3, 16), clock),
        "raise again": lambda: pay_rates.set_pay(session, SYSTEM, held.id, 1_300_000, date(2026, 3, 23), clock),
        "leave": lambda: pay.attend(session, number, MARCH, unpaid_days=Decimal(2), amounts=more),
        "cancel": lambda: pay.attend(session, number, MARCH, amounts=more),
        "profile": profile,
    }


def lines(session: Session, pay: PayWorld, number: str) -> list[tuple[str, str]]:
    held = pay.people[number]
    given = material(session, held.legal_entity_id, MARCH, held.id)
    run = PayRun(legal_entity_id=held.legal_entity_id, month=MARCH, number=0, pay_day=date(2026, 3, 31),
                 method="workdays", state="draft")  # fmt: skip
    inputs: Any = gather(given, given.employments[0], run)
    return [(one.code, str(one.amount)) for one in compute(inputs).lines]


def test_every_order_of_raises_leave_its_cancellation_and_a_new_profile_pays_the_same(small_world: World) -> None:
    assert len(ORDERS) == 60
    pay = PayWorld(small_world)
    found = set()
    with small_world.database.transaction() as session:
        pay.rows(session)
        for place, order in enumerate(ORDERS):
            number = f"O-{place}"
            pay.hire(session, number, 10000, date(2026, 3, 9))
            do = events(session, pay, number)
            for event in order:
                do[event]()
            session.flush()
            found.add(tuple(lines(session, pay, number)))
    (paid,) = found
    # 5, 5 and 7 of 22 workdays at 10,000, 12,000 and 13,000; the post for those 17 days
    assert paid[:5] == (
        ("base", "2272.73"), ("base", "2727.27"), ("base", "4136.36"), ("post", "231.82"), ("addition", "50.00"),
    )  # fmt: skip

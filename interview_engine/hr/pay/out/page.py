"""What the page of a run's files shows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.pay.out.payees import OUT, run_to_export
from interview_engine.hr.pay.tables import PayJournalLine, PayRun
from interview_engine.hr.people.tables import LegalEntity


@dataclass(frozen=True, slots=True)
class OutPage:
    """A run, whether anything may go out of it, and how many lines of its journal are posted, with their sum."""

    run: PayRun
    ready: bool
    company: str
    posted: int
    debit: Decimal


def out_page(session: Session, actor: Actor, run_id: str) -> OutPage:
    """See `payees.run_to_export` for what is raised."""
    run = run_to_export(session, actor, run_id)
    count, debit = session.execute(
        select(func.count(PayJournalLine.id), func.sum(PayJournalLine.debit)).where(PayJournalLine.run_id == run.id)
    ).one()
    company = session.get_one(LegalEntity, run.legal_entity_id).name
    return OutPage(run, run.state in OUT, company, count, debit or Decimal("0.00"))

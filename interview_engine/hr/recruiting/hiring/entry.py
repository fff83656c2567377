"""Who has accepted an offer is asked to fill in the entry form; nothing that the application knows is asked there."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.onboarding import service as onboarding
from interview_engine.hr.onboarding.service import NewOnboarding, Onboarding
from interview_engine.hr.recruiting.tables import Application, Offer, Requisition


def ask_for_entry(
    session: Session, actor_id: str, offer: Offer, application: Application, requisition: Requisition, clock: Clock
) -> Onboarding:
    """Send the entry form; where it was sent already it is given again."""
    new = NewOnboarding(
        application.person_id,
        requisition.legal_entity_id,
        requisition.department_id,
        offer.title,
        date.fromisoformat(offer.start_date),
        application_id=application.id,
        owner_account_id=requisition.owner_account_id,
        job_description=requisition.description,
    )
    return onboarding.begin(session, actor_id, new, clock)

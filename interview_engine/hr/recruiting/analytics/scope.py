"""Which applications an actor's figures are made of."""

from __future__ import annotations

from typing import Any

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import scoped
from interview_engine.hr.recruiting.tables import Application, Requisition


def within_reach(statement: Any, actor: Actor, requisition_id: str | None) -> Any:
    """A statement over Application and Requisition, narrowed to those whose interviews the actor may read.

    Args:
        requisition_id: one requisition; None is all of them.
    """
    narrowed = scoped(
        statement,
        actor,
        "interview",
        "read",
        department=Requisition.department_id,
        legal_entity=Requisition.legal_entity_id,
        person=Application.person_id,
    )
    return narrowed if requisition_id is None else narrowed.where(Application.requisition_id == requisition_id)

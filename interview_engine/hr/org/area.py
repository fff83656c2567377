"""What the organisation hands over: companies and departments."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, Subject
from interview_engine.hr.org.department_list import DEPARTMENTS
from interview_engine.hr.org.service import forget_person
from interview_engine.hr.removal import Removal


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    if removal.whole:
        forget_person(session, person_id)


AREA = Area(
    name="org",
    erase=_erase,
    subjects=(Subject("department"), Subject("legal_entity")),
    lists=(DEPARTMENTS,),
)

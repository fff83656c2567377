"""What employment hands over: who works here."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, PersonColumn, Subject
from interview_engine.hr.employment.service import empty_files, works_here
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.removal import Removal


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    removal.count("employment.interview", empty_files(session, person_id))


def _places() -> Select[str, str, str]:
    return select(Employment.person_id, Employment.department_id, Employment.legal_entity_id)


AREA = Area(
    name="employment",
    tables=(Employment,),
    persons=(
        PersonColumn(
            Employment.person_id, "emptied", "the law asks the employer to keep it; what an interview left in it goes"
        ),
    ),
    places=(_places,),
    erase=_erase,
    holds=works_here,
    subjects=(Subject("employment", told=True),),
)

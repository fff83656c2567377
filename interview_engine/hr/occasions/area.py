"""What occasions hand over."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, Job, PersonColumn, Subject
from interview_engine.hr.occasions.morning import tell_all
from interview_engine.hr.occasions.tables import Occasion
from interview_engine.hr.removal import Removal


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    if removal.whole:
        removal.delete(session, Occasion, Occasion.person_id == person_id)


AREA = Area(
    name="occasions",
    tables=(Occasion,),
    persons=(PersonColumn(Occasion.person_id, "forgotten", "that somebody who works here was congratulated already"),),
    erase=_erase,
    subjects=(Subject("occasion"),),
    jobs=(Job("occasions of the day", 600.0, tell_all, by_date=True),),
)

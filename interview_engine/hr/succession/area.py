"""What succession hands over."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, Module, PersonColumn, Subject
from interview_engine.hr.removal import Removal
from interview_engine.hr.succession.lists import SUCCESSIONS
from interview_engine.hr.succession.tables import Succession
from interview_engine.i18n import msg


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    if not removal.whole:
        return
    removal.delete(session, Succession, Succession.successor_person_id == person_id)
    session.execute(update(Succession).where(Succession.holder_person_id == person_id).values(holder_person_id=None))


AREA = Area(
    name="succession",
    module=Module(
        "succession",
        msg("Succession"),
        msg("Key posts, who is planned for them and how ready they are."),
    ),
    tables=(Succession,),
    persons=(
        PersonColumn(Succession.holder_person_id, "forgotten", "the post stays, and is vacant"),
        PersonColumn(Succession.successor_person_id, "forgotten", "a plan for somebody who is not known any more"),
    ),
    erase=_erase,
    subjects=(Subject("succession"),),
    lists=(SUCCESSIONS,),
)

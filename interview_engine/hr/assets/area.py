"""What assets hand over."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, PersonColumn, Subject
from interview_engine.hr.assets.lists import ASSETS
from interview_engine.hr.assets.tables import AssetHolding
from interview_engine.hr.removal import Removal


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    if removal.whole:
        removal.delete(session, AssetHolding, AssetHolding.person_id == person_id)


AREA = Area(
    name="assets",
    tables=(AssetHolding,),
    persons=(
        PersonColumn(AssetHolding.person_id, "forgotten", "what of the company is in whose hands is property to count"),
    ),
    erase=_erase,
    subjects=(Subject("asset", told=True),),
    lists=(ASSETS,),
)

"""What competency hands over: the model, kits, surveys, and each person's record."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, MessageTemplate, Module, PersonColumn, Subject
from interview_engine.hr.competency.promotion import PROMOTION
from interview_engine.hr.competency.tables import (
    CompetencyEvidence,
    CompetencyRow,
    Episode,
    KitVersion,
    RoleProfile,
    Survey,
    SurveyResponse,
)
from interview_engine.hr.removal import Removal
from interview_engine.hr.requests.service import as_request
from interview_engine.i18n import msg

_RECORD = "the competency record is a person's own"


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    removal.delete(session, CompetencyEvidence, CompetencyEvidence.person_id == person_id)
    removal.delete(session, Episode, Episode.person_id == person_id)
    removal.delete(session, SurveyResponse, SurveyResponse.person_id == person_id)


AREA = Area(
    name="competency",
    module=Module(
        "competency",
        msg("Competencies and surveys"),
        msg("The competency model, role profiles, promotions and surveys. Interview kits belong to recruiting."),
    ),
    tables=(CompetencyEvidence, CompetencyRow, Episode, KitVersion, RoleProfile, Survey, SurveyResponse),
    persons=(
        PersonColumn(CompetencyEvidence.person_id, "erased", _RECORD),
        PersonColumn(Episode.person_id, "erased", _RECORD),
        PersonColumn(SurveyResponse.person_id, "erased", "answers are a person's own"),
    ),
    erase=_erase,
    requests=(as_request(PROMOTION),),
    messages={
        "survey.sent": MessageTemplate(
            msg("A survey for you: {title}"),
            msg("Hello,\n\nplease answer the survey “{title}”:\n{link}"),
            "/s/{token}",
        ),
    },
    subjects=(
        Subject("competency"),
        Subject("episode"),
        Subject("kit", told=True),
        Subject("portrait"),
        Subject("profile", told=True),
        Subject("survey", told=True),
    ),
)

"""What the retention schedule destroys of leaving: what somebody answered on the way out (D10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.area import KeptKind, Over
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.months import add_months
from interview_engine.hr.offboarding.tables import ExitInterview, Separation
from interview_engine.hr.removal import Removal
from interview_engine.i18n import msg

EXIT_INTERVIEW = "exit_interview"


def _over(session: Session, months: int, _: int, until: date) -> Sequence[Over]:
    rows = session.execute(
        select(ExitInterview.id, ExitInterview.person_id, Employment.last_day)
        .join(Separation, Separation.id == ExitInterview.separation_id)
        .join(Employment, Employment.id == Separation.employment_id)
        .where(ExitInterview.state == "answered", Employment.state == "left", Employment.last_day <= until)
    ).tuples()
    found = [Over(row_id, person_id, add_months(last, months)) for row_id, person_id, last in rows if last is not None]
    return sorted((one for one in found if one.day <= until), key=lambda one: (one.day, one.subject_id))


def erase_exit_interview(session: Session, interview_id: str, removal: Removal) -> None:
    """The interview goes; that and when somebody left stays."""
    removal.delete(session, ExitInterview, ExitInterview.id == interview_id)


EXIT_KEPT = KeptKind(EXIT_INTERVIEW, msg("Answers on leaving"), _over)

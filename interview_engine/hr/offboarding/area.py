"""What offboarding hands over."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, Job, MessageTemplate, PersonColumn, Subject, in_transaction
from interview_engine.hr.offboarding.following import follow, not_begun
from interview_engine.hr.offboarding.lists import SEPARATIONS
from interview_engine.hr.offboarding.resignation import RESIGNATION
from interview_engine.hr.offboarding.retained import EXIT_INTERVIEW, EXIT_KEPT, erase_exit_interview
from interview_engine.hr.offboarding.separations import names_for
from interview_engine.hr.offboarding.tables import ExitInterview, FinalSettlement, Separation
from interview_engine.hr.removal import Removal
from interview_engine.hr.requests.service import as_request
from interview_engine.i18n import msg

_LAW = "the law asks the employer to keep it"


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    removal.delete(session, ExitInterview, ExitInterview.person_id == person_id)
    emptied = update(Separation).where(Separation.person_id == person_id)
    session.execute(emptied.values(reason="", withdrawn_reason=""))


AREA = Area(
    name="offboarding",
    not_begun=not_begun,
    tables=(Separation, ExitInterview, FinalSettlement),
    persons=(
        PersonColumn(Separation.person_id, "emptied", f"{_LAW}: that and when somebody left; the reasons go"),
        PersonColumn(ExitInterview.person_id, "erased", "what somebody said on leaving is theirs"),
        PersonColumn(FinalSettlement.person_id, "kept", f"{_LAW}: it is what the last pay was computed from"),
    ),
    erase=_erase,
    kept=(EXIT_KEPT,),
    erasures={EXIT_INTERVIEW: erase_exit_interview},
    requests=(as_request(RESIGNATION),),
    messages={
        "exit_interview.offered": MessageTemplate(
            msg("Some questions before you leave"),
            msg("Hello,\n\nbefore you leave we would like to ask six short questions. HR reads the answers, your "
                "manager does not, and you may decline:\n{link}"),
            "/wechat/my/leaving",
        ),
    },
    names={"separation": names_for},
    subjects=(Subject("separation", told=True), Subject("exit_interview"), Subject("settlement", told=True)),
    lists=(SEPARATIONS,),
    jobs=(Job("leavers", 120.0, in_transaction(follow), by_date=True),),
)  # fmt: skip

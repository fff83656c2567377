"""What employment hands over: who works here."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, Job, KeptKind, PersonColumn, Subject, in_transaction
from interview_engine.hr.employment.assignments import move_those_due
from interview_engine.hr.employment.certificate import CERTIFICATE
from interview_engine.hr.employment.employee_list import EMPLOYEES
from interview_engine.hr.employment.pay_change import PAY_CHANGE
from interview_engine.hr.employment.pay_rates import erase_pay, pay_over
from interview_engine.hr.employment.posts import post_of
from interview_engine.hr.employment.service import empty_files, works_here
from interview_engine.hr.employment.states import step_those_due
from interview_engine.hr.employment.tables import Assignment, EmployeeNumber, Employment, LifecycleEvent, PayRate
from interview_engine.hr.employment.transfer_request import TRANSFER
from interview_engine.hr.removal import Removal
from interview_engine.hr.requests.service import as_request
from interview_engine.i18n import msg

_LAW = "the law asks the employer to keep it"


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    removal.count("employment.interview", empty_files(session, person_id))


def _places() -> Select[str, str, str]:
    return select(Employment.person_id, Employment.department_id, Employment.legal_entity_id)


AREA = Area(
    name="employment",
    tables=(Employment, EmployeeNumber, Assignment, PayRate, LifecycleEvent),
    persons=(
        PersonColumn(Employment.person_id, "emptied", f"{_LAW}; what an interview left in it goes"),
        PersonColumn(EmployeeNumber.person_id, "kept", _LAW),
        PersonColumn(Assignment.person_id, "kept", _LAW),
        PersonColumn(Assignment.manager_person_id, "kept", f"{_LAW}: of whom it says where they worked"),
        PersonColumn(PayRate.person_id, "kept", _LAW),
        PersonColumn(LifecycleEvent.person_id, "kept", f"{_LAW}; it holds identifiers, states and days only"),
    ),
    places=(_places,),
    post_of=post_of,
    requests=tuple(as_request(kind) for kind in (CERTIFICATE, TRANSFER, PAY_CHANGE)),
    kept=(KeptKind("pay_record", msg("Records of pay"), pay_over),),
    erasures={"pay_record": erase_pay},
    erase=_erase,
    holds=works_here,
    subjects=(Subject("employment", told=True),),
    lists=(EMPLOYEES,),
    jobs=(
        Job("moves of employees", 60.0, in_transaction(move_those_due), by_date=True),
        Job("states of employments", 60.0, in_transaction(step_those_due), by_date=True),
    ),
)

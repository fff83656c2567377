"""What requests hand over: the engine's tables, lists and messages. The kinds other areas hand over, and companies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, Job, MessageTemplate, PersonColumn, Subject, Watch, in_transaction
from interview_engine.hr.removal import Removal
from interview_engine.hr.requests.deciding import apply_due
from interview_engine.hr.requests.erasing import empty_requests
from interview_engine.hr.requests.own_kinds import own_kinds
from interview_engine.hr.requests.request_list import HEALTH_REQUESTS, PAY_REQUESTS, REQUESTS
from interview_engine.hr.requests.seeing import found_for
from interview_engine.hr.requests.tables import OwnRequestKind, Request, RequestEffect, RequestPaper
from interview_engine.i18n import msg


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    empty_requests(session, person_id, removal)


def _concerned(session: Session, ids: Sequence[str]) -> Mapping[str, set[str]]:
    rows = select(Request.id, Request.person_id, Request.asked_by_person_id).where(Request.id.in_(ids))
    return {row_id: {f"person:{one}" for one in persons} for row_id, *persons in session.execute(rows).tuples()}


AREA = Area(
    name="requests",
    tables=(Request, RequestEffect, RequestPaper, OwnRequestKind),
    persons=(
        PersonColumn(Request.person_id, "emptied", "that and when something was asked for belongs to the employment"),
        PersonColumn(Request.asked_by_person_id, "kept", "who asked for something in the company's name"),
        PersonColumn(RequestPaper.person_id, "erased", "a paper that was made for somebody is theirs"),
    ),
    erase=_erase,
    more_requests=own_kinds,
    messages={
        "request.decided": MessageTemplate(
            msg("There is news about a request of yours"),
            msg("Open to see what became of it:\n{link}"),
            "/wechat/my/requests/{request}",
        ),
    },
    subjects=(Subject("request", told=True, concerns=_concerned), Subject("request_kind")),
    watches=(Watch("request", found_for),),
    lists=(REQUESTS, PAY_REQUESTS, HEALTH_REQUESTS),
    jobs=(Job("requests whose day has come", 60.0, in_transaction(apply_due), by_date=True),),
)

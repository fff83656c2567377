"""What employees see on the phone: today, their own file, their team (J2, D7)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.candidate.entry import keep_entry_phone
from api.candidate.own_applications import applications_address
from api.console.employees.sections import lines_of
from api.console.system.notices import LEVELS
from api.console.work.approvals import waiting_for
from api.context import Context
from api.deps import Ctx
from api.export import attachment
from api.i18n import language_of
from api.phone.balances import own_balances
from api.phone.employee import EXPORT, FILE, PHOTO, TEAM, TODAY, EmployeeActor
from api.phone.leaving import LEAVING, own_leaving
from api.phone.pages import proved
from api.phone.pay.door import HOME as PAY
from api.phone.performance.feedback import HOME as FEEDBACK
from api.phone.performance.pages import HOME as PERFORMANCE
from api.phone.shifts import SHIFTS
from api.phone.time import TIME
from api.phone.todo import TODO
from api.render import page
from interview_engine.clock import china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employment
from interview_engine.hr.employment.employee_list import STATES
from interview_engine.hr.employment.numbers import number_of
from interview_engine.hr.employment.team import team_of
from interview_engine.hr.files import contracts, documents, entries, photos
from interview_engine.hr.house import house
from interview_engine.hr.messaging import notices
from interview_engine.hr.onboarding import links as entry_links
from interview_engine.hr.org.service import department_names
from interview_engine.hr.pay import own as own_pay
from interview_engine.hr.people.tables import Person
from interview_engine.hr.performance import own as own_performance
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.kinds import STATES as STATES_OF_REQUESTS
from interview_engine.hr.signing import service as signing
from interview_engine.hr.tasks import service as tasks

router = APIRouter()
SHOWN = 5
"""Lines of a part: the rest is a tap away."""
UNDER_WAY = ("pending", "cancelling")
"""States of requests of one's own that still wait."""
SOON = timedelta(days=30)
"""Anniversaries that the page of the day shows."""


@router.get(TODAY)
def today(request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """What waits for me, what I was told, the way to the rest."""
    day = china_day(context.clock)
    with context.database.reading() as session:
        visit = request.state.visit
        mine = visit is not None and visit.person.id == actor.person_id
        waiting = waiting_for(session, visit.actor, context.clock) if mine else ()
        me = visit.actor if mine else actor
        askable = requests.askable(session, actor, actor.person_id or "")
        leave = any(kind.name == "leave" for kind in askable)
        asked = [one for one in requests.mine(session, actor) if one.row.state in UNDER_WAY]
        team = team_of(session, actor.person_id or "", actor.language, day)
        return page(
            request,
            "wechat/today.html",
            time_href=TIME if any(kind.name == "punch_correction" for kind in askable) else "",
            shifts_href=SHIFTS if any(kind.name == "shift_swap" for kind in askable) else "",
            approvals=waiting,
            todo=TODO if mine else "",
            tasks=tasks.waiting_for(session, me, context.clock, limit=SHOWN),
            papers=signing.waiting_for_person(session, actor.person_id or ""),
            entries=entry_links.waiting_for_person(session, actor.person_id or ""),
            asked=asked[:SHOWN],
            states=STATES_OF_REQUESTS,
            leave=leave,
            left=own_balances(session, actor, day) if leave else [],
            notices=notices.unread_of(session, actor.person_id or ""),
            levels=LEVELS,
            team=len(team),
            anniversaries=[one for one in team if one.anniversary - day <= SOON],
            file=FILE,
            applications=applications_address(context, actor.person_id or ""),
            team_href=TEAM,
            payslips=own_pay.any_out(session, actor.person_id or ""),
            new_payslips=own_pay.unread(session, actor.person_id or ""),
            payslips_href=PAY,
            leaving=own_leaving(session, actor) is not None,
            leaving_href=LEAVING,
            performance=PERFORMANCE if own_performance.anything(session, actor.person_id or "") else "",
            performance_waits=own_performance.waiting(session, actor.person_id or ""),
            feedback=FEEDBACK if house().post_of(session, actor.person_id or "") is not None else "",
            day=day,
        )


@router.post("/wechat/my/tasks/{task_id}")
def task_done(
    task_id: str,
    context: Ctx,
    actor: EmployeeActor,
    state: Annotated[str, Form(max_length=10)] = "done",
    reason: Annotated[str, Form(max_length=300)] = "",
) -> RedirectResponse:
    """Say that one's task is done, or what it waits for; twice changes nothing."""
    with context.database.transaction() as session:
        tasks.close(session, actor, task_id, "blocked" if state == "blocked" else "done", reason, context.clock)
    return RedirectResponse(TODAY, 303)


@router.post("/wechat/my/entry/{onboarding_id}")
def entry(onboarding_id: str, context: Ctx, actor: EmployeeActor) -> RedirectResponse:
    """To one's own entry form, which opens on this phone without a code: WeChat has said whose phone it is."""
    with context.database.transaction() as session:
        link, secret = entry_links.reenter(session, actor.person_id or "", onboarding_id, context.clock)
    response = RedirectResponse(f"/e/{link}", 303)
    keep_entry_phone(response, context, onboarding_id, secret)
    return response


@router.post("/wechat/my/papers/{signature_id}")
def paper(signature_id: str, context: Ctx, actor: EmployeeActor) -> RedirectResponse:
    """To a contract of one's own that is to be signed; the page asks for the code before it shows anything."""
    with context.database.transaction() as session:
        link = signing.own_link(session, actor.person_id or "", signature_id, signing.OPEN, context.clock)
    return RedirectResponse(f"/sign/{link}", 303)


@router.get("/wechat/my/notices/{notice_id}")
def notice(notice_id: str, request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """A notice, read by opening it or by confirming."""
    with context.database.transaction() as session:
        opened = notices.open_own(session, actor.person_id or "", notice_id, context.clock)
        return page(request, "public/notice.html", opened=opened, levels=LEVELS, token="")


@router.post("/wechat/my/notices/{notice_id}")
def confirm(notice_id: str, context: Ctx, actor: EmployeeActor) -> RedirectResponse:
    """Confirm that it was read."""
    with context.database.transaction() as session:
        notices.open_own(session, actor.person_id or "", notice_id, context.clock, confirm=True)
    return RedirectResponse(TODAY, 303)


@router.get(FILE)
def file(request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """What is kept of me, masked."""
    person_id = actor.person_id or ""
    language = language_of(request)
    with context.database.reading() as session:
        row = employment.of_person(session, person_id)
        held = [one for one in contracts.of_person(session, person_id) if one.state == "active"]
        return page(
            request,
            "wechat/file.html",
            person=session.get_one(Person, person_id),
            row=row,
            state=None if row is None else STATES[row.state].get(language),
            number=None if row is None else number_of(session, person_id, row.legal_entity_id),
            department="" if row is None else department_names(session).get(row.department_id, ""),
            contract=held[-1] if held else None,
            sections=_sections(session, actor, person_id, language),
            documents=documents.documents_of(session, actor, person_id, context.clock),
            document_kinds=documents.KINDS,
            photo=PHOTO,
            photo_given=photos.own(session, person_id) is not None,
            export=EXPORT,
            home=TODAY,
        )


@router.get(EXPORT)
def export(
    request: Request, context: Ctx, actor: EmployeeActor, who: Annotated[str, Query(max_length=400)] = ""
) -> Response:
    """Everything that the file keeps of me, in clear, to take away; the phone has just proved who holds it."""
    known = proved(context, request, "wechat-export", who) if who else ""
    visit = request.state.visit
    if known != actor.person_id and (visit is None or visit.person.id != actor.person_id):
        return RedirectResponse(f"/wechat/in/{_channel(context)}?back={EXPORT}", 303)
    with context.database.transaction() as session:
        person = session.get_one(Person, actor.person_id or "")
        content = {
            "person": {"name": person.name, "phone": person.phone, "mail": person.email},
            "employments": [
                {"title": row.title, "from": row.start_date.isoformat(), "state": row.state,
                 "until": row.last_day.isoformat() if row.last_day else None}
                for row in employment.all_of(session, person.id)
            ],
            "contracts": [
                {"kind": one.kind, "from": one.first_day.isoformat(), "state": one.state,
                 "until": one.last_day.isoformat() if one.last_day else None}
                for one in contracts.of_person(session, person.id)
            ],
            "file": entries.own_data(session, actor, context.clock),
            "documents": [
                {"name": one.name, "kind": one.row.kind, "sha256": one.row.sha256}
                for one in documents.documents_of(session, actor, person.id, context.clock)
            ],
        }  # fmt: skip
    data = json.dumps(content, ensure_ascii=False, indent=1).encode()
    return attachment(data, "application/json", f"my-file-{china_day(context.clock).isoformat()}.json")


@router.get(TEAM)
def team(request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """Who reports to me, or works where I lead."""
    with context.database.reading() as session:
        members = team_of(session, actor.person_id or "", actor.language, china_day(context.clock))
        faces = photos.seen_by(session, actor.person_id or "", [one.person_id for one in members])
    return page(
        request,
        "wechat/team.html",
        members=members,
        faces={person_id: f"{TEAM}/{photo_id}.jpg" for person_id, photo_id in faces.items()},
        asks=request.state.visit is not None and request.state.visit.person.id == actor.person_id,
        states={name: text.get(language_of(request)) for name, text in STATES.items()},
        home=TODAY,
    )


def _sections(session: Session, actor: Actor, person_id: str, language: str) -> list[tuple[str, Any, str]]:
    """(title, entries as lists of (label, value), kind of request that changes it) of every section of one's file."""
    return [
        (
            seen.section.title.get(language),
            [lines_of(seen.section, entry.values, language) for entry in seen.entries],
            f"{seen.section.name}_change",
        )
        for seen in entries.sections_of(session, actor, person_id)
    ]


def _channel(context: Context) -> str:
    return "official" if context.wechat.official is not None else "wecom"

"""The queue of durable work, kept fresh while the page is open, and the audit log (A10, L10)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy.orm import Session

from api.console import forms
from api.console.acting import act
from api.console.actors import ACTORS, account_names
from api.console.charts import columns
from api.console.forms import as_day
from api.console.frame import console_page, done
from api.console.system.audit_words import ACTIONS, SUBJECTS
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.render import environment
from api.sessions import PageActor, csrf_token, session_token
from interview_engine.clock import CHINA
from interview_engine.hr.access import trail
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.access.service import check_group, reaches_group
from interview_engine.hr.access.trail import TrailFilter
from interview_engine.hr.accounts.service import accounts_of_staff
from interview_engine.hr.accounts.usage import usage
from interview_engine.hr.area import Found
from interview_engine.hr.house import house
from interview_engine.hr.messaging import webhooks
from interview_engine.hr.privacy.service import encryption
from interview_engine.i18n import mark, translator
from interview_engine.store import clock_guard, work
from interview_engine.store.audit import exported
from interview_engine.store.tables import AuditEvent, WorkItem

router = APIRouter()

USAGE_DAYS = (7, 30)
"""How far back use is counted."""
HISTORY_DAYS = 14
"""Days of finished work that are drawn."""
LINES_AT_ONCE = 500
LOOKED_AT = timedelta(minutes=15)
"""A stored file this old has been looked at, or it is still to be encrypted."""

DOUBTS = {
    "jump": mark("its clock jumped"),
    "database": mark("the database's clock differs"),
    "worker": mark("another worker's clock differs"),
    "trail": mark("the last audit event is in the future"),
    "behind": mark("it is earlier than a confirmed time"),
    "gap": mark("the service was off for more than a day, and no other clock confirms the time"),
}
"""By code of a doubt; msgids."""
FAILURES = {
    "webhook.slow": mark("no answer in time"),
    "webhook.unreachable": mark("cannot be reached"),
    "webhook.status": mark("answered with an error"),
    "webhook.unresolved": mark("the name cannot be resolved"),
}
"""By code of a delivery's error; msgids."""
GATHERED = frozenset({"media.read"})
"""Actions of which one look at a page leaves many."""
STAGES = {
    "ingest": mark("opening the recording"),
    "watch": mark("looking at the picture"),
    "transcribe": mark("recognising speech"),
    "listen": mark("measuring the voice"),
    "score": mark("scoring"),
    "report": mark("writing the report"),
}
"""By stage of a running item; msgids."""
PROBLEMS = {
    "missing": mark("an event is missing"),
    "changed": mark("an event was changed"),
    "unlinked": mark("an event does not follow the one before"),
    "cut": mark("events are missing at the end"),
    "rewritten": mark("the chain was rewritten"),
    "unsealed": mark("the seal is missing or not of this installation"),
}


@router.get("/console/operations")
def operations(request: Request, context: Ctx, actor: PageActor) -> Response:
    """Queue, failures, throughput, workers; and how much the product is used (J7)."""
    now = context.clock.now()
    today = now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    begins = [today - timedelta(days=back) for back in range(HISTORY_DAYS - 1, -1, -1)]
    with context.database.reading() as session:
        check_group(session, actor, "public", "manage")
        days = work.history(session, begins)
        used = usage(session, [now - timedelta(days=days) for days in USAGE_DAYS], now)
    return console_page(
        request,
        actor,
        "system/operations.html",
        live=_fragment(request, context, actor),
        used=list(zip(USAGE_DAYS, used, strict=True)),
        words=ACTIONS,
        days=days,
        drawn=columns([one.done for one in days]),
    )


@router.post("/console/work/{item_id}/retry")
def retry(item_id: str, context: Ctx, actor: PageActor) -> Response:
    """Put a parked item back into the queue."""

    def retried(session: Session) -> WorkItem:
        check_group(session, actor, "public", "manage")
        return work.retry_work(session, actor, item_id, context.clock)

    return act(
        context,
        retried,
        lambda _: done("/console/operations", "retried"),
    )


@router.post("/console/work/{item_id}/give-up")
def give_up(item_id: str, context: Ctx, actor: PageActor) -> Response:
    """Give up an item."""

    def given_up(session: Session) -> WorkItem:
        check_group(session, actor, "public", "manage")
        return work.give_up(session, actor, item_id, context.clock, by_person=house().by_person())

    return act(
        context,
        given_up,
        lambda _: done("/console/operations", "given-up"),
    )


@router.post("/console/operations/clock")
def clock_is_right(context: Ctx, actor: PageActor, form: forms.Form) -> Response:
    """A person confirms this server's time."""
    return act(
        context,
        lambda session: trail.confirm_clock(session, actor, form.instant("seen"), context.clock),
        lambda _: done("/console/operations", "clock"),
    )


@router.post("/console/webhooks/{webhook_id}/resume")
def resume_webhook(webhook_id: str, context: Ctx, actor: PageActor) -> Response:
    """End the pause of a webhook and retry its failed messages."""
    return act(
        context,
        lambda session: webhooks.resume_webhook(session, actor, webhook_id, context.clock),
        lambda _: done("/console/operations", "resumed"),
    )


@router.get("/console/audit")
def audit_log(
    request: Request,
    context: Ctx,
    actor: PageActor,
    who: str = "",
    action: str = "",
    subject: str = "",
    since: str = "",
    until: str = "",
    cursor: str = "",
) -> Response:
    """Who did what to what, latest first."""
    wanted = TrailFilter(
        actor_id=who or None,
        action=(action if "." in action else f"{action}.*") if action else None,
        subject=subject or None,
        since=_day(since, "since"),
        until=_day(until, "until", timedelta(days=1)),
    )
    return _audit(request, context, actor, wanted, cursor)


@router.post("/console/audit/check")
def check(request: Request, context: Ctx, actor: PageActor, form: forms.Form) -> Response:
    """Walk the whole chain; that it was walked is in it too. `end`: an end that was kept, "number:hash"."""
    return act(
        context,
        lambda session: trail.check_trail(session, actor, context.clock, trail.kept_end(form.text("end"))),
        lambda found: _audit(request, context, actor, TrailFilter(), "", found),
    )


@router.get("/console/audit/export")
def export(context: Ctx, actor: PageActor) -> Response:
    """The whole trail, one event a line."""
    with context.database.transaction() as session:
        trail.export_trail(session, actor, context.clock)  # permission, and a line that it was taken

    def pieces() -> Iterator[str]:
        """Some lines at a time: each piece goes through a thread of its own, which costs more than a line."""
        with context.database.reading() as session:
            lines = exported(session)
            while some := list(islice(lines, LINES_AT_ONCE)):
                yield "\n".join(some) + "\n"

    return StreamingResponse(
        pieces(),
        media_type="application/x-ndjson",
        headers={"Content-Disposition": 'attachment; filename="audit.ndjson"'},
    )


def _fragment(request: Request, context: Context, actor: Actor) -> str:
    with context.database.reading() as session:
        found = work.operations(session, context.clock)
        about = _subjects(session, [*found.parked_items, *found.running_items])
        hooks = webhooks.troubled_webhooks(session)
        doubts = clock_guard.doubts(session)
        may_confirm = reaches_group(session, actor, "public", "manage")
        files = encryption(session, context.clock.now() - LOOKED_AT)
    language = language_of(request)
    return (
        environment()
        .get_template("console/system/operations_live.html")
        .render(
            found=found,
            about=about,
            hooks=hooks,
            doubts=doubts,
            files=files,
            may_confirm=may_confirm,
            doubt_words=DOUBTS,
            now=context.clock.now(),
            failures=FAILURES,
            stages=STAGES,
            may_resume=may_at_all(actor, "contact", "manage"),
            kinds=house().work,
            language=language,
            _=translator(language),
            csrf=csrf_token(session_token(request, context)),
        )
    )


def _subjects(session: Session, items: list[WorkItem]) -> dict[str, Found]:
    """The page about each item, by the item's id; without those whose subject is gone."""
    found: dict[str, Found] = {}
    for name, kind in house().work.items():
        of_kind = {item.subject_id: item.id for item in items if item.kind == name}
        pages = kind.find(session, list(of_kind)) if of_kind else {}
        found.update({of_kind[subject_id]: page for subject_id, page in pages.items()})
    return found


def _audit(
    request: Request,
    context: Context,
    actor: Actor,
    wanted: TrailFilter,
    cursor: str,
    found: trail.TrailCheck | None = None,
) -> Response:
    with context.database.reading() as session:
        page = trail.list_events(session, actor, wanted, cursor=cursor or None, limit=50)
        names = account_names(session, [], [row.actor for row in page.items])
        staff = accounts_of_staff(session)
        about = house().find_subjects(session, [row.subject for row in page.items])
    query: dict[str, Any] = {
        name: request.query_params.get(name, "") for name in ("who", "action", "subject", "since", "until")
    }
    return console_page(
        request,
        actor,
        "system/audit.html",
        page=page,
        rows=_gathered(page.items),
        words=ACTIONS,
        subjects=SUBJECTS,
        names=names,
        staff=staff,
        about={subject: one.title for subject, one in about.items()},
        found=found,
        query=query,
        starts=sorted(house().subjects),
        actors=ACTORS,
        problems=PROBLEMS,
    )


def _gathered(events: Sequence[AuditEvent]) -> list[tuple[AuditEvent, int]]:
    """Events, with how many of the same kind by the same actor within a minute stand for each: one report has a picture
    and a recording for each answer."""
    rows: list[tuple[AuditEvent, int]] = []
    for event in events:
        last = rows[-1] if rows else None
        same = last is not None and (last[0].action, last[0].actor) == (event.action, event.actor)
        if last is not None and same and event.action in GATHERED and last[0].at - event.at < timedelta(minutes=1):
            rows[-1] = (last[0], last[1] + 1)
        else:
            rows.append((event, 1))
    return rows


def _day(raw: str, field: str, plus: timedelta = timedelta(0)) -> datetime | None:
    """The beginning of a day in Beijing time; None when it is empty."""
    return datetime.combine(as_day(raw, field), time.min, CHINA) + plus if raw else None

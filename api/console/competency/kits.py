"""Interview kits: versions, a form without YAML, the text for experts, differences, the preview before publishing."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from queue import SimpleQueue
from threading import Thread
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.actors import account_names
from api.console.competency import words
from api.console.competency.kit_changes import kit_changes
from api.console.competency.kit_description import Beginning, beginning
from api.console.competency.kit_form import draft_from_form, offered
from api.console.forms import Form
from api.console.frame import console_page, done
from api.console.refill import refilled
from api.context import Context
from api.deps import Ctx
from api.export import attachment
from api.i18n import language_of
from api.rescoring import rescore_of
from api.sessions import PageActor
from interview_engine.assessment.kits.editing import edited_text
from interview_engine.assessment.kits.file import load_kit, parse_kit, shipped_kits
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.policy import POLICIES
from interview_engine.errors import InterviewEngineError, KitError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import owners, require
from interview_engine.hr.competency import service as competency
from interview_engine.hr.competency.tables import KitVersion
from interview_engine.hr.problems import missing
from interview_engine.hr.recruiting.applying.lists import candidate_names
from interview_engine.hr.recruiting.reviewing.kit_preview import BAR_PERCENT, Preview, preview_kit
from interview_engine.i18n import LocalizedText, msg
from interview_engine.settings import Settings
from pipelines.scoring.judge_cost import for_kit

router = APIRouter()
HOME = "/console/kits"
PREVIEWED = "kit-preview"
KEPT = timedelta(hours=12)
"""How long what a preview said can be published with."""
SHOWN = 100
"""Interviews listed after a preview: those that flip stand first."""


@router.get(HOME)
def listed(request: Request, context: Ctx, actor: PageActor) -> Response:
    """The kits, each with its versions."""
    with context.database.reading() as session:
        rows = competency.list_kits(session, actor)
        whose = owners(session, actor)
    kits: dict[str, list[competency.KitSummary]] = {}
    for row in rows:
        kits.setdefault(row.kit_id, []).append(row)
    return console_page(
        request, actor, "competency/kits.html", kits=kits, owners=whose, version_states=words.VERSION_STATES
    )


@router.get(f"{HOME}/from-description")
def describe(request: Request, context: Ctx, actor: PageActor) -> Response:
    """The form for a kit that begins with a job description."""
    require(actor, "public", "manage")
    return console_page(request, actor, "competency/kit_described.html")


@router.post(f"{HOME}/from-description")
def described(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """The form of a new kit with the competencies that a job description speaks of, each with its weight."""
    require(actor, "public", "manage")

    def change(session: Session) -> Beginning:
        return beginning(
            LocalizedText(form.text("role.zh"), form.text("role.en")), form.raw("text"), _library(session, actor)
        )

    def then(begun: Beginning) -> Response:
        with context.database.reading() as session:
            newest = next(one for one in competency.list_kits(session, actor, kit_id=begun.base.id) if one.latest)
        page = _edit(newest.id, request, context, actor, True, begun=begun)
        held = refilled(bytes(page.body).decode(), f"{HOME}/{newest.id}/edit", begun.typed, partly=True)
        assert held is not None, "the kit's form is on its page"
        return HTMLResponse(held)

    return act(
        context,
        change,
        then,
        lambda problem: console_page(request, actor, "competency/kit_described.html", problem=problem),
    )


@router.get(f"{HOME}/{{version_id}}")
def version(version_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """One version: questions, competencies with anchors, and its history."""
    with context.database.reading() as session:
        require(actor, "public", "read")
        row = competency.kit_version_within(session, actor, version_id)
        kit = competency.kit(session, version_id)
        versions = competency.list_kits(session, actor, kit_id=row.kit_id)
        names = account_names(session, [], [one.published_by for one in versions])
        whose = owners(session, actor)
    return console_page(
        request, actor, "competency/kit.html", row=row, kit=kit, versions=versions, names=names, owners=whose,
        version_states=words.VERSION_STATES, kinds=words.COMPETENCY_KINDS, differs_from_shipped=_differs(kit),
        scoring=_scoring(kit, context.engine),
    )  # fmt: skip


@router.get(f"{HOME}/{{version_id}}/shipped")
def shipped(version_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The text that this release ships for the kit, to be compared, previewed and published like any other."""
    require(actor, "public", "manage")
    with context.database.reading() as session:
        row = competency.kit_version_within(session, actor, version_id)
    path = shipped_kits().get(row.kit_id)
    if path is None:
        raise missing("kit", msg("shipped kit"))
    return _draft(request, context, actor, row, path.read_text("utf-8"))


@router.get(f"{HOME}/{{version_id}}/file")
def file(version_id: str, context: Ctx, actor: PageActor) -> Response:
    """The file as it was published."""
    with context.database.reading() as session:
        require(actor, "public", "read")
        row = competency.kit_version_within(session, actor, version_id)
    return attachment(row.text.encode(), "application/yaml", f"{row.kit_id}-v{row.version}.yaml")


@router.get(f"{HOME}/{{version_id}}/differences")
def differences(version_id: str, request: Request, context: Ctx, actor: PageActor, against: str) -> Response:
    """Two versions: what differs in words, and line by line."""
    with context.database.reading() as session:
        require(actor, "public", "read")
        new, old = (
            competency.kit_version_within(session, actor, version_id),
            competency.kit_version_within(session, actor, against),
        )
        changes = kit_changes(competency.kit(session, old.id), competency.kit(session, new.id))
    lines = unified(old.text, new.text, f"v{old.version}", f"v{new.version}")
    return console_page(
        request, actor, "competency/kit_differences.html",
        old=old, new=new, lines=lines, changes=changes, parts=words.KIT_PARTS,
    )  # fmt: skip


@router.get(f"{HOME}/{{version_id}}/edit")
def edit(version_id: str, request: Request, context: Ctx, actor: PageActor, own: bool = False) -> Response:
    """The form over a version; `own`: for a kit of its own that begins as a copy of it."""
    require(actor, "public", "manage")
    return _edit(version_id, request, context, actor, own)


@router.post(f"{HOME}/{{version_id}}/edit")
def from_form(version_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """The form as a kit file, to be checked before it is published."""
    require(actor, "public", "manage")

    def change(session: Session) -> tuple[KitVersion, str]:
        row = competency.kit_version_within(session, actor, version_id)
        base = competency.kit(session, version_id)
        draft = draft_from_form(base, form, offered(base, _library(session, actor)))
        if form.checked("own"):
            competency.check_kit_name(session, actor, draft.role)
            draft = replace(draft, id=competency.free_kit_id(session, draft.role.en))
        return row, edited_text(row.text, base, draft)

    return act(
        context,
        change,
        lambda made: _draft(request, context, actor, *made),
        lambda problem: _edit(version_id, request, context, actor, form.checked("own"), problem),
    )


@router.post(f"{HOME}/{{version_id}}/draft")
def from_text(version_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """A text for experts, checked and compared."""
    require(actor, "public", "manage")
    with context.database.reading() as session:
        row = competency.kit_version_within(session, actor, version_id)
    return _draft(request, context, actor, row, form.raw("text"))


@router.get(f"{HOME}/{{version_id}}/draft")
def raw(version_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The version's own text, to be changed."""
    require(actor, "public", "manage")
    with context.database.reading() as session:
        row = competency.kit_version_within(session, actor, version_id)
    return _draft(request, context, actor, row, row.text)


@router.post(f"{HOME}/{{version_id}}/preview")
def preview(version_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Preview the effect on past interviews. A script that asks for lines gets the progress as it goes."""
    text, bar = form.raw("text"), form.number("bar", 0, 100, BAR_PERCENT)
    with context.database.reading() as session:
        row = competency.kit_version_within(session, actor, version_id)
    parse_kit(text.encode(), "kit.yaml")
    if "application/x-ndjson" in request.headers.get("accept", ""):
        return StreamingResponse(_lines(request, context, actor, row, text, bar), media_type="application/x-ndjson")
    found = _preview(request, context, actor, text, bar, None)
    return _draft(request, context, actor, row, text, found=found)


@router.post(f"{HOME}/{{version_id}}/publish")
def publish(version_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Publish it as the next version, with what its preview said."""
    text = form.raw("text")
    policy = form.text("policy", "cn")

    def change(session: Session) -> KitVersion:
        kept = _kept(context, form.text("previewed"), text)
        return competency.publish_kit(
            session, actor, text, form.text("note"), context.clock, policy=policy, preview=kept,
            legal_entity_id=form.optional("owner"), new=form.checked("new"),
        )  # fmt: skip

    def again(problem: InterviewEngineError) -> Response:
        with context.database.reading() as session:
            row = competency.kit_version_within(session, actor, version_id)
        return _draft(request, context, actor, row, text, problem=problem)

    return act(context, change, lambda made: done(f"{HOME}/{made.id}", "published"), again)


@router.post(f"{HOME}/{{version_id}}/retire")
def retire(version_id: str, context: Ctx, actor: PageActor) -> Response:
    """Retire a version: new requisitions cannot choose it."""
    return act(
        context,
        lambda session: competency.retire_kit(session, actor, version_id, context.clock),
        lambda _: done(f"{HOME}/{version_id}", "retired"),
    )


def _differs(kit: Kit) -> bool:
    """Whether this release ships a text of the kit that differs from this version."""
    path = shipped_kits().get(kit.id)
    return path is not None and replace(load_kit(path), version=kit.version, sha256=kit.sha256) != kit


def unified(old: str, new: str, old_name: str, new_name: str) -> list[tuple[str, str]]:
    """(class, line) of a unified difference: "plus", "minus", "where" or ""."""
    found = difflib.unified_diff(old.splitlines(), new.splitlines(), old_name, new_name, lineterm="", n=2)
    kinds = {"+": "plus", "-": "minus", "@": "where"}
    return [(kinds.get(line[:1], ""), line) for line in found]


def _library(session: Session, actor: Actor) -> list[Kit]:
    """The newest published version of every kit that the actor may see."""
    return [competency.kit(session, one.id) for one in competency.list_kits(session, actor) if one.latest]


def _edit(
    version_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    own: bool,
    problem: InterviewEngineError | None = None,
    begun: Beginning | None = None,
) -> Response:
    with context.database.reading() as session:
        row = competency.kit_version_within(session, actor, version_id)
        kit = competency.kit(session, version_id)
        library = offered(kit, _library(session, actor))
    return console_page(
        request,
        actor,
        "competency/kit_edit.html",
        problem=problem,
        row=row,
        kit=kit,
        own=own,
        begun=begun,
        library=library,
        kinds=words.COMPETENCY_KINDS,
        scorers=words.SCORERS,
        scoring=_scoring(kit, context.engine),
    )


def _scoring(kit: Kit, settings: Settings) -> dict[str, Any]:
    """Who scores interviews of a kit here, and what the judge of this installation takes for one: None without one."""
    judge = settings.judge
    name = kit.scorer or settings.scorer
    return {
        "name": name,
        "words": words.SCORERS[name],
        "own": kit.scorer,
        "installation": words.SCORERS[settings.scorer],
        "judge": judge,
        "cost": None if judge is None else for_kit(kit, judge),
    }


def _draft(
    request: Request,
    context: Context,
    actor: Actor,
    base: KitVersion,
    text: str,
    *,
    found: Preview | None = None,
    problem: InterviewEngineError | None = None,
) -> Response:
    """The page before publishing: problems by line, differences, preview, the text itself."""
    problems: list[str] = []
    kit: Kit | None = None
    try:
        kit = parse_kit(text.encode(), "kit.yaml")
    except KitError as error:
        problems = [one.text(language_of(request)) for one in error.problems] or [error.text(language_of(request))]
    with context.database.reading() as session:
        whose = owners(session, actor)
    return console_page(
        request,
        actor,
        "competency/kit_draft.html",
        owners=whose,
        status=422 if problems else None,
        problem=problem,
        holding=True,
        typed=dict(getattr(request.state, "typed", ())),
        problems=problems,
        base=base,
        kit=kit,
        text=text,
        lines=unified(base.text, text, f"v{base.version}", "—"),
        differences=() if kit is None else kit_changes(parse_kit(base.text.encode(), "kit.yaml"), kit),
        parts=words.KIT_PARTS,
        policies=POLICIES,
        bar=found.bar if found is not None else BAR_PERCENT,
        **_shown(request, context, found),
    )


def _shown(request: Request, context: Context, found: Preview | None) -> dict[str, Any]:
    """What a preview says, and its seal for publishing."""
    if found is None:
        return {"preview": None, "changes": [], "previewed": ""}
    with context.database.reading() as session:
        ids = [change.before.interview_id for change in found.rows[:SHOWN]]
        names = candidate_names(session, ids)
    language = language_of(request)
    competencies = {
        one.competency_id: one.name.get(language)
        for change in found.rows
        for one in (*change.before.competencies, *change.after.competencies)
    }
    sealed = context.signer.sign(PREVIEWED, json.dumps(found.document()), context.clock.now() + KEPT)
    return {
        "preview": found,
        "changes": [
            {"change": change, "name": names.get(change.before.interview_id, ""), "id": change.before.interview_id}
            for change in found.rows[:SHOWN]
            if change.flips or change.group_changed or change.before.match_percent != change.after.match_percent
        ],
        "competency_names": competencies,
        "previewed": sealed,
    }


def _kept(context: Context, sealed: str, text: str) -> Mapping[str, Any] | None:
    """What a preview of exactly this text said; nothing where there was none."""
    if not sealed:
        return None
    said: dict[str, Any] = json.loads(context.signer.verify(PREVIEWED, sealed, context.clock.now()))
    return said if said["sha256"] == parse_kit(text.encode(), "kit.yaml").sha256 else None


def _preview(request: Request, context: Context, actor: Actor, text: str, bar: float, progress: Any) -> Preview:
    with context.database.reading() as session:
        return preview_kit(session, context.blobs, actor, text, rescore_of(request), bar=bar, progress=progress)


def _lines(request: Request, context: Context, actor: Actor, row: KitVersion, text: str, bar: float) -> Iterator[str]:
    """Progress as lines of JSON, the page last."""
    told: SimpleQueue[tuple[int, int] | Preview | BaseException] = SimpleQueue()

    def work() -> None:
        try:
            told.put(_preview(request, context, actor, text, bar, lambda at, total: told.put((at, total))))
        except BaseException as error:  # noqa: BLE001 handed to the thread that answers
            told.put(error)

    Thread(target=work, daemon=True).start()
    while True:
        said = told.get()
        if isinstance(said, tuple):
            yield json.dumps({"done": said[0], "total": said[1]}) + "\n"
        elif isinstance(said, InterviewEngineError):
            yield json.dumps({"problem": said.text(language_of(request))}, ensure_ascii=False) + "\n"
            return
        elif isinstance(said, BaseException):
            raise said
        else:
            page = _draft(request, context, actor, row, text, found=said)
            yield json.dumps({"page": bytes(page.body).decode()}, ensure_ascii=False) + "\n"
            return

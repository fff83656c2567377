"""The ranked list of a requisition: who needs a person first, then tie groups; exported (A9, A18)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.candidate.media import media_address
from api.console.acting import act
from api.console.forms import Form
from api.console.frame import channel_name, console_page, done
from api.console.recruiting import words
from api.console.recruiting.chosen import outcome_values
from api.console.recruiting.comparing import MAX_COMPARED
from api.console.recruiting.requisitions import HOME, requisition_head
from api.context import Context
from api.deps import Ctx
from api.export import XLSX, Cell, attachment, table_csv, table_xlsx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.assessment.comparing.ranking import EntryCompetency
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.lists.views import remove_view, save_view, views_of
from interview_engine.hr.problems import conflict
from interview_engine.hr.recruiting.jobs import requisitions
from interview_engine.hr.recruiting.reach import requisition_for
from interview_engine.hr.recruiting.reviewing import assessments, shortlist
from interview_engine.hr.recruiting.reviewing.shortlist import RankedList, RankedPage, RankedRow
from interview_engine.hr.recruiting.reviewing.shortlist_page import ListPage, ListWanted, list_page
from interview_engine.hr.recruiting.tables import Requisition
from interview_engine.i18n import msg, translator
from interview_engine.store import audit
from pipelines.reports import ranking_pdf

router = APIRouter()

PAGE = 50
COLUMNS = ("photo", "match", "score", "since")
"""Columns that can be left out, besides the competencies."""
VIEWS = "ranking"
"""The ranked list among the lists of which views are saved."""
KEPT = ("section", "stage", "channel", "meets", "sort", "back", "over", "human", "col")
"""What of the list's address a view keeps. Not the name that was looked for: it is a person's."""


@router.get(f"{HOME}/{{requisition_id}}")
def ranking(
    requisition_id: str,
    request: Request,
    context: Ctx,
    actor: PageActor,
    q: str = "",
    section: str = "",
    stage: str = "",
    channel: str = "",
    meets: str = "",
    sort: str = "rank",
    over: str = "",
    human: str = "",
    kit: int = 0,
    page: int = 1,
    back: str = "",
    bulk: str = "",
    col: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """The ranked list of a requisition: needs a person, tie groups, waiting; filtered, sorted and paged."""
    wanted = ListWanted(q.strip(), section, stage, channel, meets, sort, bool(over), kit, bool(human), bool(back))
    with context.database.reading() as session:
        row = requisitions.get_requisition(session, actor, requisition_id)
        found = list_page(session, actor, requisition_id, wanted, page=page, size=PAGE)
        head = requisition_head(session, actor, row)
        outcome = outcome_values(session, actor, context, requisition_id, bulk)
        kept = views_of(session, actor, VIEWS)
        shown = _columns(found, col or [])
        photos = _photos(session, context, actor, found.rows) if "photo" in shown else {}
    query = _query(wanted, col or [])
    values: dict[str, Any] = {
        **outcome,
        "views": kept,
        "shown": shown,
        "photos": photos,
        "days_in": {one.application_id: (context.clock.now() - one.stage_since).days for one in found.rows},
        "head": head,
        "row": row,
        "found": found,
        "chosen": found.rulers[found.ruler] if found.rulers else None,
        "rows": _with_headings(found.rows, sort),
        "filters": wanted,
        "query": query,
        "heads": _heads(wanted, [one.competency_id for one in found.columns], col or []),
    }
    return console_page(
        request,
        actor,
        "recruiting/ranking.html",
        **values,
        stages=words.STAGES,
        sections=words.SECTION_WORDS,
        most=MAX_COMPARED,
    )


@router.post(f"{HOME}/{{requisition_id}}/views")
def keep_view(requisition_id: str, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Keep the list's filters, order and columns under a name, for every job."""
    kept = urlencode([pair for pair in parse_qsl(form.text("query")) if pair[0] in KEPT])

    def change(session: Session) -> None:
        requisitions.get_requisition(session, actor, requisition_id)
        save_view(session, actor, VIEWS, form.text("name"), kept, context.clock, shared=form.checked("shared"))

    where = f"{HOME}/{requisition_id}{'?' if kept else ''}{kept}"
    return act(context, change, lambda _: done(where, "view_kept"))


@router.post(f"{HOME}/{{requisition_id}}/views/{{saved_view_id}}/remove")
def forget_view(requisition_id: str, saved_view_id: str, context: Ctx, actor: PageActor) -> Response:
    """Forget a view of one's own, or a shared one where one manages the company."""

    def change(session: Session) -> None:
        requisitions.get_requisition(session, actor, requisition_id)
        remove_view(session, actor, saved_view_id, context.clock)

    return act(context, change, lambda _: done(f"{HOME}/{requisition_id}", "removed"))


@router.get(f"{HOME}/{{requisition_id}}/ranking.{{form}}")
def export(
    requisition_id: str,
    form: str,
    request: Request,
    context: Ctx,
    actor: PageActor,
    over: str = "",
    id: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """The whole list as xlsx, csv, pdf or json; only the candidates named, where some are."""
    if form not in ("xlsx", "csv", "pdf", "json"):
        raise conflict("export.form", msg("There is no such form."))
    with context.database.transaction() as session:
        row = requisition_for(session, actor, requisition_id, "interview", "export")
        found = shortlist.ranked(session, actor, requisition_id, with_over=bool(over or id))
        detail: dict[str, Any] = {"form": form}
        if id:
            found, detail["candidates"] = _only(found, set(id)), len(set(id))
        audit.record(session, actor.id, "ranking.export", f"requisition:{requisition_id}", detail, context.clock)
    language = language_of(request)
    return _exported(form, row, found, language)


def _only(found: RankedPage, ids: set[str]) -> RankedPage:
    """The same list with some candidates only; places are those of the whole."""
    lists = (replace(one, rows=tuple(row for row in one.rows if row.application_id in ids)) for one in found.lists)
    waiting = tuple(row for row in found.waiting if row.application_id in ids)
    return replace(found, lists=tuple(one for one in lists if one.rows), waiting=waiting)


def _exported(form: str, row: Requisition, found: RankedPage, language: str) -> Response:
    if form == "json":
        data = json.dumps(as_document(row, found), ensure_ascii=False, indent=1).encode()
        return attachment(data, "application/json", f"{row.title}.json")
    if form == "pdf":
        data = ranking_pdf.render(as_document(row, found), language=language)
        return attachment(data, "application/pdf", f"{row.title}.pdf")
    header, rows = as_table(found, language)
    if form == "csv":
        return attachment(table_csv(header, rows), "text/csv; charset=utf-8", f"{row.title}.csv")
    return attachment(table_xlsx(row.title, header, rows), XLSX, f"{row.title}.xlsx")


def as_table(found: RankedPage, language: str) -> tuple[list[str], list[list[Cell]]]:
    """Header and lines of the list, those without an assessment last, each with its reasons."""
    say = translator(language)
    columns: dict[str, str] = {}
    for one in found.lists:
        for part in _list_competencies(one):
            columns.setdefault(part.competency_id, part.name.get(language))
    header = [
        *(
            say("Place", context="ranking"),
            say("Candidate"),
            say("Channel"),
            say("Stage"),
            say("Match %"),
            say("Score"),
        ),
        *(say("Band from"), say("Band to"), say("Score by a person")),
        *columns.values(),
        say("Why"),
    ]
    lines: list[list[Cell]] = []
    for one in found.lists:
        for row in one.rows:
            entry = row.place.entry
            scores = {part.competency_id: part.score for part in entry.competencies}
            total = entry.score
            lines.append(
                [
                    _place_words(row, say),
                    row.name,
                    channel_name(say, row.channel),
                    say(words.STAGES[row.stage]),
                    None if entry.match_percent is None else round(entry.match_percent, 1),
                    *((None, None, None) if total is None else (_one(total.value), _one(total.low), _one(total.high))),
                    row.human_score,
                    *(_one(score.value) if (score := scores.get(code)) is not None else None for code in columns),
                    " ".join(reason.text.get(language) for reason in row.reasons),
                ]
            )
    empty: list[Cell] = [None] * (5 + len(columns))
    for waiting in found.waiting:
        lines.append(
            [
                say("Not assessed"), waiting.name, channel_name(say, waiting.channel),
                say(words.STAGES[waiting.stage]), *empty, waiting.reason.text.get(language),
            ]
        )  # fmt: skip
    return header, lines


def as_document(row: Requisition, found: RankedPage) -> dict[str, Any]:
    """The list as JSON values, in its order."""
    return {
        "schema": "requisition-ranking/1",
        "requisition": {"id": row.id, "title": row.title, "bar": row.bar},
        "lists": [
            {
                "kit": {"id": one.ruler.kit_id, "version": one.ruler.kit_version, "sha256": one.ruler.kit_sha256},
                "scorer": one.ruler.scorer,
                "role": {"zh": one.role.zh, "en": one.role.en},
                "competencies": [
                    {"id": c.competency_id, "name": {"zh": c.name.zh, "en": c.name.en}, "weight": c.weight,
                     "required_level": c.required_level, "is_delivery": c.is_delivery}
                    for c in _list_competencies(one)
                ],
                "candidates": [_row_document(line) for line in one.rows],
            }
            for one in found.lists
        ],
        "waiting": [
            {"application": one.application_id, "candidate": one.name, "stage": one.stage, "channel": one.channel,
             "reason": {"zh": one.reason.text.zh, "en": one.reason.text.en}}
            for one in found.waiting
        ],
    }  # fmt: skip


def _row_document(row: RankedRow) -> dict[str, Any]:
    entry = row.place.entry
    return {
        "application": row.application_id,
        "candidate": row.name,
        "synthetic": row.synthetic,
        "stage": row.stage,
        "channel": row.channel,
        "section": row.place.section,
        "group": row.place.group,
        "match_percent": None if entry.match_percent is None else round(entry.match_percent, 4),
        "score": _score(entry.score),
        "human_score": row.human_score,
        "above_bar": row.above_bar,
        "reasons": [
            {"code": one.code, "text": {"zh": one.text.zh, "en": one.text.en}} for one in row.reasons
        ],
        "competencies": [
            {"id": one.competency_id, "score": _score(one.score), "meets": one.meets,
             "human_score": row.human_scores.get(one.competency_id)}
            for one in entry.competencies
        ],
    }  # fmt: skip


def _score(score: Any) -> dict[str, float] | None:
    return None if score is None else {"value": score.value, "low": score.low, "high": score.high}


def _one(value: float) -> float:
    return round(value, 1)


def _place_words(row: RankedRow, say: Any) -> str:
    if row.place.section == "ranked":
        return str(say("Tie group {number}", number=row.place.group))
    return str(say(words.SECTION_WORDS[row.place.section]))


def _list_competencies(one: RankedList) -> tuple[EntryCompetency, ...]:
    return one.rows[0].place.entry.competencies if one.rows else ()


def _with_headings(rows: Sequence[RankedRow], sort: str) -> list[dict[str, Any]]:
    """Each row with the heading that stands before it: the sections of the ranking's own order."""
    lines: list[dict[str, Any]] = []
    last: tuple[bool, int | None] | None = None
    for row in rows:
        key = (row.place.section == "ranked", row.place.group if row.place.section == "ranked" else None)
        lines.append({"row": row, "heading": key != last and sort == "rank"})
        last = key
    return lines


def _columns(found: ListPage, chosen: Sequence[str]) -> set[str]:
    """The columns to show: those chosen, else all but the photo. Faces sway judgement, so they come when asked for."""
    known = {*COLUMNS, *(one.competency_id for one in found.columns)}
    return {one for one in chosen if one in known} or known - {"photo"}


def _photos(session: Session, context: Context, actor: Actor, rows: Sequence[RankedRow]) -> dict[str, str]:
    """By application, the address of a picture from the interview; of those that have one (policy and consent)."""
    found = assessments.first_frames(session, [one.assessment_id for one in rows])
    return {
        one.application_id: media_address(
            context, actor.id, found[one.assessment_id], "image/jpeg", f"assessment:{one.assessment_id}"
        )
        for one in rows
        if one.assessment_id in found
    }


def _heads(wanted: ListWanted, columns: Sequence[str], chosen: Sequence[str]) -> dict[str, dict[str, str]]:
    """The heads of columns that the list can be ordered by: the address that does, and how it is ordered now. The time
    in a stage grows as its beginning grows older."""
    heads: dict[str, dict[str, str]] = {}
    for key in ("name", "match", "score", *columns, "recent"):
        here = wanted.sort == key
        up = wanted.backwards != (key in ("name", "recent"))
        query = _query(replace(wanted, sort=key, backwards=here and not wanted.backwards), chosen)
        heads[key] = {"href": f"?{query}", "order": "" if not here else "ascending" if up else "descending"}
    return heads


def _query(wanted: ListWanted, columns: Sequence[str] = ()) -> str:
    """Filters and columns as an address's query, for the next page."""
    pairs = {
        "q": wanted.name,
        "section": wanted.section,
        "stage": wanted.stage,
        "channel": wanted.channel,
        "meets": wanted.meets,
        "sort": wanted.sort,
        "back": "1" if wanted.backwards else "",
        "over": "1" if wanted.with_over else "",
        "human": "1" if wanted.overridden else "",
        "kit": str(wanted.ruler) if wanted.ruler else "",
    }
    shown = [(name, value) for name, value in pairs.items() if value]
    return urlencode([*shown, *(("col", one) for one in columns)])

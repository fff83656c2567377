"""Sections and documents on an employee's file: masked until they are opened on purpose, which is recorded (D2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.console.acting import act, attempt_alone
from api.console.forms import Form, as_day
from api.console.frame import console_page, done
from api.console.lists.row_form import read_fields
from api.context import Context
from api.deps import Ctx
from api.export import attachment
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.clock import china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_persons, require
from interview_engine.hr.employment import service as employment
from interview_engine.hr.files import documents, entries
from interview_engine.hr.files.documents import NewDocument
from interview_engine.hr.files.entries import Entry, FileChanged
from interview_engine.hr.files.id_cards import CardRead
from interview_engine.hr.files.id_numbers import read_id_number
from interview_engine.hr.files.sections import BY_NAME, Section
from interview_engine.hr.forms.fields import Value
from interview_engine.hr.forms.writing import typed
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, missing
from interview_engine.i18n import msg, translator
from pipelines.scans.id_card import MAX_BYTES, read_id_card

HOME = "/console/employees"
SEARCH = "/console/employees-by-id"

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry or a new one as its page shows it.

    Args:
        given: by field, what stands in the form. entry: None for a new one. now: by field, (label, value) of what
            somebody else changed since. read: what a photo of a card gave.
    """

    section: Section
    given: Mapping[str, str]
    entry: Entry | None = None
    now: tuple[tuple[str, str], ...] = ()
    read: CardRead | None = None
    problem: InterviewEngineError | None = None


@router.get(f"{HOME}/{{employment_id}}/file/{{section}}/new")
def blank(employment_id: str, section: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The form of a new entry."""
    require(actor, "contact", "read")
    return _page(request, context, actor, employment_id, Shown(_section(section), {}))


@router.post(f"{HOME}/{{employment_id}}/file/{{section}}/new")
def add(employment_id: str, section: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Add an entry."""
    require(actor, "contact", "read")
    asked = _section(section)

    def work(session: Session) -> Entry:
        person_id = _person(session, actor, employment_id)
        return entries.add(session, actor, person_id, asked.name, read_fields(asked.fields, form), context.clock)

    return act(
        context,
        work,
        lambda _: done(_back(employment_id), "entry_added"),
        lambda problem: _page(request, context, actor, employment_id, Shown(asked, form.values(), problem=problem)),
    )


@router.post(f"{HOME}/{{employment_id}}/file/identity/photo")
def photo(employment_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Read an identity card from a photo into the form of its section; nothing is kept of the photo."""
    section = BY_NAME["identity"]
    entry = _kept_identity(context, actor, employment_id)
    given = {} if entry is None else _typed(section, entry)

    read = attempt_alone(
        lambda: read_id_card(
            form.file("photo", MAX_BYTES, msg("A photo of the card: JPEG, PNG or WebP.")).data, china_day(context.clock)
        )
    )
    if isinstance(read, InterviewEngineError):
        return _page(request, context, actor, employment_id, Shown(section, given, entry, problem=read))
    found = {
        "id_number": read.number_seen,
        "valid_from": typed("day", read.valid_from),
        "valid_until": typed("day", read.valid_until),
    }
    filled = {**given, **{name: value for name, value in found.items() if value}}
    return _page(request, context, actor, employment_id, Shown(section, filled, entry, read=read))


@router.get(f"{HOME}/{{employment_id}}/file/entries/{{entry_id}}")
def show(employment_id: str, entry_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """An entry with nothing masked. The reading is recorded."""
    entry = _opened_entry(context, actor, employment_id, entry_id)
    section = BY_NAME[entry.section]
    return _page(request, context, actor, employment_id, Shown(section, _typed(section, entry), entry))


@router.post(f"{HOME}/{{employment_id}}/file/entries/{{entry_id}}")
def change(employment_id: str, entry_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Change an entry; what somebody else changed meanwhile is shown first."""

    def work(session: Session) -> Entry:
        section = BY_NAME[_belongs(session, actor, employment_id, entry_id)]
        values = read_fields(section.fields, form)
        return entries.change(session, actor, entry_id, values, form.whole("seen", 1, 1_000_000), context.clock)

    def again(problem: InterviewEngineError) -> Response:
        entry = _opened_entry(context, actor, employment_id, entry_id)
        section = BY_NAME[entry.section]
        now: tuple[tuple[str, str], ...] = ()
        if isinstance(problem, FileChanged):
            now = tuple((name, _typed(section, problem.entry).get(name, "")) for name in problem.fields)
        return _page(request, context, actor, employment_id, Shown(section, form.values(), entry, now, None, problem))

    return act(context, work, lambda _: done(_back(employment_id), "entry_changed"), again)


@router.post(f"{HOME}/{{employment_id}}/file/entries/{{entry_id}}/remove")
def remove(employment_id: str, entry_id: str, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Take an entry out."""

    def work(session: Session) -> str:
        _belongs(session, actor, employment_id, entry_id)
        return entries.remove(session, actor, entry_id, form.whole("seen", 1, 1_000_000), context.clock)

    return act(context, work, lambda _: done(_back(employment_id), "entry_removed"))


@router.post(f"{HOME}/{{employment_id}}/documents")
def put(employment_id: str, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Put a document into the file."""
    with context.database.reading() as session:
        person_id = _person(session, actor, employment_id)
        medical = form.text("kind") == "medical"
        check_persons(session, actor, "health" if medical else "identity", "write", (person_id,))
    file = form.file("file", documents.MAX_BYTES, msg("PDF, JPEG or PNG."))
    sha256, media_type = documents.store_document(context.blobs, person_id, file.data)
    name = form.text("name") or file.name
    new = NewDocument(form.text("kind"), name[-200:], sha256, len(file.data), media_type, _day(form, "retention_until"))
    return act(
        context,
        lambda session: documents.add_document(session, actor, person_id, new, context.clock),
        lambda _: done(_back(employment_id, "documents"), "document_added"),
    )


@router.get(f"{HOME}/{{employment_id}}/documents/{{document_id}}")
def read(employment_id: str, document_id: str, context: Ctx, actor: PageActor) -> Response:
    """A document's bytes. The reading is recorded."""
    with context.database.transaction() as session:
        person_id = _person(session, actor, employment_id)
        seen = documents.open_document(session, actor, document_id, context.clock)
        if seen.row.person_id != person_id:
            raise missing("file_document", msg("document"))
    return attachment(context.blobs.read(seen.row.sha256), seen.row.media_type, seen.name or document_id)


@router.post(f"{HOME}/{{employment_id}}/documents/{{document_id}}/hold")
def hold(employment_id: str, document_id: str, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Keep a document until a day, or end that."""
    return act(
        context,
        lambda session: documents.hold(
            session, actor, document_id, _day(form, "hold_until"), form.text("hold_reason"), context.clock
        ),
        lambda _: done(_back(employment_id, "documents"), "document_held"),
    )


@router.post(f"{HOME}/{{employment_id}}/documents/{{document_id}}/delete")
def delete(employment_id: str, document_id: str, context: Ctx, actor: PageActor) -> Response:
    """Take a document out."""
    return act(
        context,
        lambda session: documents.delete_document(session, actor, document_id, context.clock),
        lambda _: done(_back(employment_id, "documents"), "document_deleted"),
    )


@router.get(SEARCH)
def search_page(request: Request, context: Ctx, actor: PageActor) -> Response:
    """Find somebody by their ID number."""
    require(actor, "identity", "read")
    return console_page(request, actor, "employees/by_id.html", problem=None, given="")


@router.post(SEARCH)
def search(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """To the newest employment of who has the number; it stands in no address and no log."""
    require(actor, "identity", "read")

    def work(session: Session) -> str:
        number = read_id_number(form.text("id_number"), china_day(context.clock)).number
        person_id = entries.person_by_id_number(session, actor, number, context.clock)
        if person_id is None:
            raise conflict(
                "id_number.unknown",
                msg("Nobody within your reach has this ID number."),
                msg("Check the number, or look in the list by name or phone."),
            )
        row = employment.of_person(session, person_id)
        return f"/console/people/{person_id}" if row is None else f"{HOME}/{row.id}"

    return act(
        context,
        work,
        lambda address: RedirectResponse(address, 303),
        lambda problem: console_page(
            request, actor, "employees/by_id.html", problem=problem, given=form.text("id_number")
        ),
    )


def file_values(session: Session, context: Context, actor: Actor, person_id: str, language: str) -> dict[str, Any]:
    """What the file's page shows of sections and documents."""
    return {
        "sections": [
            (one, [(entry, lines_of(one.section, entry.values, language)) for entry in one.entries])
            for one in entries.sections_of(session, actor, person_id)
        ],
        "documents": documents.documents_of(session, actor, person_id, context.clock),
        "document_kinds": documents.KINDS,
        "document_options": [(key, text.get(language)) for key, text in documents.KINDS.items()],
    }


def lines_of(section: Section, values: Mapping[str, Value], language: str) -> list[tuple[str, str]]:
    """(label, value in words) of what an entry says, by its values."""
    say = translator(language)
    lines = []
    for one in section.shown():
        value = values.get(one.name)
        if value is None or value is False:
            continue
        words = one.choices[str(value)].get(language) if str(value) in one.choices else typed(one.kind, value)
        lines.append((one.label.get(language), say("Yes") if value is True else words))
    return lines


def _page(request: Request, context: Context, actor: Actor, employment_id: str, shown: Shown) -> Response:
    language = language_of(request)
    section = shown.section
    with context.database.reading() as session:
        person_id = _person(session, actor, employment_id)
        seen = next((one for one in entries.sections_of(session, actor, person_id) if one.section is section), None)
        if seen is None:
            check_persons(session, actor, *section.reads, (person_id,))
        writes = seen is not None and seen.writes
        if shown.entry is None and not writes:
            check_persons(session, actor, *section.writes, (person_id,))
        name = session.get_one(Person, person_id).name
    labels = {one.name: one.label.get(language) for one in section.fields}
    return console_page(
        request,
        actor,
        "employees/entry.html",
        problem=shown.problem,
        section=section,
        entry=shown.entry,
        given=shown.given,
        now=[(labels[field], _in_words(section, field, value, language)) for field, value in shown.now],
        read=shown.read,
        writes=writes,
        lines=[] if shown.entry is None else lines_of(section, shown.entry.values, language),
        name=name,
        back=_back(employment_id),
        here=f"{HOME}/{employment_id}/file",
        words=lambda text: text.get(language),
    )


def _in_words(section: Section, name: str, value: str, language: str) -> str:
    field = next(one for one in section.fields if one.name == name)
    return field.choices[value].get(language) if value in field.choices else value


def _typed(section: Section, entry: Entry) -> dict[str, str]:
    return {one.name: typed(one.kind, entry.values.get(one.name)) for one in section.fields}


def _section(name: str) -> Section:
    if name not in BY_NAME:
        raise missing("file_section", msg("section"))
    return BY_NAME[name]


def _person(session: Session, actor: Actor, employment_id: str) -> str:
    return employment.get_for(session, actor, employment_id, "read").person_id


def _belongs(session: Session, actor: Actor, employment_id: str, entry_id: str) -> str:
    """The section of an entry that is one of this file.

    Raises:
        NotFoundError: there is none, or it is another person's.
    """
    person_id = _person(session, actor, employment_id)
    place = entries.place_of(session, entry_id)
    if place is None or place[0] != person_id:
        raise missing("file_entry", msg("entry"))
    return place[1]


def _kept_identity(context: Context, actor: Actor, employment_id: str) -> Entry | None:
    """The identity entry of an employee whose identity the actor may write, opened; None where there is none yet."""
    section = BY_NAME["identity"]
    with context.database.transaction() as session:
        person_id = _person(session, actor, employment_id)
        check_persons(session, actor, *section.writes, (person_id,))
        seen = next(one for one in entries.sections_of(session, actor, person_id) if one.section is section)
        return entries.open_entry(session, actor, seen.entries[0].id, context.clock) if seen.entries else None


def _opened_entry(context: Context, actor: Actor, employment_id: str, entry_id: str) -> Entry:
    with context.database.transaction() as session:
        _belongs(session, actor, employment_id, entry_id)
        return entries.open_entry(session, actor, entry_id, context.clock)


def _back(employment_id: str, part: str = "sections") -> str:
    return f"{HOME}/{employment_id}#{part}"


def _day(form: Form, name: str) -> date | None:
    raw = form.text(name).strip()
    return as_day(raw, name) if raw else None

"""Entries of the sections of a file: kept encrypted, shown masked, opened on purpose and then noted as read (D2, D7).

Two people may work on one file: who saves says which version they saw, and is told what somebody else changed since.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import ConflictError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_persons, reached_persons
from interview_engine.hr.files.sections import BY_NAME, SECTIONS, Section
from interview_engine.hr.files.tables import FileEntry
from interview_engine.hr.forms.fields import Field, Value, checked_form
from interview_engine.hr.forms.writing import typed
from interview_engine.hr.people.id_keys import forget_number, keep_number, person_of_number
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, missing
from interview_engine.i18n import Text, joined, msg
from interview_engine.store import audit, vault
from interview_engine.store.blobs import Owner
from interview_engine.store.rows import find, stamp, touch

PART = "file"
"""The part of a person whose key opens their sections and documents."""

AT_ONCE = 500
"""Persons of one query."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is read.

    Args:
        values: by field, also those that follow from others; masked where `masked`. Empty when its key was destroyed.
        readable: whether its key is still there.
    """

    id: str
    section: str
    values: Mapping[str, Value]
    version: int
    masked: bool
    readable: bool
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class SectionSeen:
    """A section as somebody sees it: `entries` masked, and whether they may change it."""

    section: Section
    entries: tuple[Entry, ...]
    writes: bool


class FileChanged(ConflictError):  # noqa: N818 what happened, as in errors.py
    """Somebody else has changed an entry since it was read.

    Args:
        entry: as it is now, opened. fields: the names of those that were changed since.
    """

    def __init__(self, message: Text, next_step: Text, entry: Entry, fields: tuple[str, ...]) -> None:
        super().__init__("file.changed", message, next_step)
        self.entry = entry
        self.fields = fields


def sections_of(session: Session, actor: Actor, person_id: str) -> tuple[SectionSeen, ...]:
    """The sections of somebody's file that the actor may read, masked; none where they may read none."""
    rows = session.scalars(select(FileEntry).where(FileEntry.person_id == person_id).order_by(FileEntry.id)).all()
    found = []
    for section in SECTIONS:
        if not _may_read(session, actor, section, person_id):
            continue
        entries = tuple(_entry(session, one, masked=True) for one in rows if one.section == section.name)
        writes = bool(reached_persons(session, actor, *section.writes, (person_id,)))
        found.append(SectionSeen(section, entries, writes))
    return tuple(found)


def open_entry(session: Session, actor: Actor, entry_id: str, clock: Clock) -> Entry:
    """An entry with nothing masked. The reading is in the trail, without a value.

    Raises:
        NotFoundError: `not_found.file_entry`. PermissionDenied.
    """
    row = _found(session, entry_id)
    section = BY_NAME[row.section]
    if not _may_read(session, actor, section, row.person_id):
        check_persons(session, actor, *section.reads, (row.person_id,))
    audit.record(session, actor.id, "file.read", f"person:{row.person_id}", {"section": section.name}, clock)
    return _entry(session, row, masked=False)


def add(
    session: Session, actor: Actor, person_id: str, section_name: str, values: Mapping[str, Value], clock: Clock
) -> Entry:
    """A new entry of a section. A section of one entry that is there already is changed, whatever it says now.

    Raises:
        NotFoundError: section, person. PermissionDenied. InvalidInput: a value.
        ConflictError: `id_number.taken`, `file.full`, `file.one`, somebody else has entered it meanwhile.
    """
    section = _section(section_name)
    _check_writes(session, actor, section, person_id)
    clean = _clean(section, values, clock)
    held = session.scalar(
        select(func.count()).where(FileEntry.person_id == person_id, FileEntry.section == section.name)
    )
    if held and section.most == 1:
        raise conflict(
            "file.one",
            msg("Somebody has entered this meanwhile."),
            msg("Open the file again and change the entry that is there."),
        )
    if (held or 0) >= section.most:
        raise conflict(
            "file.full",
            msg("There are {most} entries already.", most=section.most),
            msg("Remove one that is no longer needed."),
        )
    row = FileEntry(
        **stamp(actor.id, clock), person_id=person_id, section=section.name, sealed="", version=1,
        changes={one.name: 1 for one in section.fields}, until=_until(section, clean),
    )  # fmt: skip
    _keep(session, actor, section, row, clean, clock)
    session.add(row)
    session.flush()
    _note(session, actor, row, "file.add", sorted(name for name, value in clean.items() if value is not None), clock)
    return _entry(session, row, masked=True)


def change(
    session: Session, actor: Actor, entry_id: str, values: Mapping[str, Value], seen: int, clock: Clock
) -> Entry:
    """Change an entry. The same values again change nothing.

    Args:
        seen: the version that the actor had before their eyes.

    Raises:
        NotFoundError, PermissionDenied, InvalidInput. FileChanged: somebody else has changed it since.
        ConflictError: `id_number.taken`.
    """
    row = _found(session, entry_id, lock=True)
    section = BY_NAME[row.section]
    _check_writes(session, actor, section, row.person_id)
    before = opened_values(session, row)
    if row.version != seen:
        raise _changed_since(session, section, row, seen)
    clean = _clean(section, values, clock)
    changed = sorted(name for name in clean if clean[name] != before.get(name))
    if not changed:
        return _entry(session, row, masked=True)
    row.version += 1
    row.changes = {**row.changes, **dict.fromkeys(changed, row.version)}
    if row.until != _until(section, clean):
        row.until, row.told_on = _until(section, clean), None
    _keep(session, actor, section, row, clean, clock)
    touch(row, actor.id, clock)
    session.flush()
    _note(session, actor, row, "file.change", changed, clock)
    return _entry(session, row, masked=True)


def put(
    session: Session, actor: Actor, person_id: str, section_name: str, values: Mapping[str, Value], clock: Clock
) -> Entry:
    """Write a section of one entry, whether it is there or not: for forms that are filled in once, and for imports.

    Raises: as `add`.
    """
    section = _section(section_name)
    row = session.scalar(
        select(FileEntry).where(FileEntry.person_id == person_id, FileEntry.section == section.name).limit(1)
    )
    if section.most != 1 or row is None:
        return add(session, actor, person_id, section_name, values, clock)
    return change(session, actor, row.id, values, row.version, clock)


def remove(session: Session, actor: Actor, entry_id: str, seen: int, clock: Clock) -> str:
    """Take an entry out of a file; returns whose it was.

    Raises:
        NotFoundError, PermissionDenied. FileChanged: as `change`.
    """
    row = _found(session, entry_id, lock=True)
    section = BY_NAME[row.section]
    _check_writes(session, actor, section, row.person_id)
    if row.version != seen:
        raise _changed_since(session, section, row, seen)
    if section.name == "identity":
        forget_number(session, row.person_id)
    session.delete(row)
    _note(session, actor, row, "file.remove", [], clock)
    session.flush()
    return row.person_id


def person_by_id_number(session: Session, actor: Actor, number: str, clock: Clock) -> str | None:
    """Who has this ID number, of those whose identity the actor may read; None for nobody. The search is noted.

    Args:
        number: 18 characters, as `id_numbers.read_id_number` gives it.
    """
    found = person_of_number(session, number, clock)
    if found is None or not reached_persons(session, actor, "identity", "read", (found,)):
        return None
    audit.record(session, actor.id, "file.search", f"person:{found}", {"by": "id_number"}, clock)
    return found


def held_by(session: Session, person_id: str, section_name: str) -> list[Entry]:
    """The entries of a section of somebody's file with nothing masked, oldest first. The caller has checked."""
    rows = session.scalars(
        select(FileEntry)
        .where(FileEntry.person_id == person_id, FileEntry.section == section_name)
        .order_by(FileEntry.id)
    )
    return [_entry(session, row, masked=False) for row in rows]


def tidied(section: Section, values: Mapping[str, Value], clock: Clock) -> dict[str, Value]:
    """The values of an entry as they would be kept.

    Raises:
        InvalidInput: a value, by its field.
    """
    return _clean(section, values, clock)


def forget_sections(session: Session, person_id: str, actor_id: str, clock: Clock) -> int:
    """Take out what is in the sections of somebody who never worked here; returns how many entries. The caller has
    checked that no employment of theirs has days."""
    rows = session.scalars(select(FileEntry).where(FileEntry.person_id == person_id).with_for_update()).all()
    forget_number(session, person_id)
    for row in rows:
        session.delete(row)
    if rows:
        audit.record(session, actor_id, "file.forget", f"person:{person_id}", {"entries": len(rows)}, clock)
    session.flush()
    return len(rows)


def place_of(session: Session, entry_id: str) -> tuple[str, str] | None:
    """Whose an entry is, and of which section; None where there is none."""
    row = find(session, FileEntry, entry_id)
    return None if row is None else (row.person_id, row.section)


def own_data(session: Session, actor: Actor, clock: Clock) -> list[dict[str, object]]:
    """Every entry of the actor's own file with nothing masked, for the export of one's own data; noted once.

    Raises:
        PermissionDenied: the actor is nobody, or may not export their own data.
    """
    person_id = actor.person_id or ""
    check_persons(session, actor, "contact", "export", (person_id,))
    rows = session.scalars(select(FileEntry).where(FileEntry.person_id == person_id).order_by(FileEntry.id)).all()
    audit.record(session, actor.id, "file.export", f"person:{person_id}", {"entries": len(rows)}, clock)
    return [
        {"section": row.section, "changed_at": row.updated_at.isoformat(),
         "values": {name: typed(one.kind, value) for one in BY_NAME[row.section].shown()
                    if (value := opened.get(name := one.name)) is not None}}
        for row in rows
        if (opened := opened_values(session, row)) is not None
        and _may_read(session, actor, BY_NAME[row.section], person_id)
    ]  # fmt: skip


def running_out(session: Session, first: date, last: date) -> list[FileEntry]:
    """Entries that run out on one of these days and of which nobody was told."""
    return list(
        session.scalars(
            select(FileEntry)
            .where(FileEntry.until >= first, FileEntry.until <= last, FileEntry.told_on.is_(None))
            .order_by(FileEntry.until, FileEntry.id)
            .with_for_update(skip_locked=True)
        )
    )


def _may_read(session: Session, actor: Actor, section: Section, person_id: str) -> bool:
    needs = [section.reads]
    if actor.person_id == person_id:
        needs.append(section.own)
    return any(reached_persons(session, actor, *need, (person_id,)) for need in needs)


def _check_writes(session: Session, actor: Actor, section: Section, person_id: str) -> None:
    person = find(session, Person, person_id, lock=True)
    if person is None or person.erased_at is not None:
        raise missing("person", msg("person"))
    check_persons(session, actor, *section.writes, (person_id,))


def _section(name: str) -> Section:
    section = BY_NAME.get(name)
    if section is None:
        raise missing("file_section", msg("section"))
    return section


def _found(session: Session, entry_id: str, *, lock: bool = False) -> FileEntry:
    row = find(session, FileEntry, entry_id, lock=lock)
    if row is None:
        raise missing("file_entry", msg("entry"))
    return row


def _clean(section: Section, values: Mapping[str, Value], clock: Clock) -> dict[str, Value]:
    return section.tidy(checked_form(section.fields, values), china_day(clock))


def _until(section: Section, values: Mapping[str, Value]) -> date | None:
    day = values.get(section.until) if section.until else None
    return day if isinstance(day, date) else None


def _keep(
    session: Session, actor: Actor, section: Section, row: FileEntry, values: Mapping[str, Value], clock: Clock
) -> None:
    if section.name == "identity" and values.get("document") not in (None, "id_card"):
        forget_number(session, row.person_id)
    elif section.name == "identity":
        keep_number(session, row.person_id, str(values["id_number"]), actor.id, clock)
    text = as_text(section, values)
    row.sealed = vault.seal(session, Owner(row.person_id, PART), text, _about(row), clock)


def as_text(section: Section, values: Mapping[str, Value]) -> str:
    """The values of an entry as they are sealed."""
    kinds = {one.name: one.kind for one in section.shown()}
    return json.dumps({name: typed(kinds[name], value) for name, value in values.items() if value is not None})


def read_text(section: Section, text: str) -> dict[str, Value]:
    """The values again."""
    kept: dict[str, str] = json.loads(text)
    return {one.name: _value(one, kept.get(one.name)) for one in section.shown()}


def opened_values(session: Session, row: FileEntry) -> dict[str, Value]:
    """The values of an entry, nothing masked; none when its key was destroyed. The caller has checked."""
    text = vault.opened(session, row.sealed, _about(row))
    return {} if text is None else read_text(BY_NAME[row.section], text)


def _value(one: Field, text: str | None) -> Value:
    if text is None:
        return None
    if one.kind == "day":
        return date.fromisoformat(text)
    return text == "1" if one.kind == "flag" else text


def _entry(session: Session, row: FileEntry, *, masked: bool) -> Entry:
    values = opened_values(session, row)
    masks = BY_NAME[row.section].masks if masked else {}
    shown: dict[str, Value] = {}
    for name, value in values.items():
        hide = name in masks and value is not None
        shown[name] = masks[name](str(value)) if hide else value
    return Entry(row.id, row.section, shown, row.version, masked, bool(values), row.updated_at, row.actor)


def _changed_since(session: Session, section: Section, row: FileEntry, seen: int) -> FileChanged:
    fields = tuple(one for one in section.fields if row.changes.get(one.name, 0) > seen)
    return FileChanged(
        msg("Somebody else has changed this meanwhile: {listed}.", listed=joined(one.label for one in fields)),
        msg("What they entered stands beside your own entries. Decide, and save again."),
        _entry(session, row, masked=False),
        tuple(one.name for one in fields),
    )


def _about(row: FileEntry) -> str:
    return f"file_entry:{row.id}"


def _note(session: Session, actor: Actor, row: FileEntry, action: str, fields: Sequence[str], clock: Clock) -> None:
    detail = {"section": row.section, "entry": row.id, "fields": list(fields)}
    audit.record(session, actor.id, action, f"person:{row.person_id}", detail, clock)


def opened_of(session: Session, section_name: str, person_ids: Sequence[str]) -> dict[str, list[dict[str, Value]]]:
    """By person, the readable entries of a section with nothing masked, oldest first. The caller has checked, and
    writes down that they were read where somebody sees them."""
    section = BY_NAME[section_name]
    found: dict[str, list[dict[str, Value]]] = {}
    for place in range(0, len(person_ids), AT_ONCE):
        some = person_ids[place : place + AT_ONCE]
        rows = session.scalars(
            select(FileEntry)
            .where(FileEntry.section == section_name, FileEntry.person_id.in_(some))
            .order_by(FileEntry.id)
        ).all()
        texts = vault.opened_many(session, [(row.sealed, _about(row)) for row in rows])
        for row, text in zip(rows, texts, strict=True):
            if text is not None:
                found.setdefault(row.person_id, []).append(read_text(section, text))
    return found


def births(session: Session, person_ids: Sequence[str]) -> dict[str, tuple[date, str]]:
    """Birthday and sex ("" where it is not known) of those whose ID number is kept and readable. The caller has checked
    that identities may be read, or shows none of it."""
    return {
        person: (born_on, str(entry.get("sex") or ""))
        for person, entries in opened_of(session, "identity", person_ids).items()
        for entry in entries
        if isinstance(born_on := entry.get("born_on"), date)
    }


def birthdays(session: Session, person_ids: Sequence[str]) -> dict[str, date]:
    """The birthdays of those whose ID number is kept and readable; for a job, which shows none of them."""
    return {person: born_on for person, (born_on, _) in births(session, person_ids).items()}

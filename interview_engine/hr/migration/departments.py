"""Departments that a sheet of employees names and that are not here yet: an import of their own, made of that sheet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.lists.sheet_values import form_of
from interview_engine.hr.migration import receiving, service
from interview_engine.hr.migration.source import SourceLine, SourceTable
from interview_engine.hr.migration.tables import ImportBatch, ImportRow
from interview_engine.hr.org.service import dashed_parts, path_parts
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.hr.problems import conflict
from interview_engine.i18n import msg
from interview_engine.store.secrets import SecretBox

FIELD = "department"
LIST = "departments"
FIELDS = ("name", "parent")
"""The fields that the sheet of departments has."""


def unknown(session: Session, box: SecretBox, batch: ImportBatch) -> tuple[str, ...]:
    """The departments, as paths, for which lines of a checked batch were refused; each once, in the sheet's order. The
    caller has checked that the batch may be read."""
    heads = [head for head, field in batch.mapping.items() if field == FIELD]
    if batch.state != "checked" or not heads or LIST not in service.kinds() or batch.list_name == LIST:
        return ()
    ordered = [head for head in batch.heads if head in heads]
    rows = session.scalars(
        select(ImportRow)
        .where(ImportRow.batch_id == batch.id, ImportRow.state == "refused", ImportRow.source != "")
        .order_by(ImportRow.number)
    )
    found: dict[str, None] = {}
    for row in rows:
        if not any(one["kind"] == "refused" and one["column"] in heads for one in row.notes):
            continue
        cells = dict(zip(batch.heads, json.loads(box.decrypt(row.source)), strict=False))
        parts = path_parts("/".join(cells.get(head, "") for head in ordered))
        if parts:
            found.setdefault("/".join(parts))
    return tuple(found)


def prepare(session: Session, box: SecretBox, actor: Actor, batch_id: str, clock: Clock) -> ImportBatch:
    """An import of those departments with what stands above them, to be checked and written like any other.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `import.no_departments`, there are none.
    """
    batch = service.batch_for(session, actor, batch_id, write=True)
    companies = set(session.scalars(select(LegalEntity.name)))
    rows: dict[tuple[str, str], None] = {}
    for parts in _paths(unknown(session, box, batch), companies):
        for place, name in enumerate(parts):
            rows.setdefault((name, " / ".join(parts[:place])))
    if not rows:
        raise conflict("import.no_departments", msg("No line was refused for its department."))
    lines = tuple(SourceLine(number, cells) for number, cells in enumerate(rows, start=2))
    labels = {one.name: one.label for one in form_of(service.spec_of(LIST)).fields}
    heads = tuple(labels[name].get(actor.language) for name in FIELDS)
    table = SourceTable(batch.sheet, heads, lines)
    sha256 = hashlib.sha256(json.dumps(list(rows), ensure_ascii=False).encode()).hexdigest()
    company = batch.legal_entity_id
    return receiving.receive(session, box, actor, LIST, batch.filename, sha256, table, company, clock)


def _paths(said: Sequence[str], companies: Collection[str]) -> list[list[str]]:
    """What sheets call departments as paths from the top, each once.

    A name with dashes is a path where each of its parts is a name in another. What leaves something out of a longer
    path is that one: 研发部/平台组 beside 总部/研发部/平台组, and 平台组 too where every name that stands alone has a
    longer path somewhere; else names that stand alone are taken for departments at the top.
    """
    names = {part for path in said for part in path_parts(path)} | set(companies)
    found: dict[tuple[str, ...], None] = {}
    for path in said:
        parts, dashed = path_parts(path), dashed_parts(path)
        parts = dashed if len(parts) == 1 and dashed and names.issuperset(dashed) else parts
        parts = parts[1:] if len(parts) > 1 and parts[0] in companies else parts
        found.setdefault(tuple(parts))
    whole = {path[:end] for path in found for end in range(1, len(path) + 1)}
    short = {path for path in found if any(_is_end_of(path, one) for one in whole)}
    roots = {path[0] for path in found if len(path) > 1}
    if any(len(path) == 1 and path not in short and path[0] not in roots for path in found):
        short = {path for path in short if len(path) > 1}
    return [list(path) for path in found if path not in short]


def _is_end_of(path: Sequence[str], longer: Sequence[str]) -> bool:
    if len(longer) <= len(path) or longer[-1] != path[-1]:
        return False
    above = iter(longer[:-1])
    return all(any(one == name for one in above) for name in path[:-1])


def prepared_for(session: Session, actor: Actor, batch: ImportBatch) -> ImportBatch | None:
    """The checked import whose departments this one has made, to go on with; None for any other batch."""
    if batch.list_name != LIST or batch.state != "done":
        return None
    company = batch.legal_entity_id
    found = session.scalar(
        select(ImportBatch)
        .where(
            ImportBatch.list_name != LIST,
            ImportBatch.filename == batch.filename,
            ImportBatch.sheet == batch.sheet,
            ImportBatch.legal_entity_id.is_(None) if company is None else ImportBatch.legal_entity_id == company,
            ImportBatch.state == "checked",
        )
        .order_by(ImportBatch.created_at.desc(), ImportBatch.id.desc())
        .limit(1)
    )
    return None if found is None else service.batch_for(session, actor, found.id)

"""A sheet is received: kept line by line, with a proposal of how it is read, which a person may change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import denied, reaches_group, require
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.forms.matching import propose_alike
from interview_engine.hr.forms.reading import ORDERS
from interview_engine.hr.forms.spec import ListSpec
from interview_engine.hr.lists.sheet_values import form_of, sheet_fields
from interview_engine.hr.migration.kept import note
from interview_engine.hr.migration.service import OPEN, batch_for, companies_for, not_now, spec_of
from interview_engine.hr.migration.source import WHY_LEFT, SourceTable, shape_of
from interview_engine.hr.migration.tables import ImportBatch, ImportMapping, ImportRow
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import stamp, touch
from interview_engine.store.secrets import SecretBox

MOST_LINES = 100_000


@dataclass(frozen=True, slots=True)
class Mapped:
    """How a sheet is read.

    Args:
        mapping: by head, the field. given: by field, what every line without a cell for it says.
        orders: by field, the order of its short dates.
    """

    mapping: Mapping[str, str]
    given: Mapping[str, str]
    orders: Mapping[str, str]


def receive(
    session: Session,
    box: SecretBox,
    actor: Actor,
    list_name: str,
    filename: str,
    sha256: str,
    table: SourceTable,
    legal_entity_id: str | None,
    clock: Clock,
) -> ImportBatch:
    """Keep a sheet with a proposal of how it is read. Needs what the list's form needs, in the company.

    Args:
        sha256: of the file.
        legal_entity_id: whose import it is; None is the only company within reach, or the group's.

    Raises:
        NotFoundError: list or company. PermissionDenied. ConflictError: `import.lines`, too many.
        InvalidInput: `import.company`, several are within reach; `import.empty`.
    """
    spec = spec_of(list_name)
    require(actor, *form_of(spec).needs)
    if actor.account_id is None:
        raise denied()
    company = _company(session, actor, spec, legal_entity_id)
    if not table.lines:
        raise invalid("file", "import.empty", msg("The sheet has no lines."), msg("Fill in the template first."))
    if len(table.lines) > MOST_LINES:
        raise conflict("import.lines", msg("The sheet has more than {most} lines.", most=MOST_LINES),
                       msg("Split it into several sheets."))  # fmt: skip
    batch = ImportBatch(
        **stamp(actor.id, clock),
        legal_entity_id=company,
        account_id=actor.account_id,
        list_name=spec.name,
        filename=filename[-200:],
        sha256=sha256,
        sheet=table.sheet[:120],
        shape=shape_of(table.heads),
        heads=list(table.heads),
        lines=len(table.lines),
        counts={},
        sample=[],
        mapping={},
        given={},
        orders={},
    )
    read = _proposed(session, actor, spec, batch)
    batch.mapping, batch.given, batch.orders = dict(read.mapping), dict(read.given), dict(read.orders)
    session.add(batch)
    session.flush()
    rows = [
        {
            "batch_id": batch.id,
            "number": line.number,
            "state": "read" if line.left is None else "left_out",
            "source": box.encrypt(json.dumps(line.cells, ensure_ascii=False)),
            "notes": [] if line.left is None else [note("left_out", "", WHY_LEFT[line.left])],
            "changes": "",
        }
        for line in table.lines
    ]
    session.execute(insert(ImportRow), rows)
    batch.counts = {"left_out": sum(line.left is not None for line in table.lines)}
    detail = {"list": spec.name, "lines": batch.lines, "sha256": sha256}
    audit.record(session, actor.id, "import.receive", f"import:{batch.id}", detail, clock)
    return batch


def proposal(session: Session, actor: Actor, batch: ImportBatch) -> dict[str, str]:
    """By head, how its field was found: "remembered", "name", "similar"; heads that are not used are left out."""
    spec = spec_of(batch.list_name)
    remembered = _remembered(session, batch)
    alike = propose_alike(sheet_fields(session, actor, spec), batch.heads)
    found: dict[str, str] = {}
    for head, field in batch.mapping.items():
        if remembered is not None and remembered.mapping.get(head) == field:
            found[head] = "remembered"
        elif head in alike and alike[head].field == field:
            found[head] = "name" if alike[head].sure else "similar"
    return found


def set_mapping(session: Session, actor: Actor, batch_id: str, read: Mapped, clock: Clock) -> ImportBatch:
    """Say how a sheet is read; the company's next sheet with these heads is read so as well.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `import.running`, `import.written`.
        InvalidInput: `import.mapping` (no such head, field or order, or a field twice).
    """
    batch = batch_for(session, actor, batch_id, write=True, lock=True)
    if batch.state not in OPEN:
        raise not_now(batch)
    spec = spec_of(batch.list_name)
    fields = {one.name: one for one in sheet_fields(session, actor, spec)}
    _check_mapping(fields, batch.heads, read)
    batch.mapping, batch.given = dict(read.mapping), {name: text for name, text in read.given.items() if text.strip()}
    batch.orders = dict(read.orders)
    batch.state, batch.problem = "read", None
    touch(batch, actor.id, clock)
    kept = _remembered(session, batch)
    if kept is None:
        kept = ImportMapping(**stamp(actor.id, clock), legal_entity_id=batch.legal_entity_id,
                             list_name=batch.list_name, shape=batch.shape)  # fmt: skip
        session.add(kept)
    kept.mapping, kept.given, kept.orders = batch.mapping, batch.given, batch.orders
    touch(kept, actor.id, clock)
    session.flush()
    audit.record(
        session, actor.id, "import.map", f"import:{batch.id}", {"fields": sorted(batch.mapping.values())}, clock
    )
    return batch


LONGEST_GIVEN = 200
"""Characters of a value that is given for all lines."""


def _company(session: Session, actor: Actor, spec: ListSpec, wanted: str | None) -> str | None:
    within = companies_for(session, actor, spec)
    if wanted is not None:
        if wanted not in within:
            raise missing("legal_entity", msg("company"))
        return wanted
    if len(within) == 1:
        return next(iter(within))
    if within and reaches_group(session, actor, *form_of(spec).needs):
        return None
    if not within:
        raise denied()
    raise invalid("company", "import.company", msg("Several companies are within your reach."),
                  msg("Choose the one that the sheet is for."))  # fmt: skip


def _proposed(session: Session, actor: Actor, spec: ListSpec, batch: ImportBatch) -> Mapped:
    fields = sheet_fields(session, actor, spec)
    kept = _remembered(session, batch)
    names = {one.name for one in fields}
    if kept is not None:
        mapping = {head: field for head, field in kept.mapping.items() if head in batch.heads and field in names}
        return Mapped(mapping, kept.given, kept.orders)
    return Mapped({head: one.field for head, one in propose_alike(fields, batch.heads).items()}, {}, {})


def _remembered(session: Session, batch: ImportBatch) -> ImportMapping | None:
    company = batch.legal_entity_id
    return session.scalar(
        select(ImportMapping).where(
            ImportMapping.legal_entity_id.is_(None) if company is None else ImportMapping.legal_entity_id == company,
            ImportMapping.list_name == batch.list_name,
            ImportMapping.shape == batch.shape,
        )
    )


def _check_mapping(fields: Mapping[str, Field], heads: Sequence[str], read: Mapped) -> None:
    used = list(read.mapping.values())
    is_wrong = (
        not set(read.mapping) <= set(heads)
        or not {*used, *read.given, *read.orders} <= set(fields)
        or any(used.count(name) > 1 and not fields[name].joined for name in used)
        or not set(read.orders.values()) <= set(ORDERS)
    )
    if is_wrong:
        raise invalid(
            "mapping",
            "import.mapping",
            msg("A column or a field is named twice, or is not there."),
            msg("Give each field to one column."),
        )
    for name, text in read.given.items():
        text_within(text, f"given_{name}", fields[name].label, LONGEST_GIVEN, least=0)

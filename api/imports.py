"""Files that are imported, as pages, routes and the command line take them: received, and moved on step by step."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from sqlalchemy.orm import Session

from api.context import Context
from api.uploaded import too_large
from interview_engine.errors import InvalidInput, UsageError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.forms.matching import known_heads
from interview_engine.hr.lists.sheet_values import sheet_fields
from interview_engine.hr.migration import receiving, service
from interview_engine.hr.migration.running import run_step
from interview_engine.hr.migration.tables import ImportBatch
from interview_engine.store.work import enqueue_work
from pipelines.customer_sheets import read_customer_sheet

MAX_FILE = 20_000_000
"""Bytes."""


def receive_file(
    context: Context, session: Session, actor: Actor, list_name: str, filename: str, data: bytes, company: str | None
) -> ImportBatch:
    """Read a file and keep its lines with a proposal of how they are read.

    Raises:
        As `receiving.receive`. InvalidInput: `file.too_large`, and what `read_customer_sheet` says of the file.
    """
    if len(data) > MAX_FILE:
        raise too_large("file", MAX_FILE)
    spec = service.spec_of(list_name)
    fields = sheet_fields(session, actor, spec)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{Path(filename).suffix.lower()[:6] or '.csv'}"
        path.write_bytes(data)
        try:
            table = read_customer_sheet(path, known_heads(fields))
        except UsageError as error:
            raise InvalidInput(error.code, error.message, error.next_step, field="file") from error
    sha256 = hashlib.sha256(data).hexdigest()
    return receiving.receive(session, context.box, actor, list_name, filename, sha256, table, company, context.clock)


def begin_step(context: Context, session: Session, actor: Actor, batch_id: str, step: str) -> ImportBatch:
    """Let a step begin, in the transaction of whoever asks; a large batch is work for a worker.

    The caller calls `finish_small` afterwards. A small one is work too: whoever does it now may be broken off, and then
    a worker goes on.

    Raises:
        As `service.begin`.
    """
    batch = service.begin(session, actor, batch_id, step, context.clock)
    enqueue_work(session, service.WORK, batch.id, context.clock, actor.id, again=True)
    return batch


def finish_small(context: Context, batch: ImportBatch) -> None:
    """Do the step of a small batch now."""
    if batch.lines <= service.INLINE:
        run_step(context.database, context.box, batch.id, context.clock)

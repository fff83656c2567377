"""Lines of an import that was written, drawn at random for a person to compare with the source."""

from __future__ import annotations

import random
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.migration.service import batch_for
from interview_engine.hr.migration.tables import ImportBatch, ImportRow
from interview_engine.hr.problems import conflict, invalid
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import touch

SAMPLE = 20


def draw_sample(
    session: Session, actor: Actor, batch_id: str, draw: random.Random, clock: Clock, *, size: int = SAMPLE
) -> ImportBatch:
    """Choose lines at random for a person to compare with the source; a sample that was drawn stays.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `import.unwritten`.
    """
    batch = batch_for(session, actor, batch_id, write=True, lock=True)
    if batch.state != "done":
        raise conflict("import.unwritten", msg("The import has not been written."), msg("Write it first."))
    if batch.sample:
        return batch
    written = select(ImportRow.number).where(
        ImportRow.batch_id == batch.id, ImportRow.state.in_(("made", "changed", "same"))
    )
    numbers = list(session.scalars(written.order_by(ImportRow.number)))
    chosen = sorted(draw.sample(numbers, min(size, len(numbers))))
    batch.sample = [{"row": number, "fits": None, "by": None, "at": None} for number in chosen]
    touch(batch, actor.id, clock)
    audit.record(session, actor.id, "import.sample", f"import:{batch.id}", {"lines": len(chosen)}, clock)
    return batch


def judge_sample(session: Session, actor: Actor, batch_id: str, fits: Mapping[int, bool], clock: Clock) -> ImportBatch:
    """Note of lines of the sample whether they are as in the source; kept with who said so and when.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `import.sample`, a line is not in it.
    """
    batch = batch_for(session, actor, batch_id, write=True, lock=True)
    if not set(fits) <= {one["row"] for one in batch.sample}:
        raise invalid("row", "import.sample", msg("This line is not in the sample."), msg("Reload the page."))
    at = clock.now().isoformat()
    batch.sample = [
        {**one, "fits": fits[one["row"]], "by": actor.account_id, "at": at}
        if one["row"] in fits and one["fits"] != fits[one["row"]]
        else one
        for one in batch.sample
    ]
    touch(batch, actor.id, clock)
    wrong = sum(one["fits"] is False for one in batch.sample)
    audit.record(session, actor.id, "import.judge", f"import:{batch.id}", {"lines": len(fits), "wrong": wrong}, clock)
    return batch

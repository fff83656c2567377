"""A step of an import, durably: checked, written or taken back by the thousand. Written in one transaction with the
end of the item, so that a worker that dies leaves all or nothing, and the next one begins again."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview_engine.errors import UsageError
from interview_engine.hr.migration.running import run_step
from interview_engine.i18n import msg
from interview_engine.store.work_run import Claim, finish
from pipelines.service.workflow import Step
from pipelines.service.workplace import LostClaim, Workplace

TOLD_EVERY = 0.05
"""Of the whole: how often progress is written down."""


def do_import(place: Workplace, held: Claim, _: Step) -> None:
    """Do the step that the batch is in.

    Raises:
        UsageError: `import.no_secret`. LostClaim: the item is somebody else's by now; nothing of it was written.
    """
    report = place.report_progress(held)
    told = -1.0

    def tell(stage: str, share: float) -> None:
        nonlocal told
        if share - told >= TOLD_EVERY or share >= 1:
            told = share
            report(stage, share)

    def ending(session: Session) -> None:
        place.boundary("before-commit", held)
        if not finish(session, held, place.clock):
            raise LostClaim

    if place.box is None:
        raise UsageError(
            "import.no_secret",
            msg("This worker has no secret to open the import's lines with."),
            msg("Start it with the settings of the service."),
        )
    run_step(place.database, place.box, held.subject_id, place.clock, tell, ending)
    place.boundary("committed", held)

"""A roster is worked out, durably: in a child process, and written in one transaction with the end of the item.

The same roster gives the same plan, so a worker that dies leaves nothing behind, and the next one begins again.
"""

from __future__ import annotations

from interview_engine.errors import InterviewEngineError, InvalidInput, SystemPackageError
from interview_engine.hr.rosters import service as rosters
from interview_engine.store.work_run import Claim, finish
from pipelines.service.child_tasks import RosterDone, RosterTask
from pipelines.service.workflow import Step
from pipelines.service.workplace import LostClaim, Workplace

WALL_S = 1800.0
"""The solver's own limits (`roster.Effort`) end it in about two minutes on one core; a busy machine gets more."""


def do_roster(place: Workplace, held: Claim, _: Step) -> None:
    """Work a roster out and write it down, or why it could not be: then a person chooses what to do.

    Raises:
        LostClaim, Stopping: ended without a word. Anything else: the attempt failed, see `workplace.ending_of`.
    """
    with place.database.reading() as session:
        found = rosters.to_solve(session, held.subject_id)
    done: RosterDone | None = None
    problem: InterviewEngineError | None = None
    if found is not None:
        task = RosterTask(found.problem, found.method)
        try:
            done = place.children.run(task, place.report_progress(held), wall_s=WALL_S, cpu_s=WALL_S)
        except (SystemPackageError, InvalidInput) as error:
            problem = error
    place.boundary("solved", held)
    with place.database.transaction() as session:
        if not finish(session, held, place.clock):
            raise LostClaim
        if problem is not None:
            rosters.not_planned(session, held.subject_id, problem, "system", place.clock)
        elif done is not None:
            rosters.planned(session, held.subject_id, done.plan, done.proof, "system", place.clock)
        place.boundary("before-commit", held)
    place.boundary("committed", held)

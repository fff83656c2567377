"""One answer, durably: fetch, measure in a child, keep the result under its hash, enter it. Each step may happen twice
and its effect is there once."""

from __future__ import annotations

from pathlib import Path

from interview_engine.hr.recruiting.interviewing.to_measure import answer_to_measure
from interview_engine.hr.recruiting.reviewing.assessments import store_measured
from interview_engine.store.blobs import register
from interview_engine.store.work_run import Claim, finish
from pipelines.job import AnswerSource, InterviewJob
from pipelines.service.child_tasks import ANSWER, AnswerTask
from pipelines.service.subjects import AnswerSubject, InterviewSubject, read_answer_subject
from pipelines.service.workflow import Step, StepResult
from pipelines.service.workplace import LostClaim, Workplace

MEDIA_TYPE = "application/json"

WALL_S = (300.0, 20.0)
"""Seconds of wall time an answer may take: so many, and so many more for each second of recording. The slowest path
measured takes 1 s for a second; a shared or slower machine gets twenty times that before it is called hanging."""


def do_answer(place: Workplace, held: Claim, step: Step) -> None:
    """Measure the answer of a claimed item and enter it.

    Raises:
        LostClaim, Stopping: ended without a word. Anything else: the attempt failed, see `workplace.ending_of`.
    """
    with place.database.reading() as session:
        subject = read_answer_subject(session, held.subject_id, place.settings)
    if subject is None or not subject.automated:
        _end_unmeasured(place, held, "erased" if subject is None else "not_consented")
        return
    kept = step("measure", lambda: _measure(place, held, subject))
    place.boundary("measure-recorded", held)
    step("enter", lambda: _enter(place, held, kept))
    place.boundary("enter-recorded", held)


def wall_s(subject: InterviewSubject) -> float:
    """How long the work on these recordings may take. The length that a browser states is not believed below 1 min."""
    longest_s = 60.0 * subject.options.max_minutes
    seconds = sum(min(max(answer.duration_s, 60.0), longest_s) for answer in subject.answers if answer.blob_sha256)
    return WALL_S[0] + WALL_S[1] * seconds


def put_file(place: Workplace, answer: AnswerSubject, folder: Path) -> AnswerSource:
    """The answer's recording or text as a file in `folder`."""
    path = folder / answer.file_name
    if answer.blob_sha256 is None:
        path.write_text(answer.text, encoding="utf-8")
    else:
        place.blobs.fetch(answer.blob_sha256, path)
    return AnswerSource(answer.question_id, path)


def _measure(place: Workplace, held: Claim, subject: InterviewSubject) -> StepResult:
    (answer,) = subject.answers
    with place.folder(held) as folder:
        source = put_file(place, answer, folder)
        place.boundary("fetched", held)
        job = InterviewJob(subject.invitation_id, subject.candidate, subject.synthetic, subject.kit, "auto", (source,))
        limit_s = wall_s(subject)
        done = place.children.run(
            AnswerTask(folder, source, job, subject.options),
            place.report_progress(held),
            wall_s=limit_s,
            cpu_s=limit_s,
        )
        place.boundary("measured", held)
        sha256 = place.keep(held, {"answer": (folder / ANSWER, MEDIA_TYPE)}, subject.owner)["answer"]
    place.boundary("kept", held)
    return {"sha256": sha256, "media_s": done.duration_s}


def _enter(place: Workplace, held: Claim, kept: StepResult) -> StepResult:
    """The row and the end of the item in one transaction: both or neither."""
    sha256 = str(kept["sha256"])
    place.boundary("entering", held)
    with place.database.transaction() as session:
        there = answer_to_measure(session, held.subject_id, lock=True) is not None
        if not finish(session, held, place.clock, float(kept["media_s"]), "" if there else "erased"):
            raise LostClaim
        if there:
            # collected when the journal slept for days: then the failure makes the next attempt measure again
            register(session, sha256, place.blobs.size(sha256), MEDIA_TYPE, place.clock)
            store_measured(session, held.subject_id, sha256, place.clock)
        place.clear(session, held, (sha256,) if there else ())
        place.boundary("before-commit", held)
    place.boundary("committed", held)
    return {}


def _end_unmeasured(place: Workplace, held: Claim, why: str) -> None:
    with place.database.transaction() as session:
        if not finish(session, held, place.clock, stage=why):
            raise LostClaim
        place.clear(session, held)
        place.boundary("before-commit", held)
    place.boundary("committed", held)

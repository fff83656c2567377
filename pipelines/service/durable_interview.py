"""One interview, durably: gather its measured answers, score in a child, keep report and screenshots under their
hashes, enter the assessment. Each step may happen twice and its effect is there once."""

from __future__ import annotations

import json
from pathlib import Path

from interview_engine.assessment.reasons import Reason
from interview_engine.errors import OutputError
from interview_engine.hr.recruiting.reach import locked
from interview_engine.hr.recruiting.reviewing.assessments import hand_to_person, new_assessment, store_assessment
from interview_engine.i18n import msg
from interview_engine.store.blobs import register
from interview_engine.store.tables import WorkItem
from interview_engine.store.work_run import Claim, finish
from pipelines.job import AnswerSource, InterviewJob
from pipelines.reports.reading import from_document
from pipelines.scoring.judge_cost import for_kit
from pipelines.scoring.score import identity
from pipelines.service.child_tasks import REPORT, GivenAnswer, InterviewTask
from pipelines.service.durable_answer import put_file, wall_s
from pipelines.service.subjects import AnswerSubject, InterviewSubject, inputs_sha256, read_interview_subject
from pipelines.service.workflow import Step, StepResult
from pipelines.service.workplace import LostClaim, Workplace

REPORT_TYPE = "application/json"
FRAME_TYPE = "image/jpeg"


def do_interview(place: Workplace, held: Claim, step: Step) -> None:
    """Score the interview of a claimed item and enter the assessment.

    Raises:
        LostClaim, Stopping: ended without a word. Anything else: the attempt failed, see `workplace.ending_of`.
    """
    with place.database.reading() as session:
        subject = read_interview_subject(session, held.subject_id, place.settings)
        by_person = session.get_one(WorkItem, held.item_id).by_person
    if subject is None or not subject.automated or by_person:
        _hand_over(place, held)
        return
    kept = step("score", lambda: _score(place, held, subject))
    place.boundary("score-recorded", held)
    step("enter", lambda: _enter(place, held, subject, kept))
    place.boundary("enter-recorded", held)


def _score(place: Workplace, held: Claim, subject: InterviewSubject) -> StepResult:
    models = place.models()
    scorer = identity(subject.options.scorer, place.settings, subject.options.calibration)
    inputs = inputs_sha256(subject, models, scorer)
    with place.folder(held) as folder:
        job, given = _gather(place, subject, folder)
        place.boundary("fetched", held)
        limit_s = wall_s(subject) + _judge_s(place, subject)
        done = place.children.run(
            InterviewTask(folder, job, given, subject.options, models, inputs),
            place.report_progress(held),
            wall_s=limit_s,
            cpu_s=limit_s,
        )
        place.boundary("measured", held)
        frames = place.keep(held, {path: (folder / path, FRAME_TYPE) for path in done.frames}, subject.owner)
        place.boundary("frames-kept", held)
        report = place.keep(held, {REPORT: (folder / REPORT, REPORT_TYPE)}, subject.owner)[REPORT]
    place.boundary("kept", held)
    return {"report": report, "frames": json.dumps(frames, sort_keys=True), "inputs": inputs}


def _judge_s(place: Workplace, subject: InterviewSubject) -> float:
    """How long a judge may take beside the engine: every request as long as one may last."""
    judge = place.settings.judge
    if judge is None or subject.options.scorer == "evidence":
        return 0.0
    return for_kit(subject.kit, judge).requests * judge.timeout_s


def _gather(place: Workplace, subject: InterviewSubject, folder: Path) -> tuple[InterviewJob, tuple[GivenAnswer, ...]]:
    by_question = {answer.question_id: answer for answer in subject.answers}
    sources, given = [], []
    for question in subject.kit.questions:
        answer = by_question.get(question.id)
        if answer is None:
            sources.append(AnswerSource(question.id, None))
            continue
        sources.append(_source(place, subject, answer, folder))
        given.append(_given(place, answer, folder))
    job = InterviewJob(subject.invitation_id, subject.candidate, subject.synthetic, subject.kit, "auto", tuple(sources))
    return job, tuple(given)


def _source(place: Workplace, subject: InterviewSubject, answer: AnswerSubject, folder: Path) -> AnswerSource:
    """The recording itself is needed for screenshots only; else its name is enough for the report."""
    if answer.mode == "video" and subject.options.policy.frames and answer.given_up is None:
        return put_file(place, answer, folder)
    return AnswerSource(answer.question_id, folder / answer.file_name)


def _given(place: Workplace, answer: AnswerSubject, folder: Path) -> GivenAnswer:
    if answer.given_up is not None:
        error = answer.given_up.get("code", "engine.failed")
        return GivenAnswer(answer.question_id, None, reason=Reason("engine.failed", {"error": error}))
    if answer.measured_sha256 is None:
        return GivenAnswer(answer.question_id, None)
    path = folder / f"{answer.question_id}.measured.json"
    place.blobs.fetch(answer.measured_sha256, path)
    return GivenAnswer(answer.question_id, path, answer.correction)


def _enter(place: Workplace, held: Claim, subject: InterviewSubject, kept: StepResult) -> StepResult:
    """Assessment, application, message and the end of the item in one transaction: all or nothing."""
    report_sha256 = str(kept["report"])
    frames: dict[str, str] = json.loads(str(kept["frames"]))
    new = new_assessment(
        from_document(json.loads(place.blobs.read(report_sha256))),
        subject.kit,
        inputs_sha256=str(kept["inputs"]),
        report_sha256=report_sha256,
        frames=frames,
    )
    sizes = {sha256: place.blobs.size(sha256) for sha256 in (report_sha256, *frames.values())}
    place.boundary("entering", held)
    with place.database.transaction() as session:
        now = read_interview_subject(session, held.subject_id, place.settings, lock=True)
        if not finish(session, held, place.clock, stage="" if now is not None else "erased"):
            raise LostClaim
        if now is not None:
            if now.answers != subject.answers:
                raise _changed()
            for sha256, size in sizes.items():
                media_type = REPORT_TYPE if sha256 == report_sha256 else FRAME_TYPE
                register(session, sha256, size, media_type, place.clock)
            store_assessment(session, subject.application_id, subject.invitation_id, new, place.clock)
        place.clear(session, held, sizes if now is not None else ())
        place.boundary("before-commit", held)
    place.boundary("committed", held)
    return {}


def _changed() -> OutputError:
    return OutputError(
        "work.changed",
        msg("The candidate corrected a text while it was being scored."),
        msg("It is scored again with the correction."),
    )


def _hand_over(place: Workplace, held: Claim) -> None:
    """No score: the candidate refused one, or scoring was given up. A person reads the answers."""
    with place.database.transaction() as session:
        invitation = locked(session, held.subject_id)
        if not finish(session, held, place.clock, stage="erased" if invitation is None else "by_person"):
            raise LostClaim
        if invitation is not None:
            hand_to_person(session, invitation, place.clock)
        place.clear(session, held)
        place.boundary("before-commit", held)
    place.boundary("committed", held)

"""Score an archive of reports again, from their stored transcripts and cues: no recording is needed."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence, Set
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from interview_engine.assessment.calibration.calibration import Calibration
from interview_engine.assessment.comparing.ranking import Entry, EntryCompetency, Ruler, remark_for
from interview_engine.assessment.delivery.scorer import score_delivery
from interview_engine.assessment.interview_rules import asked_questions, usable_questions, with_unread
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.report import AnswerAssessment, InterviewReport
from interview_engine.assessment.scoring import CompetencyResult, ContentScores, Scorer, Status, overall
from interview_engine.errors import ReportError, UsageError
from interview_engine.i18n import msg
from interview_engine.settings import Settings
from pipelines.folders.batch import single_threaded
from pipelines.folders.ranking import stored_entry, twice
from pipelines.reports.reading import from_document, read
from pipelines.scoring.score import answer_text, calibrated_scorer
from pipelines.scoring.sentence_vectors import FILE, SentenceVectors
from pipelines.workbench import Workbench
from pipelines.writing import write_whole, writing

CHUNK = 8
"""Reports a process takes at a time: small enough for a moving bar, large enough to hide the hand-over."""


@dataclass(frozen=True, slots=True)
class Rescored:
    """One interview under two rubrics; or the error of a report that cannot be used; or neither: of another kit."""

    folder: str
    before: Entry | None
    after: Entry | None
    error: ReportError | None = None


def rescore_folder(
    folder: Path,
    old: Kit | None,
    new: Kit,
    settings: Settings,
    progress: Callable[[int, int], None],
    calibration: Calibration | None = None,
) -> list[Rescored]:
    """Score every report of `folder` that was made with a kit of `old`'s id, with `old` and with `new`.

    Without `old` the side before is what the reports say as they are stored: what another version of the engine, of the
    scorer or of the kit made of them.

    Reports of other kits come back with neither side; a second report of one interview with an error.

    Args:
        progress: called with (done, total).
        calibration: used on the side of `new`; with the same kit on both sides it is all that differs.

    Raises:
        UsageError: `rescore.no_reports`, `calibration.other_kit`, `calibration.other_scorer`.
        WeightsError: the text models are missing.
        OutputError: `folder` cannot be written (sentence vectors are kept beside the reports that lack them).
    """
    if calibration is not None:
        calibration.check(new)
    paths = [path for path in sorted(folder.glob("*/report.json")) if not path.parent.name.startswith(".")]
    if not paths:
        raise no_reports(folder)
    chunks = [paths[start : start + CHUNK] for start in range(0, len(paths), CHUNK)]
    workers = max(1, min(settings.workers or len(os.sched_getaffinity(0)), len(chunks)))
    found: list[Rescored] = []
    context = multiprocessing.get_context("spawn")
    with single_threaded(), ProcessPoolExecutor(workers, context, _prepare, (settings, old, new, calibration)) as pool:
        for results in pool.map(_rescore_chunk, chunks):
            found += results
            progress(len(found), len(paths))
    return _each_once(found)


def no_reports(folder: Path, kit: Kit | None = None) -> UsageError:
    """The error of an archive without a report, or without one of that kit."""
    return UsageError(
        "rescore.no_reports",
        msg("There is no report in {folder}.", folder=folder)
        if kit is None
        else msg("There is no report of kit {kit} in {folder}.", kit=kit.id, folder=folder),
        msg("Give the folder that assess wrote with --out."),
    )


def _each_once(found: Sequence[Rescored]) -> list[Rescored]:
    """A copied folder would count its candidate twice; only the first one of an interview counts."""
    folders: dict[str, str] = {}
    kept = []
    for one in found:
        if one.before is None or one.before.interview_id not in folders:
            kept.append(one)
        else:
            identity = one.before.interview_id
            kept.append(Rescored(one.folder, None, None, twice(one.folder, identity, folders[identity])))
        if one.before is not None:
            folders.setdefault(one.before.interview_id, one.folder)
    return kept


def rescore_report(report: InterviewReport, kit: Kit, scorer: Scorer, *, delivery: bool) -> Entry:
    """One report's interview scored again with `kit`. Answers to questions that the kit lacks do not count."""
    known = {question.id for question in kit.questions}
    answers = [answer for answer in report.answers if answer.question_id in known and _is_heard(answer)]
    texts = [answer_text(a.question_id, a.transcript) for a in answers if a.transcript is not None]
    scored = scorer.score(kit, texts)
    judged = _judged(report, known, scored)
    content = {result.competency_id: result for result in with_unread(kit, judged, scored.competencies)}
    cues = [(a.speech, a.visual, a.transcript.language) for a in answers if a.transcript is not None]
    results = []
    for competency in kit.competencies:
        if not competency.is_delivery:
            results.append(content[competency.id])
        elif delivery:
            results.append(score_delivery(competency, cues))
    counted = kit if delivery else replace(kit, competencies=tuple(c for c in kit.competencies if not c.is_delivery))
    answered, asked = usable_questions(kit, judged), asked_questions(kit, judged)
    return entry_of(report, counted, results, scorer.scorer_id, answered, asked)


def entry_of(
    report: InterviewReport,
    kit: Kit,
    results: Sequence[CompetencyResult],
    scorer_id: str,
    answered: int,
    asked: int | None = None,
) -> Entry:
    """What a ranking needs of the interview, recalculated from `results` under `kit`; `answered`, `asked` as for
    `overall`."""
    total = overall(kit, results, answered, asked)
    by_id = {result.competency_id: result for result in results}
    return Entry(
        interview_id=report.interview_id,
        candidate=report.candidate,
        ruler=Ruler(kit.id, kit.version, kit.sha256, scorer_id),
        role=kit.role,
        status=total.status,
        reason=remark_for(total.reason),
        match_percent=total.match_percent,
        score=total.score,
        assessed_weight=total.assessed_weight,
        competencies=tuple(
            EntryCompetency(
                c.id,
                c.name,
                c.weight,
                c.required_level,
                c.is_delivery,
                by_id[c.id].score,
                remark_for(by_id[c.id].reason),
            )
            for c in kit.competencies
        ),
        needs_review=(),
        match_band=total.match_band,
    )


def _judged(report: InterviewReport, known: Set[str], scored: ContentScores) -> list[AnswerAssessment]:
    """The answers to questions of the kit, usable or not as the scorer found them this time."""
    found = {finding.question_id: finding.reason for finding in scored.answers}
    judged = []
    for answer in report.answers:
        if answer.question_id not in known:
            continue
        if not _is_heard(answer):
            judged.append(answer)
            continue
        reason = found.get(answer.question_id)
        status: Status = "assessed" if reason is None else "cannot_assess"
        judged.append(replace(answer, status=status, reason=reason))
    return judged


def _is_heard(answer: AnswerAssessment) -> bool:
    """Its words can be used; why the scorer could not use them last time is for the scorer to say again."""
    return answer.transcript is not None and answer.transcript.reason is None


@dataclass(slots=True)
class _Process:
    """What a process of the pool holds between chunks."""

    bench: Workbench
    scorer: Scorer
    new_scorer: Scorer
    old: Kit | None
    new: Kit


_process: _Process | None = None


def _prepare(settings: Settings, old: Kit | None, new: Kit, calibration: Calibration | None) -> None:
    global _process
    bench = Workbench(settings)
    calibrated = bench.scorer
    if calibration is not None:
        calibrated = calibrated_scorer(bench.store, calibration, bench.vectors)
    _process = _Process(bench, bench.scorer, calibrated, old, new)


def _rescore_chunk(paths: Sequence[Path]) -> list[Rescored]:
    assert _process is not None
    return [_rescore_one(path, _process) for path in paths]


def _rescore_one(path: Path, process: _Process) -> Rescored:
    try:
        report = from_document(read(path))
        stored = stored_entry(path)
    except ReportError as error:
        return Rescored(path.parent.name, None, None, error)
    if report.kit_id != (process.old or process.new).id:
        return Rescored(path.parent.name, None, None)
    delivery = bool(report.provenance.settings.get("delivery", True))
    vectors = process.bench.vectors
    vectors.begin(path.parent)
    before = stored
    if process.old is not None:
        before = rescore_report(report, process.old, process.scorer, delivery=delivery)
    after = rescore_report(report, process.new, process.new_scorer, delivery=delivery)
    _keep(vectors, path.parent)
    return Rescored(path.parent.name, before, after)


def _keep(vectors: SentenceVectors, folder: Path) -> None:
    """Write the interview's vectors where they were not kept yet, so that the next rescoring finds them."""
    document = vectors.document() if vectors.has_more else None
    if document is not None:
        with writing(folder):
            write_whole(folder / FILE, document)

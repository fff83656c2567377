"""`interview-engine assess`: from arguments to jobs, and from outcomes to lines a person or a script can read."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from types import FrameType

from api.cli.progress import Bars
from api.cli.side_by_side import both
from interview_engine.assessment.calibration.calibration import Calibration
from interview_engine.assessment.judge.cost import Cost, added, spent
from interview_engine.assessment.kits.delivery_weight import check_kit
from interview_engine.assessment.kits.kit import Kit, ScorerName
from interview_engine.assessment.policy import POLICIES
from interview_engine.assessment.report import InterviewReport
from interview_engine.errors import UsageError
from interview_engine.i18n import LocalizedText, Message, Text, joined, msg
from interview_engine.settings import JudgeSettings, Settings, read_settings
from pipelines.folders.batch import Outcome, assess_all
from pipelines.folders.calibrate import load
from pipelines.folders.manifest import MANIFEST_SUFFIXES, find_kit, job_from_files, job_from_manifest, job_from_whole
from pipelines.job import InterviewJob, Options
from pipelines.judge_estimate import expected
from pipelines.scoring.score import check_judge

ALL_ASSESSED, SOME_NOT_ASSESSED = 0, 3


def run(arguments: argparse.Namespace) -> int:
    """Assess and print; returns 0 or 3. Raises InterviewEngineError for everything the user can mend."""
    settings = _settings(arguments)
    jobs = read_jobs(arguments)
    options = Options(
        policy=POLICIES[arguments.policy],
        delivery=arguments.delivery == "on",
        frames_per_second=settings.frames_per_second,
        max_minutes=settings.max_minutes,
        vision=settings.vision,
        scorer=arguments.scorer or _scorer_of(jobs) or settings.scorer,
        calibration=load(arguments.calibration) if arguments.calibration else None,
        report_languages=tuple(dict.fromkeys(arguments.report_language)) if arguments.report_language else None,
        one_file=arguments.one_file,
    )
    if options.calibration is not None:
        _check_calibration(options, options.calibration, jobs)
    judge = _checked_judge(settings) if options.scorer != "evidence" else None
    if options.delivery:
        for job in jobs:
            check_kit(job.kit, options.policy)
    signal.signal(signal.SIGTERM, _as_interrupt)
    if judge is not None:
        print(_told(msg("Judge, at most about"), expected(jobs, judge)), file=sys.stderr)
    with Bars(on_finished=_print_json if arguments.json else _print_lines) as bars:
        outcomes = assess_all(jobs, options, settings, arguments.out, bars)
    if judge is not None:
        print(_told(msg("Judge, spent in this run"), _spent(outcomes)), file=sys.stderr)
    return ALL_ASSESSED if all(_is_complete(outcome) for outcome in outcomes) else SOME_NOT_ASSESSED


def _scorer_of(jobs: Sequence[InterviewJob]) -> ScorerName | None:
    """Who the kits say scores; None when they leave it to the installation.

    Raises:
        UsageError: `kit.two_scorers`, the kits of one run say different things.
    """
    said = {job.kit.scorer for job in jobs}
    if len(said) > 1:
        raise UsageError(
            "kit.two_scorers",
            msg("The kits of these interviews name different scorers."),
            msg("Run them kit by kit, or say --scorer."),
        )
    return said.pop() if said else None


def _checked_judge(settings: Settings) -> JudgeSettings:
    """The judge of the settings, which answers.

    Raises:
        UsageError: `judge.not_set`. ScorerError: it does not answer.
    """
    check_judge(settings)
    assert settings.judge is not None
    return settings.judge


def _told(what: Message, cost: Cost) -> str:
    """One line in both languages: requests, tokens, money and time as far as they are known."""
    parts: list[Text] = [
        msg("{count} requests", count=f"{cost.requests:,}"),
        msg(
            "{prompt} prompt and {completion} reply tokens",
            prompt=f"{cost.prompt_tokens:,}",
            completion=f"{cost.completion_tokens:,}",
        ),
        LocalizedText(cost.amount, cost.amount) if cost.amount else msg("no price is set"),
    ]
    if cost.seconds is not None:
        parts.append(msg("{seconds} s of waiting", seconds=f"{cost.seconds:,.0f}"))
    return both(msg("{what}: {parts}.", what=what, parts=joined(parts)), "\n")


def _spent(outcomes: Sequence[Outcome]) -> Cost:
    """What the reports of this run say; those of earlier runs were paid for then."""
    reports = [outcome.report for outcome in outcomes if outcome.report is not None and not outcome.resumed]
    costs = [spent(report.provenance.settings) for report in reports]
    return added([cost for cost in costs if cost is not None])


def read_jobs(arguments: argparse.Namespace) -> list[InterviewJob]:
    """Manifests give one interview each; other files together give one.

    Raises:
        UsageError, KitError, ManifestError: see pipelines.folders.manifest.
    """
    manifests = [path for path in arguments.files if path.suffix.lower() in MANIFEST_SUFFIXES]
    kit = find_kit(arguments.kit) if arguments.kit else None
    if manifests and len(manifests) != len(arguments.files):
        raise UsageError(
            "files.mixed",
            msg("Manifests (.yaml) and recordings cannot be mixed."),
            msg("Run them separately."),
        )
    if manifests and arguments.questions:
        raise UsageError(
            "files.questions_with_manifest",
            msg("--questions goes with one recording, not with manifests."),
            msg("Write recording and starts in the manifest."),
        )
    if manifests:
        candidate = arguments.candidate if len(manifests) == 1 else None
        jobs = [job_from_manifest(path, kit, candidate, arguments.lang) for path in manifests]
    else:
        jobs = [_job_from_recordings(arguments, kit)]
    _refuse_same_ids(jobs)
    return jobs


def _check_calibration(options: Options, calibration: Calibration, jobs: Sequence[InterviewJob]) -> None:
    if options.scorer == "judge":
        raise UsageError(
            "calibration.scorer",
            msg("A calibration goes with the evidence scorer."),
            msg("Leave out --scorer judge or --calibration, or use --scorer hybrid."),
        )
    for job in jobs:
        calibration.check(job.kit)


def _job_from_recordings(arguments: argparse.Namespace, kit: Kit | None) -> InterviewJob:
    if kit is None:
        raise UsageError(
            "kit.missing",
            msg("No kit was given."),
            msg("Add --kit, for example --kit customer-service."),
        )
    language = arguments.lang or "auto"
    if arguments.questions is None:
        return job_from_files(arguments.files, kit, arguments.candidate, language)
    if len(arguments.files) != 1:
        raise UsageError(
            "files.questions_needs_one",
            msg("--questions needs exactly one recording."),
            msg("Give one file."),
        )
    return job_from_whole(arguments.files[0], arguments.questions, kit, arguments.candidate, language)


def _refuse_same_ids(jobs: Sequence[InterviewJob]) -> None:
    seen: set[str] = set()
    for job in jobs:
        if job.interview_id in seen:
            raise UsageError(
                "files.same_interview",
                msg("Interview {interview_id} is given twice.", interview_id=job.interview_id),
                msg("Remove one, or give different ids."),
            )
        seen.add(job.interview_id)


def _settings(arguments: argparse.Namespace) -> Settings:
    environment = dict(os.environ)
    if arguments.fps is not None:
        environment["INTERVIEW_ENGINE_FRAMES_PER_SECOND"] = str(arguments.fps)
    if arguments.workers is not None:
        environment["INTERVIEW_ENGINE_WORKERS"] = str(arguments.workers)
    settings = read_settings(environment)
    return replace(settings, device=arguments.device) if arguments.device else settings


def _is_complete(outcome: Outcome) -> bool:
    """Every recording that was given could be assessed; a question left out on purpose does not count."""
    report = outcome.report
    if report is None or report.overall.status == "cannot_assess" or "judge_failed" in report.provenance.settings:
        return False
    given = [answer for answer in report.answers if answer.source]
    return all(answer.status != "cannot_assess" for answer in given)


def _print_lines(outcome: Outcome) -> str:
    report = outcome.report
    if report is None:
        assert outcome.error is not None
        return f"✗ {outcome.interview_id}\n  {outcome.error.text('zh')}\n  {outcome.error.text('en')}"
    head = f"{report.candidate} → {outcome.folder / 'report.html'}"
    if outcome.resumed:
        head += f"  ({both(msg('kept from an earlier run'), ' · ')})"
    lines = [_score_line(report) + "  " + head]
    if "judge_failed" in report.provenance.settings:
        failed = report.provenance.settings
        said = msg(
            "The judge could not rate {count} competencies ({code}): a person has to, or run the same command again.",
            count=failed["judge_failed_competencies"],
            code=failed["judge_failed"],
        )
        lines += [f"  {said.get(language)}" for language in ("zh", "en")]
    if report.overall.reason is not None:
        lines += [f"  {report.overall.reason.text(language)}" for language in ("zh", "en")]
    for answer in report.answers:
        if answer.reason is not None and answer.source:
            zh, en = answer.reason.text("zh"), answer.reason.text("en")
            lines.append(f"  {answer.question_id} [{answer.reason.code}] {zh} {en}")
    return "\n".join(lines)


def _score_line(report: InterviewReport) -> str:
    score, match = report.overall.score, report.overall.match_percent
    if score is None or match is None:
        return f"– {both(msg('cannot assess'))}"
    return f"✓ {score.value:.1f}/10 ({score.low:.1f}–{score.high:.1f}) {both(msg('match'))} {match:.0f}%"


def _print_json(outcome: Outcome) -> str:
    report, error = outcome.report, outcome.error
    line: dict[str, object] = {
        "interview": outcome.interview_id,
        "folder": str(outcome.folder),
        "resumed": outcome.resumed,
    }
    if report is None:
        assert error is not None
        line |= {"status": "failed", "error": {"code": error.code, "zh": error.text("zh"), "en": error.text("en")}}
    else:
        score = report.overall.score
        line |= {
            "candidate": report.candidate,
            "status": report.overall.status,
            "match_percent": report.overall.match_percent,
            "score": None if score is None else {"value": score.value, "low": score.low, "high": score.high},
            **_judged(report),
            "answers": [
                {"question": a.question_id, "status": a.status, "reason": a.reason.code if a.reason else None}
                for a in report.answers
            ],
        }
    return json.dumps(line, ensure_ascii=False)


def _judged(report: InterviewReport) -> dict[str, object]:
    """What the judge took, in the line of an interview that it read."""
    cost = spent(report.provenance.settings)
    if cost is None:
        return {}
    return {
        "judge": {
            "requests": cost.requests,
            "prompt_tokens": cost.prompt_tokens,
            "completion_tokens": cost.completion_tokens,
            "seconds": cost.seconds,
            "cost": cost.amount or None,
            "failed": report.provenance.settings.get("judge_failed"),
        }
    }


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt

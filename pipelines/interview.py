"""One interview from recordings to a report value. Plain functions; the batch and the service call the same ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import interview_engine
from interview_engine.assessment.clarity import clear_first
from interview_engine.assessment.delivery.scorer import score_delivery
from interview_engine.assessment.delivery.signals import Signal
from interview_engine.assessment.delivery.spans import Span, listed
from interview_engine.assessment.interview_rules import (
    NOT_ASKED,
    asked_questions,
    needs_review,
    report_language,
    sum_stages,
    usable_questions,
    with_unread,
)
from interview_engine.assessment.kits.delivery_weight import check_kit, without_delivery
from interview_engine.assessment.kits.kit import Competency
from interview_engine.assessment.media import Media
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.report import (
    AnswerAssessment,
    InterviewReport,
    Mode,
    ModelUsed,
    Provenance,
)
from interview_engine.assessment.scoring import CompetencyResult, Scorer, overall
from interview_engine.clock import Clock, cpu_s
from interview_engine.errors import MediaError
from interview_engine.text_files import decode_text
from pipelines.hearing.background import share_of_silence
from pipelines.hearing.listen import hear, listen
from pipelines.hearing.listen import signals as speech_signals
from pipelines.hearing.transcribe import transcribe, under_music, written
from pipelines.job import AnswerSource, InterviewJob, Options
from pipelines.media.ingest import Limits, Recording, open_recording
from pipelines.memory import return_free_memory
from pipelines.scoring.score import answer_text
from pipelines.watching.watch import signals as visual_signals
from pipelines.watching.watch import watch
from pipelines.workbench import Workbench

Progress = Callable[[str, float], None]
"""Called with the stage's name and the share of the answer that is done, 0..1, never falling."""

MAX_TEXT_BYTES = 200_000
"""A written answer above this is not an answer (about 60,000 Chinese characters)."""


WATCHED = 0.6
"""Share of an answer's work that is watching, for the progress bar: the demo's answers took 45 to 70 %."""


def fingerprint(job: InterviewJob, options: Options, weights: Sequence[ModelUsed], scorer: Sequence[str] = ()) -> str:
    """sha256 over everything that decides the result; equal fingerprints give equal scores, so a resumed run skips.

    `scorer` is what pipelines.scoring.score.identity says of the scorer.
    """
    digest = hashlib.sha256()

    def add(*values: object) -> None:
        digest.update(("\x1f".join(str(value) for value in values) + "\x1e").encode())

    add(interview_engine.__version__, job.kit.sha256, job.candidate, job.synthetic, job.language)
    add(options.policy.id, options.delivery, options.frames_per_second, options.max_minutes, options.vision)
    add(options.scorer, *scorer)
    if options.report_languages is not None:
        add("languages", *options.report_languages)
    if options.one_file:
        add("one file")
    for model in weights:
        add(model.name, model.sha256)
    for answer in job.answers:
        add(answer.question_id, answer.start_s, answer.end_s, answer.path.name if answer.path else "")
        if answer.path is not None:
            add(_file_digest(answer.path))
    return digest.hexdigest()


def assess_answer(
    source: AnswerSource, job: InterviewJob, options: Options, bench: Workbench, clock: Clock, progress: Progress
) -> AnswerAssessment:
    """Measure one answer: ingest, watch, transcribe, listen. What cannot be read or heard is a result with its reason.

    Raises:
        WeightsError, SystemPackageError: the installation is not complete (no answer could be assessed).
    """
    if source.path is None:
        return unusable_answer(source, Reason("answer.missing" if source.asked else NOT_ASKED))
    if source.mode == "text":
        return _assess_text(source, source.path, job, clock)
    limits = Limits(max_duration_s=60 * options.max_minutes)
    try:
        with open_recording(
            source.path,
            start_s=source.start_s,
            end_s=source.end_s,
            frames_per_second=options.frames_per_second,
            limits=limits,
        ) as recording:
            return _assess_recording(source, recording, job, options, bench, clock, progress)
    except MediaError as error:
        return unusable_answer(source, Reason(error.code, getattr(error, "detail", {})))


def _assess_recording(
    source: AnswerSource,
    recording: Recording,
    job: InterviewJob,
    options: Options,
    bench: Workbench,
    clock: Clock,
    progress: Progress,
) -> AnswerAssessment:
    seconds: dict[str, float] = {}
    seconds_cpu: dict[str, float] = {}
    started, started_cpu = clock.monotonic_s(), cpu_s()

    def lap(stage: str) -> None:
        nonlocal started, started_cpu
        return_free_memory()
        now, now_cpu = clock.monotonic_s(), cpu_s()
        seconds[stage], seconds_cpu[stage] = now - started, now_cpu - started_cpu
        started, started_cpu = now, now_cpu

    visual = None
    if recording.video is not None and options.policy.visual_cues:
        frames = recording.frames(on_progress=lambda share: progress("watch", WATCHED * share))
        visual = watch(frames, bench.detectors)
        lap("watch")
    media = recording.media()
    lap("ingest")
    progress("transcribe", WATCHED)
    mode: Mode = "video" if media.video is not None else "voice"
    answer = AnswerAssessment(
        question_id=source.question_id,
        mode=mode,
        source=source.path.name if source.path else "",
        source_start_s=source.start_s,
        duration_s=media.duration_s,
        status="partial" if media.truncated else "assessed",
        reason=media.truncated,
        transcript=None,
        speech=None,
        visual=visual,
        signals=(*interruptions(media), *(visual_signals(visual) if visual is not None else ())),
        stage_seconds=seconds,
        stage_cpu_seconds=seconds_cpu,
    )
    if media.audio is None:
        return replace(answer, status="cannot_assess", reason=Reason("audio.none"))
    activity = hear(media.audio, bench.voice_activity)
    return_free_memory()
    transcript = transcribe(
        media.audio,
        bench.recogniser,
        bench.voice_activity,
        language=job.language,
        languages=job.kit.languages,
        vocabulary=job.kit.vocabulary,
        activity=activity,
    )
    lap("transcribe")
    progress("listen", 0.95)
    voice_cues = options.policy.voice_cues
    speech = listen(
        media.audio,
        transcript,
        bench.voice_activity,
        voice_cues=voice_cues,
        activity=activity,
        unrecorded=media.soundless,
    )
    voices = bench.voices if voice_cues else None
    signals = speech_signals(media.audio, transcript, bench.voice_activity, voices, activity=activity)
    transcript = under_music(transcript, share_of_silence(activity, loud_in(signals)))
    lap("listen")
    answer = replace(answer, transcript=transcript, speech=speech, signals=(*answer.signals, *signals))
    if transcript.reason is not None:
        return replace(answer, status="cannot_assess", reason=transcript.reason)
    return answer


def loud_in(signals: Sequence[Signal]) -> tuple[Span, ...]:
    """Where music or strong noise was heard."""
    loud = ("quality.music", "quality.noise")
    return tuple(span for signal in signals if signal.reason.code in loud for span in signal.spans)


def interruptions(media: Media) -> tuple[Signal, ...]:
    """Where the recorder was paused or started again, as a signal: what happened in between was not recorded."""
    spans = [*media.unrecorded]
    spans += [Span(max(0.0, at_s - 0.5), min(media.duration_s, at_s + 0.5)) for at_s in media.restarts_s]
    if not spans:
        return ()
    spans.sort()
    return (Signal(Reason("quality.interrupted", {"spans": listed(spans)}), tuple(spans)),)


def _assess_text(source: AnswerSource, path: Path, job: InterviewJob, clock: Clock) -> AnswerAssessment:
    started, started_cpu = clock.monotonic_s(), cpu_s()
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return unusable_answer(source, Reason("media.missing"))
    except PermissionError:
        return unusable_answer(source, Reason("media.no_permission"))
    except OSError:
        return unusable_answer(source, Reason("media.unreadable"))
    if len(data) > MAX_TEXT_BYTES:
        return unusable_answer(source, Reason("text.too_long", {"limit": f"{MAX_TEXT_BYTES // 1000} KB"}))
    text = decode_text(data)
    if text is None or "\x00" in text:
        return unusable_answer(source, Reason("text.unreadable"))
    if not text.strip():
        return unusable_answer(source, Reason("text.empty"))
    transcript = written(text.strip(), job.language)
    answer = AnswerAssessment(
        question_id=source.question_id,
        mode="text",
        source=path.name,
        source_start_s=0.0,
        duration_s=0.0,
        status="assessed",
        reason=None,
        transcript=transcript,
        speech=None,
        visual=None,
        stage_seconds={"transcribe": clock.monotonic_s() - started},
        stage_cpu_seconds={"transcribe": cpu_s() - started_cpu},
    )
    reason = transcript.reason
    if reason is None and transcript.language not in job.kit.languages:
        reason = Reason("language.not_covered", {"language": transcript.language})
    return replace(answer, status="cannot_assess", reason=reason) if reason is not None else answer


def unusable_answer(source: AnswerSource, reason: Reason) -> AnswerAssessment:
    """An answer that could not be measured at all, with its reason."""
    return AnswerAssessment(
        question_id=source.question_id,
        mode=source.mode,
        source=source.path.name if source.path else "",
        source_start_s=source.start_s,
        duration_s=0.0,
        status="cannot_assess",
        reason=reason,
        transcript=None,
        speech=None,
        visual=None,
    )


def assess_interview(
    job: InterviewJob,
    answers: Sequence[AnswerAssessment],
    options: Options,
    scorer: Scorer,
    models: Sequence[ModelUsed],
    clock: Clock,
    *,
    device: str,
    inputs_sha256: str,
    speech_backend: Callable[[], str] | None = None,
) -> InterviewReport:
    """Score measured answers and put the report together. `answers` is in the kit's order, one a question.

    Args:
        speech_backend: names what recognises speech on this machine, since its number format can change a word; asked
            where an answer was spoken.

    Raises:
        PolicyError: the kit asks for what the policy forbids. ScorerError: the scorer failed as a whole.
    """
    if options.delivery:
        check_kit(job.kit, options.policy)
    started, started_cpu = clock.monotonic_s(), cpu_s()
    texts = [
        answer_text(a.question_id, a.transcript)
        for a in answers
        if a.transcript is not None and a.status != "cannot_assess"
    ]
    content = scorer.score(job.kit, texts)
    found = {finding.question_id: finding.reason for finding in content.answers if finding.reason is not None}
    judged = tuple(
        replace(a, status="cannot_assess", reason=found[a.question_id])
        if a.question_id in found and a.status != "cannot_assess"
        else a
        for a in answers
    )
    transcripts = {a.question_id: a.transcript for a in judged if a.transcript is not None}
    ordered = clear_first(with_unread(job.kit, judged, content.competencies), transcripts)
    by_id = {result.competency_id: result for result in ordered}
    results = tuple(
        _delivery(competency, answers, options) if competency.is_delivery else by_id[competency.id]
        for competency in job.kit.competencies
    )
    counted = job.kit if options.delivery else without_delivery(job.kit)
    heard = any(a.transcript is not None and a.duration_s > 0 for a in answers)
    stages = sum_stages(a.stage_seconds for a in judged)
    stages["score"] = clock.monotonic_s() - started
    stages_cpu = sum_stages(a.stage_cpu_seconds for a in judged)
    stages_cpu["score"] = cpu_s() - started_cpu
    provenance = Provenance(
        engine_version=interview_engine.__version__,
        scorer=scorer.scorer_id,
        kit_sha256=job.kit.sha256,
        models=tuple(models),
        device=device,
        settings={
            "inputs_sha256": inputs_sha256,
            "delivery": options.delivery,
            "frames_per_second": options.frames_per_second,
            "max_minutes": options.max_minutes,
            "vision": options.vision,
            "language": job.language,
            **({"speech_backend": speech_backend()} if speech_backend and heard else {}),
            **content.settings,
        },
        stage_seconds=stages,
        created_at=clock.now().isoformat(timespec="seconds"),
        stage_cpu_seconds=stages_cpu,
    )
    return InterviewReport(
        interview_id=job.interview_id,
        candidate=job.candidate,
        synthetic=job.synthetic,
        kit_id=job.kit.id,
        kit_version=job.kit.version,
        language=report_language(job.language, job.kit, judged),
        policy=options.policy.id,
        overall=overall(counted, results, usable_questions(job.kit, judged), asked_questions(job.kit, judged)),
        competencies=results,
        answers=judged,
        needs_review=needs_review(judged, results),
        provenance=provenance,
    )


def _delivery(competency: Competency, answers: Sequence[AnswerAssessment], options: Options) -> CompetencyResult:
    if not options.delivery:
        reason = Reason("competency.delivery_off")
        return CompetencyResult(competency.id, "cannot_assess", None, (), (), (), (), reason=reason, is_delivery=True)
    measured = [
        (answer.speech, answer.visual, answer.transcript.language)
        for answer in answers
        if answer.transcript is not None and answer.status != "cannot_assess"
    ]
    return score_delivery(competency, measured)


def _file_digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"unreadable:{error.errno}"

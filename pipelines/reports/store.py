"""One interview's folder on disk: it appears whole or not at all, and only one run writes into a directory."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2

from interview_engine.assessment.media import Frame
from interview_engine.assessment.report import InterviewReport, StoredFrame
from interview_engine.assessment.screenshots import evidence_times, with_frames
from interview_engine.errors import MediaError, OutputError
from interview_engine.i18n import msg
from pipelines.job import InterviewJob, Options
from pipelines.media.ingest import grab_frames
from pipelines.reports.report import from_document, write
from pipelines.scoring import sentence_vectors
from pipelines.writing import write_whole, writing

LOCK = ".interview-engine.lock"
BUILDING = ".building-"
"""Prefix of a folder that is not finished; left by a killed run, swept by the next."""

JPEG_QUALITY = 80


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the directory for one run, creating it.

    Raises:
        OutputError: `output.in_use`, `output.not_writable`, `output.not_a_folder`.
    """
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        handle = os.open(out / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(
                "output.in_use",
                msg("Another run is writing into {out}.", out=out),
                msg("Wait until it ends, or choose another folder."),
            ) from None
        yield
    finally:
        os.close(handle)


def sweep(out: Path) -> None:
    """Remove what a killed run left half-built. Call under the lock."""
    for folder in out.glob(f"{BUILDING}*"):
        shutil.rmtree(folder, ignore_errors=True)


def finished(out: Path, job: InterviewJob, inputs_sha256: str) -> InterviewReport | None:
    """The report of an earlier run over the very same inputs, or None (also when it cannot be read, and when its judge
    failed: the next run asks again)."""
    try:
        document = json.loads((out / job.interview_id / "report.json").read_text(encoding="utf-8"))
        settings = document["provenance"]["settings"]
        if settings["inputs_sha256"] != inputs_sha256 or "judge_failed" in settings:
            return None
        return from_document(document)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def save(
    report: InterviewReport, job: InterviewJob, options: Options, out: Path, vectors: bytes | None = None
) -> InterviewReport:
    """Write report.json, report.html, report.pdf and frames/ of one interview; returns the report with its frames.

    Args:
        vectors: of the sentences, kept beside the report for rescoring (pipelines.scoring.sentence_vectors).

    Raises:
        OutputError: `output.disk_full`, `output.not_writable`; nothing half-written stays.
    """
    building = out / f"{BUILDING}{job.interview_id}"
    final = out / job.interview_id
    try:
        with writing(out):
            shutil.rmtree(building, ignore_errors=True)
            (building / "frames").mkdir(parents=True)
            if options.policy.frames:
                report = with_frames(report, save_frames(report, job, building))
            media = {
                source.question_id: source.path
                for source in job.answers
                if source.path is not None and source.mode != "text" and source.path.is_file()
            }
            if vectors is not None:
                write_whole(building / sentence_vectors.FILE, vectors)
            chosen = options.report_languages
            write(
                report,
                job.kit,
                building,
                media=media,
                language=None if chosen is None else chosen[0],
                languages=chosen or ("zh", "en"),
                one_file=options.one_file,
            )
            _put_in_place(building, final)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return report


def save_frames(report: InterviewReport, job: InterviewJob, folder: Path) -> dict[str, tuple[StoredFrame, ...]]:
    """Write the screenshots that belong to the strongest quotes under `folder`/frames, which exists; by question.

    Raises:
        OSError: the disk refuses.
    """
    stored: dict[str, tuple[StoredFrame, ...]] = {}
    sources = {source.question_id: source for source in job.answers}
    for question_id, times in evidence_times(report).items():
        source = sources[question_id]
        assert source.path is not None
        entries = []
        wanted = [source.start_s + time_s for time_s in times]
        for time_s, frame in zip(times, _pictures(source.path, wanted), strict=False):
            name = f"frames/{question_id}-{round(10 * time_s):05d}.jpg"
            bgr = cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2BGR)
            done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
            if not done:
                raise OSError(errno.EIO, "the JPEG encoder failed")
            (folder / name).write_bytes(data.tobytes())
            entries.append(StoredFrame(time_s, name))
        stored[question_id] = tuple(entries)
    return stored


def _pictures(path: Path, wanted: list[float]) -> list[Frame]:
    """Pictures at those seconds; none when the picture stream cannot be decoded (its cues then say so, not we)."""
    try:
        return grab_frames(path, wanted)
    except MediaError:
        return []


def _put_in_place(building: Path, final: Path) -> None:
    """Rename the finished folder to its place; an older one is moved aside first and removed after."""
    old = final.with_name(f"{BUILDING}old-{final.name}")
    if final.exists():
        shutil.rmtree(old, ignore_errors=True)
        final.rename(old)
    building.rename(final)
    shutil.rmtree(old, ignore_errors=True)

"""What is to be assessed: from a manifest file or from files on the command line to interview jobs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import Kit
from interview_engine.errors import ManifestError, UsageError
from interview_engine.i18n import Text, msg
from pipelines.job import AnswerSource, InterviewJob

MANIFEST_SUFFIXES = frozenset({".yaml", ".yml"})
MAX_MANIFEST_BYTES = 1_000_000


def find_kit(name: str, folder: Path | None = None) -> Kit:
    """The kit of that file path (relative to `folder`) or of that shipped id.

    Raises:
        UsageError: `kit.unknown`. KitError: the file is not a valid kit.
    """
    path = Path(name).expanduser()
    candidates = [path] if folder is None or path.is_absolute() else [folder / path, path]
    for candidate in candidates:
        if candidate.is_file():
            return load_kit(candidate)
    shipped = shipped_kits()
    if name in shipped:
        return load_kit(shipped[name])
    known = ", ".join(sorted(shipped))
    raise UsageError(
        "kit.unknown",
        msg("There is no kit and no file named “{name}”.", name=name),
        msg("Built-in kits: {known}. Or give a .yaml path.", known=known),
    )


def job_from_files(files: Sequence[Path], kit: Kit, candidate: str | None, language: str) -> InterviewJob:
    """Files answer the kit's questions in order; questions left over are not answered.

    Raises:
        UsageError: `files.too_many`.
    """
    if len(files) > len(kit.questions):
        raise UsageError(
            "files.too_many",
            msg(
                "{count} files were given, but kit {id} has {questions} questions.",
                count=len(files),
                id=kit.id,
                questions=len(kit.questions),
            ),
            msg("Give one file per question, or use a manifest (.yaml)."),
        )
    answers = tuple(
        AnswerSource(question.id, files[index]) if index < len(files) else AnswerSource(question.id, None, asked=False)
        for index, question in enumerate(kit.questions)
    )
    return _job(candidate or files[0].stem, kit, language, answers)


def job_from_whole(file: Path, starts_file: Path, kit: Kit, candidate: str | None, language: str) -> InterviewJob:
    """One recording of a whole interview; `starts_file` maps question ids to start times (seconds or "m:ss").

    Raises:
        ManifestError: the file of start times is not valid.
    """
    document = _read_yaml(starts_file)
    starts = document.get("questions", document)
    if not isinstance(starts, dict) or not starts:
        raise _bad(starts_file, "questions", msg("expected “question id: start time”"))
    answers = _windows(starts_file, file, starts, kit)
    return _job(candidate or file.stem, kit, language, answers)


def job_from_manifest(path: Path, default_kit: Kit | None, candidate: str | None, language: str | None) -> InterviewJob:
    """An interview manifest: candidate, kit, answers (question id → file, relative to the manifest).

    Arguments that are not None come from the command line and win over the file.

    Raises:
        ManifestError: unreadable, or a field is missing, unknown or wrong. UsageError, KitError: see `find_kit`.
    """
    document = _read_yaml(path)
    known = {"schema", "id", "candidate", "synthetic", "kit", "language", "answers", "recording", "starts"}
    unknown = sorted(set(document) - known)
    if unknown:
        allowed = ", ".join(sorted(known))
        raise _bad(path, unknown[0], msg("unknown field; known fields: {allowed}", allowed=allowed))
    kit = default_kit or find_kit(_text(document, "kit", path), path.parent)
    spoken = language or _choice(document, "language", path, ("auto", "zh", "en"), "auto")
    synthetic = document.get("synthetic", False)
    if not isinstance(synthetic, bool):
        raise _bad(path, "synthetic", msg("expected true or false"))
    if ("answers" in document) == ("recording" in document):
        raise _bad(path, "answers", msg("give either answers or recording (with starts)"))
    if "recording" in document:
        starts = document.get("starts")
        if not isinstance(starts, dict) or not starts:
            raise _bad(path, "starts", msg("expected “question id: start time”"))
        answers = _windows(path, path.parent / _text(document, "recording", path), starts, kit)
    else:
        answers = _answers(path, document["answers"], kit)
    given_id = document.get("id")
    if given_id is not None and not (isinstance(given_id, str) and re.fullmatch(r"[\w.-]{1,80}", given_id)):
        raise _bad(path, "id", msg("use letters, digits, . _ - only, 80 at most"))
    name = candidate or _text(document, "candidate", path)
    job = _job(name, kit, spoken, answers)
    return InterviewJob(given_id or job.interview_id, name, synthetic, kit, spoken, answers)


def _job(candidate: str, kit: Kit, language: str, answers: tuple[AnswerSource, ...]) -> InterviewJob:
    """The id holds the name for people, and a hash of name, kit and sources so that a second run finds it."""
    seed = "\n".join(
        [candidate, kit.id, *(f"{a.question_id}={a.path.resolve() if a.path else ''}@{a.start_s:g}" for a in answers)]
    )
    slug = re.sub(r"[^\w]+", "-", candidate).strip("-")[:40] or "interview"
    digest = hashlib.sha256(seed.encode()).hexdigest()[:8]
    return InterviewJob(f"{slug}-{digest}", candidate, False, kit, language, answers)


def _answers(path: Path, raw: object, kit: Kit) -> tuple[AnswerSource, ...]:
    if not isinstance(raw, dict) or not raw:
        raise _bad(path, "answers", msg("expected “question id: file”"))
    _check_questions(path, raw, kit)
    found: dict[str, AnswerSource] = {}
    for question_id, value in raw.items():
        field = f"answers.{question_id}"
        if value is None:
            found[question_id] = AnswerSource(question_id, None)
            continue
        entry = {"file": value} if isinstance(value, str) else value
        if (
            not isinstance(entry, dict)
            or not isinstance(entry.get("file"), str)
            or set(entry) - {"file", "start", "end"}
        ):
            raise _bad(path, field, msg("expected a file name, or {file, start, end}"))
        start_s = _seconds(path, field, entry.get("start", 0))
        end_s = _seconds(path, field, entry["end"]) if "end" in entry else None
        if end_s is not None and end_s <= start_s:
            raise _bad(path, field, msg("end must be after start"))
        found[question_id] = AnswerSource(question_id, path.parent / entry["file"], start_s, end_s)
    return _with_those_left_out(kit, found)


def _windows(path: Path, file: Path, starts: Mapping[object, object], kit: Kit) -> tuple[AnswerSource, ...]:
    _check_questions(path, starts, kit)
    order = sorted(
        (_seconds(path, f"starts.{question_id}", value), str(question_id)) for question_id, value in starts.items()
    )
    ends: list[float | None] = [start for start, _ in order[1:]]
    windows: dict[str, AnswerSource] = {}
    for (start_s, question_id), end_s in zip(order, [*ends, None], strict=True):
        if end_s is not None and end_s <= start_s:
            raise _bad(path, f"starts.{question_id}", msg("two questions start at the same time"))
        windows[question_id] = AnswerSource(question_id, file, start_s, end_s)
    return _with_those_left_out(kit, windows)


def _with_those_left_out(kit: Kit, named: Mapping[str, AnswerSource]) -> tuple[AnswerSource, ...]:
    """One source a question of the kit: what is not named was not asked, what is named without a file not answered."""
    return tuple(named.get(question.id, AnswerSource(question.id, None, asked=False)) for question in kit.questions)


def _check_questions(path: Path, keys: Mapping[object, object], kit: Kit) -> None:
    known = [question.id for question in kit.questions]
    for key in keys:
        if key not in known:
            listed = ", ".join(known)
            raise _bad(
                path,
                str(key),
                msg("kit {id} has no such question; it has {listed}", id=kit.id, listed=listed),
            )


def _seconds(path: Path, field: str, value: object) -> float:
    """Seconds from a number, or from text like "1:05", "1:02:03.5"."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e6:
        return float(value)
    if isinstance(value, str) and re.fullmatch(r"(\d+:){0,2}\d+(\.\d+)?", value):
        seconds = 0.0
        for part in value.split(":"):
            seconds = 60 * seconds + float(part)
        return seconds
    raise _bad(path, field, msg("a time is seconds or “m:ss” (quoted)"))


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            raise _bad(path, "-", msg("the file is too large (limit 1 MB)"))
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _bad(path, "-", msg("the file cannot be read ({strerror})", strerror=error.strerror)) from error
    except UnicodeDecodeError as error:
        raise _bad(path, "-", msg("the file is not UTF-8 text")) from error
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = str(mark.line + 1) if mark else "-"
        problem = getattr(error, "problem", None) or type(error).__name__
        raise _bad(path, f"{where}", msg("YAML syntax error: {problem}", problem=problem)) from error
    if not isinstance(document, dict):
        raise _bad(path, "-", msg("expected a mapping of fields"))
    return document


def _text(document: Mapping[str, Any], field: str, path: Path) -> str:
    value = document.get(field)
    if not isinstance(value, str) or not value.strip():
        raise _bad(path, field, msg("this field is missing or is not text"))
    return value.strip()


def _choice(document: Mapping[str, Any], field: str, path: Path, allowed: tuple[str, ...], default: str) -> str:
    value = document.get(field, default)
    if value not in allowed:
        listed = " | ".join(allowed)
        raise _bad(path, field, msg("must be one of {listed}", listed=listed))
    return str(value)


def _bad(path: Path, field: str, problem: Text) -> ManifestError:
    return ManifestError(
        "manifest.invalid",
        msg("{name} ({field}): {problem}.", name=path.name, field=field, problem=problem),
        msg("See “Interview manifests” in docs/kits.md."),
    )

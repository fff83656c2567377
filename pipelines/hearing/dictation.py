"""A short dictated clip to text, by the recogniser of interviews in a confined child. The sound is never stored."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from interview_engine.errors import (
    Busy,
    InterviewEngineError,
    InvalidInput,
    MediaError,
    TooLarge,
    UnsupportedMedia,
    WeightsError,
)
from interview_engine.i18n import Text, msg
from interview_engine.settings import Settings

MAX_BYTES = 5 << 20
"""A minute at 128 kbit/s, which browsers record sound with, is 1 MB; uncompressed in mono at 16 kHz it is 2 MB."""
MOST_S = 60
SLACK_S = 5
"""What a browser may record between its timer and the end of the file."""
TYPES = ("webm", "ogg", "mp4", "mpeg", "aac", "flac", "wav", "wave", "x-wav", "x-m4a")
"""After "audio/": what browsers record, and what people have."""
AT_ONCE = 2
RETRY_AFTER_S = 5
MEMORY_BYTES = 3 * 1024 * 1024 * 1024
FILE_BYTES = 16 << 20
"""The decoded samples lie in a temporary file without a name (pipelines/media/mono.py): 4 MB a minute."""
CPU_S = 120
WALL_S = 90

_places = threading.BoundedSemaphore(AT_ONCE)


def words_of(clip: bytes, media_type: str, settings: Settings) -> str:
    """The words of a clip, in whichever language they were said; about 5 s of one processor for a clip of 10 s.

    The clip is in memory, and in a temporary file without a name while the child reads it: nothing is left of it
    however this ends.

    Args:
        clip: up to 5 MB and 60 s.
        media_type: of the request's Content-Type; parameters are ignored.
        settings: which weights. It runs on the processor, also where interviews run on a GPU.

    Raises:
        UnsupportedMedia: `dictation.type`. TooLarge: `dictation.too_large`.
        InvalidInput: `dictation.empty`, `dictation.unreadable`, `dictation.too_long`, `dictation.no_words`.
        Busy: `dictation.busy`, others' clips are being heard; `dictation.slow`, it took longer than 90 s.
        WeightsError: `dictation.weights`.
    """
    kind, _, name = media_type.partition(";")[0].strip().lower().partition("/")
    if kind != "audio" or name not in TYPES:
        raise UnsupportedMedia(
            "dictation.type",
            msg("This is no sound recording."),
            msg("Record again with the button beside the field, or type the text."),
        )
    if not clip:
        raise _problem("dictation.empty", msg("The recording is empty."))
    if len(clip) > MAX_BYTES:
        raise TooLarge(
            "dictation.too_large",
            msg("The recording is larger than {megabytes} MB.", megabytes=MAX_BYTES >> 20),
            msg("Record a shorter part, or type the text."),
        )
    if not _places.acquire(blocking=False):
        raise _busy("dictation.busy", msg("Others are dictating at the moment."))
    try:
        reply = _heard(clip, settings)
    finally:
        _places.release()
    if "text" not in reply:
        raise _refusal(str(reply.get("problem")))
    text = str(reply["text"])
    if not text:
        raise _problem("dictation.no_words", msg("No words were heard."))
    return text


def _heard(clip: bytes, settings: Settings) -> dict[str, Any]:
    """The child's reply: `text`, or `problem`."""
    code = "import sys; sys.path[:0] = sys.argv[1:2]; from pipelines.hearing.dictation import child; child(sys.argv[2])"
    weights = {
        "weights": None if settings.weights is None else str(settings.weights),
        "own": [[name, str(folder)] for name, folder in settings.own_weights],
    }
    root = str(Path(__file__).resolve().parents[2])
    with tempfile.TemporaryFile() as file:
        file.write(clip)
        file.seek(0)
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", code, root, json.dumps(weights)],
                stdin=file, capture_output=True, timeout=WALL_S, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise _busy("dictation.slow", msg("The recording could not be turned into text in time.")) from None
    if done.returncode != 0:
        return {"problem": "unreadable"}
    reply: dict[str, Any] = json.loads(done.stdout)
    return reply


def child(weights: str) -> None:
    """The child process: the clip on standard input; `text` or `problem` as JSON on standard output."""
    for what, limit in (
        (resource.RLIMIT_DATA, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    found = json.loads(weights)
    root = None if found["weights"] is None else Path(found["weights"])
    own = tuple((name, Path(folder)) for name, folder in found["own"])
    json.dump(_reply(Path("/dev/fd/0"), Settings(weights=root, own_weights=own, device="cpu")), sys.stdout)


def _reply(clip: Path, settings: Settings) -> dict[str, str]:
    from models.speech.load import load_recogniser
    from models.speech.vad import SileroVoiceActivity
    from models.weights.registry import store_of
    from pipelines.hearing.transcribe import transcribe
    from pipelines.media.ingest import Limits, open_recording

    try:
        with open_recording(clip, limits=Limits(max_duration_s=MOST_S + SLACK_S)) as recording:
            audio = recording.media().audio
    except MediaError as error:
        return {"problem": "too_long" if error.code == "media.too_long" else "unreadable"}
    if audio is None:
        return {"text": ""}
    try:
        store = store_of(settings)
        transcript = transcribe(audio, load_recogniser(store, device="cpu"), SileroVoiceActivity(store))
    except WeightsError:
        return {"problem": "weights"}
    return {"text": transcript.text.strip()}


def _refusal(problem: str) -> InterviewEngineError:
    if problem == "weights":
        return WeightsError(
            "dictation.weights",
            msg("Speech cannot be turned into text here: the model for it is not installed."),
            msg("Type the text. An administrator can install it: `interview-engine models pull`."),
        )
    if problem == "too_long":
        return InvalidInput(
            "dictation.too_long",
            msg("The recording is longer than {seconds} s.", seconds=MOST_S),
            msg("Record a shorter part, or type the text."),
        )
    return _problem("dictation.unreadable", msg("The recording cannot be read."))


def _problem(code: str, message: Text) -> InvalidInput:
    return InvalidInput(code, message, msg("Record it again, closer to the microphone, or type the text."))


def _busy(code: str, message: Text) -> Busy:
    return Busy(code, message, msg("Try again in a few seconds, or type the text."), RETRY_AFTER_S)

"""python -m bench robustness: what changes in scores and cues when only the looks or the sound of a recording change.

A change of the picture leaves the sound stream as it is, so the transcript and every content score must be identical to
the bit. A change of the sound can move a content score only through the words recognised: the word error rate against
the unchanged recording is printed beside it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench import perturb
from bench.conventions import run_info, write_json
from bench.perturb import Perturbation
from bench.setting import ROOT, results_folder, shared_data
from bench.text_scores import score as word_errors
from interview_engine.assessment.media import SAMPLE_RATE
from interview_engine.assessment.policy import POLICIES
from interview_engine.assessment.report import AnswerAssessment
from interview_engine.clock import SystemClock
from interview_engine.settings import Settings
from pipelines.ingest import open_recording
from pipelines.interview import Options, assess_answer
from pipelines.manifest import AnswerSource, InterviewJob, job_from_manifest
from pipelines.score import answer_text
from pipelines.workbench import Workbench

LIBRARIES = ("av", "faster-whisper", "ctranslate2", "mediapipe", "numpy")
BABBLE_VOICES = 6
"""Voices of the café: enough that no word of one can be followed."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one change did to one recording.

    Args:
        error_rate: WER (en) or CER (zh) of the transcript against the unchanged recording's own.
        score_change: largest absolute change of a competency's content score, in points of 10; None when a competency
            could be assessed on one side only (`lost` counts them).
        cues: change of each cue, new minus old.
    """

    recording: str
    change: str
    same_transcript: bool
    error_rate: float
    score_change: float
    lost: int
    cues: dict[str, float]


def main(arguments: Sequence[str]) -> int:
    """Run all changes on the demo's recordings (and more clips, if given); print and store."""
    parser = argparse.ArgumentParser(prog="python -m bench robustness", description=__doc__)
    parser.add_argument("manifests", nargs="*", type=Path, help="interview manifests (default: the demo's)")
    parser.add_argument("--limit", type=int, default=None, help="recordings at most")
    parser.add_argument("--changes", nargs="*", help="names of changes (default: all)")
    parser.add_argument("--out", type=Path, default=results_folder() / "robustness.json")
    options = parser.parse_args(arguments)
    manifests = options.manifests or sorted((ROOT / "pipelines" / "demo").glob("*.yaml"))
    bench = Workbench(Settings())
    info = run_info(LIBRARIES, threads=1)
    changes = [c for c in _changes(bench) if not options.changes or c.name in options.changes]
    effects: list[Effect] = []
    with tempfile.TemporaryDirectory() as folder:
        sources = [
            (job, answer)
            for job in (job_from_manifest(path, None, None, None) for path in manifests)
            for answer in job.answers
            if answer.mode == "video" and answer.path is not None
        ]
        for job, answer in sources[: options.limit]:
            effects += _one(job, answer, changes, bench, Path(folder))
    write_json(
        options.out, {"schema": "bench-robustness/1", "run": asdict(info), "effects": [asdict(e) for e in effects]}
    )
    _print(effects, changes)
    print(f"→ {options.out}")
    bench.close()
    moved = [e for e in effects if e.same_transcript and (e.score_change or e.lost)]
    return 1 if moved else 0


def _changes(bench: Workbench) -> list[Perturbation]:
    babble = _babble(bench)
    return [
        Perturbation("face blur", picture=perturb.face_blur(bench.detectors.faces)),
        Perturbation("mirrored", picture=perturb.flip),
        Perturbation("darker x0.5", picture=perturb.brightness(0.5)),
        Perturbation("brighter x1.6", picture=perturb.brightness(1.6)),
        Perturbation("360p", height=360),
        Perturbation("1080p", height=1080),
        Perturbation("half the frame rate", every=2),
        Perturbation("MPEG-4 150 kbit/s", video_codec="mpeg4", video_kbps=150),
        Perturbation("pitch +3 semitones", sound=perturb.pitch(3)),
        Perturbation("pitch -3 semitones", sound=perturb.pitch(-3)),
        Perturbation("Opus 24 kbit/s", audio_codec="libopus", audio_kbps=24, audio_rate=48_000),
        Perturbation("MP3 32 kbit/s", audio_codec="libmp3lame", audio_kbps=32),
        Perturbation("telephone 8 kHz", sound=perturb.telephone),
        Perturbation("café 20 dB", sound=perturb.noise(babble, 20)),
        Perturbation("café 10 dB", sound=perturb.noise(babble, 10)),
        Perturbation("café 0 dB", sound=perturb.noise(babble, 0)),
    ]


def _babble(bench: Workbench) -> np.ndarray:
    """Ten seconds of several people reading at once, from the recordings of accented readers."""
    voices = sorted((shared_data() / "C_audio" / "speechocean762_train").glob("*.wav"))
    chosen = voices[:: max(1, len(voices) // BABBLE_VOICES)][:BABBLE_VOICES]
    mixed = np.zeros(10 * SAMPLE_RATE, dtype=np.float32)
    for path in chosen:
        with open_recording(path) as recording:
            audio = recording.media().audio
        if audio is not None:
            mixed += np.resize(audio.samples, len(mixed)) / max(1e-6, float(np.sqrt(np.mean(audio.samples**2))))
    return mixed


def _one(
    job: InterviewJob, answer: AnswerSource, changes: Sequence[Perturbation], bench: Workbench, folder: Path
) -> list[Effect]:
    assert answer.path is not None
    before = _assess(job, answer, bench)
    if before.transcript is None or before.transcript.reason is not None:
        return []
    scores = _scores(job, before, bench)
    effects = []
    for change in changes:
        target = folder / "changed.mkv"
        perturb.write(answer.path, target, change)
        after = _assess(job, AnswerSource(answer.question_id, target), bench)
        new = _scores(job, after, bench)
        text = after.transcript.text if after.transcript else ""
        shared = [key for key in scores if key in new]
        effects.append(
            Effect(
                answer.path.name,
                change.name,
                text == before.transcript.text,
                word_errors(before.transcript.text, text, before.transcript.language).rate,
                max((abs(scores[key] - new[key]) for key in shared), default=0.0),
                len(set(scores) ^ set(new)),
                _cue_changes(before, after),
            )
        )
        print(_line(effects[-1]), flush=True)
    return effects


def _assess(job: InterviewJob, answer: AnswerSource, bench: Workbench) -> AnswerAssessment:
    options = Options(POLICIES["default"])
    return assess_answer(answer, job, options, bench, SystemClock(), lambda stage, share: None)


def _scores(job: InterviewJob, answer: AnswerAssessment, bench: Workbench) -> dict[str, float]:
    if answer.transcript is None or answer.status == "cannot_assess":
        return {}
    content = bench.scorer.score(job.kit, [answer_text(answer.question_id, answer.transcript)])
    return {result.competency_id: result.score.value for result in content.competencies if result.score is not None}


def _cue_changes(before: AnswerAssessment, after: AnswerAssessment) -> dict[str, float]:
    old, new = _cues(before), _cues(after)
    return {name: round(new[name] - old[name], 3) for name in old if name in new}


def _cues(answer: AnswerAssessment) -> dict[str, float]:
    cues: dict[str, float] = {}
    if answer.speech is not None:
        cues["speech rate /min"] = answer.speech.speech_rate_per_min
        cues["pause share"] = answer.speech.pause_share
        if answer.speech.pitch is not None:
            cues["pitch Hz"] = answer.speech.pitch.median_hz
    if answer.visual is not None:
        cues["face share"] = answer.visual.face_present_share
        for name, value in (
            ("eye-contact proxy", answer.visual.eye_contact_proxy_share),
            ("smile", answer.visual.smile_share),
        ):
            if value is not None:
                cues[name] = value
    return cues


def _line(effect: Effect) -> str:
    cues = "  ".join(f"{name} {value:+.2f}" for name, value in effect.cues.items())
    lost = f" lost {effect.lost}" if effect.lost else ""
    head = f"{effect.recording:<22} {effect.change:<22} errors {effect.error_rate:6.1%}"
    return f"{head}  score ±{effect.score_change:.2f}{lost}  {cues}"


def _print(effects: Sequence[Effect], changes: Sequence[Perturbation]) -> None:
    print("\nchange                  recordings  same words  mean error rate  largest score change  competencies lost")
    for change in changes:
        mine = [effect for effect in effects if effect.change == change.name]
        if mine:
            same = sum(effect.same_transcript for effect in mine)
            rate = float(np.mean([effect.error_rate for effect in mine]))
            largest = max(effect.score_change for effect in mine)
            lost = sum(effect.lost for effect in mine)
            print(f"{change.name:<24}{len(mine):>10}{same:>12}{rate:>17.1%}{largest:>22.2f}{lost:>19}")

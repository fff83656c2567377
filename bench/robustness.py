"""python -m bench robustness: what changes in scores and cues when only the looks or the sound of a recording change.

A change of the picture leaves the sound stream as it is, packet by packet, so the transcript and every content score
must be identical to the bit. A change of the sound can move a content score only through the words recognised: the word
error rate against the unchanged recording is printed beside it. Changes of the sound are assessed without the picture,
which they copy. Exit status 1 when a content score moved although the transcript did not.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench import perturb
from bench.conventions import run_info, write_json
from bench.perturb import Perturbation
from bench.robustness_clips import clips, drawn_picture
from bench.setting import ROOT, results_folder, shared_data
from bench.text_scores import score as word_errors
from interview_engine.assessment.media import SAMPLE_RATE
from interview_engine.assessment.policy import POLICIES
from interview_engine.assessment.report import AnswerAssessment
from interview_engine.clock import SystemClock
from interview_engine.settings import Settings
from models.vision.face import FaceDetector
from pipelines.folders.manifest import job_from_manifest
from pipelines.interview import assess_answer
from pipelines.job import AnswerSource, InterviewJob, Options
from pipelines.scoring.score import answer_text
from pipelines.workbench import Workbench

LIBRARIES = ("av", "faster-whisper", "ctranslate2", "mediapipe", "numpy")
BABBLE_VOICES = 6
"""Voices of the café: enough that no word of one can be followed."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one change did to one recording.

    Args:
        error_rate: WER (en) or CER (zh) of the transcript against the unchanged recording's own.
        scores: change of each competency's content score in points of 10, new minus old.
        lost: competencies that could be assessed on one side only.
        cues: change of each cue, new minus old.
    """

    recording: str
    change: str
    same_transcript: bool
    error_rate: float
    scores: dict[str, float]
    lost: int
    cues: dict[str, float]

    @property
    def score_change(self) -> float:
        """The largest absolute change of a content score."""
        return max((abs(value) for value in self.scores.values()), default=0.0)

    @property
    def broken(self) -> bool:
        """Whether content moved by something else than the words."""
        return self.same_transcript and (self.score_change > 0.0 or self.lost > 0)


def main(arguments: Sequence[str]) -> int:
    """Run all changes on the recordings; print and store. 1 when a content score moved by itself."""
    parser = argparse.ArgumentParser(prog="python -m bench robustness", description=__doc__)
    parser.add_argument("manifests", nargs="*", type=Path, help="interview manifests (default: robustness_clips)")
    parser.add_argument("--limit", type=int, default=None, help="recordings at most")
    parser.add_argument("--changes", nargs="*", help="names of changes (default: all)")
    parser.add_argument("--out", type=Path, default=results_folder() / "robustness.json")
    options = parser.parse_args(arguments)
    info = run_info(LIBRARIES, threads=1)
    started = time.monotonic()
    bench = Workbench(Settings())
    try:
        drawn = perturb.head_of(drawn_picture(ROOT / "pipelines" / "demo"), bench.detectors.faces)
        every = all_changes(bench.detectors.faces, _babble(), drawn)
        changes = [change for change in every if not options.changes or change.name in options.changes]
        effects: list[Effect] = []
        with tempfile.TemporaryDirectory() as folder:
            for job, answer in _sources(options.manifests, Path(folder))[: options.limit]:
                effects += _one(job, answer, changes, bench, Path(folder))
    finally:
        bench.close()
    document = {
        "schema": "bench-robustness/2",
        "run": asdict(info),
        "seconds": round(time.monotonic() - started),
        "bound": bound(effects),
        "effects": [asdict(effect) for effect in effects],
    }
    write_json(options.out, document)
    _print(effects, changes)
    print(f"→ {options.out}")
    return 1 if any(effect.broken for effect in effects) else 0


def bound(effects: Sequence[Effect]) -> dict[str, float]:
    """The figures to quote: how far content moved where the transcript stayed, and where the words changed."""
    same = [effect for effect in effects if effect.same_transcript]
    other = [effect for effect in effects if not effect.same_transcript]
    return {
        "same_transcript": len(same),
        "same_transcript_largest_score_change": max((effect.score_change for effect in same), default=0.0),
        "same_transcript_lost": sum(effect.lost for effect in same),
        "other_transcript": len(other),
        "other_transcript_largest_score_change": max((effect.score_change for effect in other), default=0.0),
        "other_transcript_lost": sum(effect.lost for effect in other),
    }


def _sources(manifests: Sequence[Path], folder: Path) -> list[tuple[InterviewJob, AnswerSource]]:
    if not manifests:
        return clips(shared_data(), ROOT / "pipelines" / "demo", folder)
    jobs = [job_from_manifest(path, None, None, None) for path in manifests]
    return [(job, a) for job in jobs for a in job.answers if a.mode == "video" and a.path is not None]


def all_changes(faces: FaceDetector, babble: perturb.Sound, drawn: perturb.Picture) -> list[Perturbation]:
    """Every change that must not touch content; `babble` is the café's sound, 16 kHz mono, `drawn` another head."""
    return [
        Perturbation("face blur", picture=perturb.face_blur(faces)),
        Perturbation("another face", picture=perturb.face_swap(faces, drawn)),
        Perturbation("mirrored", picture=perturb.flip),
        Perturbation("darker x0.5", picture=perturb.brightness(0.5)),
        Perturbation("brighter x1.6", picture=perturb.brightness(1.6)),
        Perturbation("360p", height=360),
        Perturbation("1080p", height=1080),
        Perturbation("30 frames a second", frames_per_second=30),
        Perturbation("15 frames a second", frames_per_second=15),
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


def _babble() -> perturb.Sound:
    """Ten seconds of several people reading at once, from the recordings of accented readers."""
    voices = sorted((shared_data() / "C_audio" / "speechocean762_train").glob("*.wav"))
    chosen = voices[:: max(1, len(voices) // BABBLE_VOICES)][:BABBLE_VOICES]
    mixed = np.zeros(10 * SAMPLE_RATE, dtype=np.float32)
    for path in chosen:
        samples = perturb.sound_of(path)
        mixed += np.resize(samples, len(mixed)) / max(1e-6, float(np.sqrt(np.mean(samples**2))))
    return mixed


def _one(
    job: InterviewJob, answer: AnswerSource, changes: Sequence[Perturbation], bench: Workbench, folder: Path
) -> list[Effect]:
    """The recording is first copied into the container of the changed ones: an MP4 trims the ends of its sound
    differently (its edit list), and that must not count as a change."""
    assert answer.path is not None
    plain, target = folder / "plain.mkv", folder / "changed.mkv"
    perturb.write(answer.path, plain, Perturbation("none"))
    before = _assess(job, AnswerSource(answer.question_id, plain), bench)
    if before.transcript is None or before.transcript.reason is not None:
        print(f"{answer.path.name}: no words, left out")
        return []
    scores = _scores(job, before, bench)
    known = "  ".join(f"{key} {value:.2f}" for key, value in scores.items())
    print(f"{answer.path.name}: {before.duration_s:.0f} s, {before.transcript.language}, {known}", flush=True)
    effects = []
    for change in changes:
        perturb.write(plain, target, change, with_picture=not change.changes_sound)
        after = _assess(job, AnswerSource(answer.question_id, target), bench)
        new = _scores(job, after, bench)
        text = after.transcript.text if after.transcript else ""
        effects.append(
            Effect(
                answer.path.name,
                change.name,
                text == before.transcript.text,
                word_errors(before.transcript.text, text, before.transcript.language).rate,
                {key: round(new[key] - scores[key], 4) for key in scores if key in new},
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
    """Every cue that a report shows as one number."""
    cues: dict[str, float | None] = {}
    speech, seen = answer.speech, answer.visual
    if speech is not None:
        cues["speech rate /min"] = speech.speech_rate_per_min
        cues["articulation rate /min"] = speech.articulation_rate_per_min
        cues["pause share"] = speech.pause_share
        cues["filled pauses"] = float(len(speech.filled_pauses))
        cues["pitch Hz"] = speech.pitch.median_hz if speech.pitch else None
        cues["pitch spread semitones"] = speech.pitch.interquartile_semitones if speech.pitch else None
        cues["loudness range dB"] = speech.loudness.range_db if speech.loudness else None
    if seen is not None:
        cues["face share"] = seen.face_present_share
        cues["eye-contact proxy"] = seen.eye_contact_proxy_share
        cues["smile share"] = seen.smile_share
        cues["nods /min"] = seen.nods_per_min
        cues["blinks /min"] = seen.blinks_per_min
        cues["hands share"] = seen.hands_visible_share
        cues["gestures /min"] = seen.gestures_per_min
        cues["lean"] = seen.lean
    return {name: value for name, value in cues.items() if value is not None}


def _line(effect: Effect) -> str:
    scores = "  ".join(f"{name} {value:+.2f}" for name, value in effect.scores.items())
    cues = "  ".join(f"{name} {value:+.2f}" for name, value in effect.cues.items() if round(value, 2))
    lost = f"  lost {effect.lost}" if effect.lost else ""
    return f"  {effect.change:<20} errors {effect.error_rate:6.1%}  {scores}{lost} | {cues}"


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
    told = bound(effects)
    kept, moved = f"{told['same_transcript']:.0f} of {len(effects)} runs", f"{told['other_transcript']:.0f} runs"
    for words, where, key in (("stayed", kept, "same"), ("changed", moved, "other")):
        most, gone = told[f"{key}_transcript_largest_score_change"], told[f"{key}_transcript_lost"]
        print(f"the transcript {words} in {where}: content scores moved by at most {most:.2f} of 10, lost {gone:.0f}")

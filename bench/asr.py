"""python -m bench asr: character and word error rates of the product's transcription, its speed and its guards.

Every clip goes through the same ingest and transcribe as an interview's answer, with the language found by itself.
RTFx is Σ audio seconds ÷ Σ wall seconds of transcribe, after one clip that is not timed.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.asr_sets import SETS, Clip
from bench.conventions import RunInfo, calibrate, drifted, run_info, write_json
from bench.setting import results_folder, shared_data
from bench.text_scores import HESITATIONS, ErrorCount, score
from interview_engine.assessment.kits.kit import Phrases
from interview_engine.assessment.media import SAMPLE_RATE, Audio, as_floats, as_integers
from interview_engine.assessment.transcript import Transcript

LIBRARIES = ("faster-whisper", "ctranslate2", "onnxruntime", "numpy", "av")
DEFAULT_SETS = tuple(name for name in SETS if name != "noise")
RECOGNISERS = ("ours", "practice", "naive")


@dataclass(frozen=True, slots=True)
class Sample:
    """One clip's result; the text is raw."""

    set: str
    clip: str
    language: str
    duration_s: float
    wall_s: float
    cpu_s: float
    found_language: str
    confidence: float
    reason: str | None
    expected: str | None
    dropped: tuple[str, ...]
    text: str
    reference: str
    errors: int
    units: int


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark and write its summary."""
    parser = _parser()
    options = parser.parse_args(arguments)
    own = ("model", "device", "vocabulary")
    if options.by != "ours" and any(getattr(options, name) != parser.get_default(name) for name in own):
        parser.error("--model, --device and --vocabulary are the product's own: leave them out with --by")
    run = _recogniser(options)
    info = run_info(LIBRARIES, threads=1)
    data = shared_data()
    samples: list[Sample] = []
    warm = False
    document: dict[str, Any] = {}
    lines = SampleLines(options.samples)
    for name in options.sets:
        for clip in _limited(SETS[name](data), options.limit):
            audio = load(clip)
            if not warm:
                run(audio)
                warm = True
            samples.append(measure(name, clip, audio, run))
            lines.write(samples[-1])
        _print_set(name, samples)
        document = _document(options, info, samples)
        write_json(options.out, document)  # after each set: a long run that is stopped keeps what is finished
    state = " INVALID: the machine was disturbed," if document.get("invalid") else ""
    where = f"{info.machine['processor']}, {info.machine['cores']} cores, load {info.load:.1f}"
    print(f"{where},{state} git {info.git_revision[:12]}")
    print(", ".join(f"{library} {version}" for library, version in info.versions.items()), "· 1 thread")
    print(f"→ {options.out}")
    return 0


def _document(options: argparse.Namespace, info: RunInfo, samples: Sequence[Sample]) -> dict[str, Any]:
    after_s = calibrate()
    finished = [name for name in options.sets if any(sample.set == name for sample in samples)]
    return {
        "schema": "bench-asr/1",
        "run": asdict(info),
        "invalid": drifted(info.calibration_s, after_s),
        "calibration_after_s": after_s,
        "by": options.by,
        "model": options.model,
        "vocabulary": options.vocabulary,
        "sets": {name: summary([sample for sample in samples if sample.set == name]) for name in finished},
    }


def measure(name: str, clip: Clip, audio: Audio, run: Callable[[Audio], Transcript]) -> Sample:
    """Transcribe and score one clip."""
    wall, cpu = time.perf_counter(), time.process_time()
    transcript = run(audio)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    counted = score(clip.reference, transcript.text, clip.language) if clip.reference else ErrorCount(0, 0)
    return Sample(
        set=name,
        clip=clip.name,
        language=clip.language,
        duration_s=round(len(audio.samples) / SAMPLE_RATE, 3),
        wall_s=round(wall, 3),
        cpu_s=round(cpu, 3),
        found_language=transcript.language,
        confidence=round(transcript.confidence, 3),
        reason=transcript.reason.code if transcript.reason else None,
        expected=clip.expected,
        dropped=tuple(reason.code for _, reason in transcript.dropped),
        text=transcript.text,
        reference=clip.reference,
        errors=counted.errors,
        units=counted.units,
    )


def summary(samples: Sequence[Sample]) -> dict[str, Any]:
    """The figures of one set. Error rates pool all units of a language; "zh" is CER, "en" WER."""
    rates = {}
    for language, label in (("zh", "cer"), ("en", "wer")):
        counted = [ErrorCount(s.errors, s.units) for s in samples if s.language == language and s.units]
        if counted:
            total = sum(counted, ErrorCount(0, 0))
            rates[label] = {"rate": round(total.rate, 4), "errors": total.errors, "units": total.units}
    audio_s, wall_s = sum(s.duration_s for s in samples), sum(s.wall_s for s in samples)
    confidences = sorted(s.confidence for s in samples if s.text)
    result: dict[str, Any] = {
        "n": len(samples),
        **rates,
        "audio_s": round(audio_s, 1),
        "rtfx": round(audio_s / wall_s, 2) if wall_s else None,
        "cpu_s": round(sum(s.cpu_s for s in samples), 1),
        "reasons": dict(Counter(s.reason for s in samples if s.reason)),
        "dropped": dict(Counter(code for s in samples for code in s.dropped)),
        "languages": dict(Counter(s.found_language for s in samples)),
    }
    if confidences:
        quantiles = np.quantile(confidences, [0.0, 0.1, 0.5, 0.9, 1.0])
        result["confidence_min_p10_median_p90_max"] = [round(float(value), 3) for value in quantiles]
    written = sum(len(HESITATIONS.findall(s.text.lower())) for s in samples if s.language == "en")
    spoken = sum(len(HESITATIONS.findall(s.reference.lower())) for s in samples if s.language == "en")
    if written or spoken:
        result["fillers"] = {"spoken": spoken, "written": written}
    if any(s.expected for s in samples):
        result["as_expected"] = sum(s.reason == s.expected for s in samples)
    if any("@" in s.clip for s in samples):
        result["by_confidence"] = by_confidence(samples)
    return result


def by_confidence(samples: Sequence[Sample]) -> list[dict[str, float]]:
    """Error rate in steps of confidence, both languages pooled: what a threshold would keep and lose."""
    rows = []
    for step in range(10):
        inside = [s for s in samples if s.text and min(9, int(s.confidence * 10)) == step]
        if inside:
            total = sum((ErrorCount(s.errors, s.units) for s in inside), ErrorCount(0, 0))
            rows.append({"from": step / 10, "n": len(inside), "error_rate": round(total.rate, 3)})
    return rows


def load(clip: Clip) -> Audio:
    """The clip's sound through the product's ingest; several files joined, noise added where the set wants it."""
    from pipelines.media.ingest import open_recording

    parts: list[NDArray[np.int16]] = []
    rate = SAMPLE_RATE
    for path in clip.paths:
        with open_recording(path) as recording:
            audio = recording.media().audio
        if audio is None:
            raise ValueError(f"{path.name} has no sound")
        parts += [audio.samples, np.zeros(SAMPLE_RATE // 2, np.int16)]
        rate = audio.source_rate
    samples = np.concatenate(parts[:-1])
    if clip.snr_db is not None:
        generator = np.random.default_rng(0)
        hiss = generator.standard_normal(len(samples)).astype(np.float32)
        clean = as_floats(samples)
        power = float(np.mean(clean**2)) / 10 ** (clip.snr_db / 10)
        samples = as_integers(clean + hiss * np.float32(np.sqrt(power)))
    return Audio(samples, rate, "")


def _recogniser(options: argparse.Namespace) -> Callable[[Audio], Transcript]:
    """What turns sound into text: the product, or one of the scripts that `bench e2e` compares it with."""
    from models.weights.registry import WeightStore, default_root

    store = WeightStore(options.weights or default_root())
    if options.by == "practice":
        from bench.e2e_profiles.practice import load_faster_whisper, recognise

        practice = load_faster_whisper(store)

        def practised(audio: Audio) -> Transcript:
            segments, language = recognise(practice, as_floats(audio.samples))
            return _plain("".join(segment.text for segment in segments), language)

        return practised
    if options.by == "naive":
        import torch

        from bench.e2e_profiles import naive
        from bench.e2e_profiles.whisper_reference import load_openai_whisper

        torch.set_num_threads(1)
        openai_whisper = load_openai_whisper(store.locate("whisper-base"))

        def plainly(audio: Audio) -> Transcript:
            found = naive.recognise(openai_whisper, as_floats(audio.samples))
            return _plain(found["text"], found["language"])

        return plainly
    from models.speech.load import load_recogniser
    from models.speech.vad import SileroVoiceActivity
    from pipelines.hearing.transcribe import transcribe

    recogniser = load_recogniser(store, device=options.device, model=options.model)
    vad = SileroVoiceActivity(store)
    vocabulary = _vocabulary(options.vocabulary)
    return lambda audio: transcribe(audio, recogniser, vad, vocabulary=vocabulary)


def _plain(text: str, language: str) -> Transcript:
    """A text of which nothing else is known."""
    return Transcript(language, 1.0, 1.0, text.strip(), text.strip(), (), ())


def _vocabulary(kit: str | None) -> Phrases | None:
    if kit is None:
        return None
    from interview_engine.assessment.kits.file import load_kit, shipped_kits

    return load_kit(shipped_kits()[kit]).vocabulary


def _print_set(name: str, samples: Sequence[Sample]) -> None:
    figures = summary([sample for sample in samples if sample.set == name])
    rates = "  ".join(f"{label.upper()} {figures[label]['rate']:.3f}" for label in ("cer", "wer") if label in figures)
    noted = ("reasons", "dropped", "fillers", "as_expected", "by_confidence")
    extra = {key: figures[key] for key in noted if figures.get(key)}
    print(
        f"{name:<15} n {figures['n']:>3}  {rates:<24} RTFx {figures['rtfx'] or 0:6.2f}  CPU {figures['cpu_s']:7.1f} s  "
        f"{extra or ''}",
        flush=True,
    )


def _limited(clips: Iterator[Clip], limit: int | None) -> Iterator[Clip]:
    for count, clip in enumerate(clips):
        if limit is not None and count >= limit:
            return
        yield clip


class SampleLines:
    """JSON lines of the samples, or nothing when no file was asked for."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("", encoding="utf-8")

    def write(self, sample: Sample) -> None:
        """Append one line; what is written stays when the run is stopped."""
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(sample), ensure_ascii=False) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench asr", description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=tuple(SETS), default=list(DEFAULT_SETS))
    parser.add_argument("--limit", type=int, help="clips of each set at most")
    parser.add_argument("--out", type=Path, default=results_folder() / "asr.json", help="the summary")
    parser.add_argument("--samples", type=Path, help="a JSON line for every clip, with its text and reference")
    parser.add_argument(
        "--by", choices=RECOGNISERS, default="ours", help="the product, or a script it is compared with"
    )
    parser.add_argument("--model", default="whisper-base", help="a name of the weights, or a folder")
    parser.add_argument("--weights", type=Path, help="the folder of the weights")
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--vocabulary", metavar="KIT", help="give the recogniser the role words of a shipped kit")
    return parser

"""python -m bench speech: rates, pauses, filled pauses, second voice and background against what is known.

Everything goes through the functions that an interview's answer goes through. Rates are measured twice: on known words,
which shows what the finding of silences costs, and on the words of the product's own transcription.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bench.asr import load
from bench.asr_sets import JFK, Clip, aishell, speechocean
from bench.backgrounds import MUSIC, NOISES, Make, made
from bench.conventions import calibrate, drifted, run_info, write_json
from bench.setting import results_folder, shared_data
from bench.speech_truths import (
    aligned,
    clean_speech,
    inserted_voice,
    joined_mandarin,
    one_voice,
    one_voice_long,
    two_voices,
    with_gaps,
)
from interview_engine.assessment.delivery.spans import Span, gaps, total_s
from interview_engine.assessment.delivery.speech_cues import SpeechCues
from interview_engine.assessment.delivery.speech_rules import PAUSE_S, speech_measures
from interview_engine.assessment.delivery.speech_units import count_units
from interview_engine.assessment.media import SAMPLE_RATE, Audio, as_floats, as_integers
from interview_engine.assessment.transcript import Transcript, Word

LIBRARIES = ("faster-whisper", "ctranslate2", "onnxruntime", "numpy", "scipy")
PARTS = ("aligned", "known_counts", "inserted_gaps", "second_voice", "voice_pairs", "background", "cost")
EDGE_TOLERANCE_S = 0.15
"""A pause is found when both its ends are this near; a filler, when its middle is inside the true one ± this."""

Transcribe = Callable[[Audio, str], Transcript]


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark and write its summary."""
    options = _parser().parse_args(arguments)
    from models.speech.load import load_recogniser
    from models.speech.speaker import VoiceEncoder
    from models.speech.vad import SileroVoiceActivity
    from models.weights.registry import WeightStore, default_root
    from pipelines.hearing.transcribe import transcribe

    store = WeightStore(options.weights or default_root())
    vad, voices, recogniser = SileroVoiceActivity(store), VoiceEncoder(store), load_recogniser(store, device="cpu")

    def words_of(audio: Audio, language: str) -> Transcript:
        return transcribe(audio, recogniser, vad, language=language)

    data = shared_data()
    info = run_info(LIBRARIES, threads=1)
    document: dict[str, Any] = {"schema": "bench-speech/1", "run": asdict(info)}
    parts: dict[str, Callable[[], Any]] = {
        "aligned": lambda: [_aligned(timed, vad, words_of) for timed in aligned(data)],
        "known_counts": lambda: known_counts(data, vad, words_of),
        "inserted_gaps": lambda: [inserted_gaps(data, vad, snr_db) for snr_db in (40.0, 20.0, 10.0)],
        "second_voice": lambda: second_voices(data, vad, voices),
        "voice_pairs": lambda: pairs(data, vad, voices),
        "background": lambda: backgrounds(data, vad),
        "cost": lambda: cost(data, vad, voices),
    }
    for name in options.parts:
        document[name] = parts[name]()
    after_s = calibrate()
    document["invalid"] = drifted(info.calibration_s, after_s)
    write_json(options.out, document)
    print(f"{info.machine['processor']}, git {info.git_revision[:12]}, load {info.load:.1f} → {options.out}")
    return 0


def _aligned(timed: Any, vad: Any, words_of: Transcribe) -> dict[str, Any]:
    """One recording with known words and times."""
    from pipelines.hearing.listen import listen

    truth = speech_measures(timed.words, [Span(w.start_s, w.end_s) for w in timed.words], "en")
    known = listen(timed.audio, _transcript(timed.words), vad)
    transcript = words_of(timed.audio, "en")
    heard = listen(timed.audio, transcript, vad)
    if truth is None or known is None or heard is None:
        raise ValueError(f"{timed.name}: no speech measured")
    row = {
        "name": timed.name,
        "units": (truth.units, heard.units),
        "speech_rate": _errors(truth, known, heard, "speech_rate_per_min"),
        "articulation_rate": _errors(truth, known, heard, "articulation_rate_per_min"),
        "overall_rate": _errors(truth, known, heard, "overall_rate_per_min"),
        "pauses": matched(truth.pauses, heard.pauses, _same_pause),
        "fillers": matched(
            [Span(f.start_s, f.end_s) for f in truth.filled_pauses],
            [Span(f.start_s, f.end_s) for f in heard.filled_pauses],
            _same_filler,
        ),
    }
    print(row["name"], *(f"{key} {row[key]}" for key in row if key != "name"), sep="\n    ", flush=True)
    return row


def _errors(truth: SpeechCues, known: SpeechCues, heard: SpeechCues, name: str) -> dict[str, float]:
    true = float(getattr(truth, name))
    return {
        "true": round(true, 1),
        "known_words_error_percent": round(100 * (getattr(known, name) / true - 1), 1),
        "own_words_error_percent": round(100 * (getattr(heard, name) / true - 1), 1),
    }


def known_counts(data: Path, vad: Any, words_of: Transcribe) -> list[dict[str, Any]]:
    """Clean recordings with a known text; speaking time by a rule without a model."""
    from pipelines.hearing.listen import listen

    sets = [(name, "zh", text, audio) for name, text, audio in joined_mandarin(data)]
    sets.append(("jfk", "en", JFK, load(Clip("jfk", (data / "C_audio/jfk/jfk.flac",), JFK, "en"))))
    rows = []
    for name, language, text, audio in sets:
        spans = clean_speech(as_floats(audio.samples))
        extent = Span(spans[0].start_s, spans[-1].end_s)
        shortened_s = sum(max(0.0, gap.duration_s - PAUSE_S) for gap in gaps(spans, extent))
        true = 60 * count_units(text, language) / (extent.duration_s - shortened_s)
        heard = listen(audio, words_of(audio, language), vad)
        if heard is None:
            raise ValueError(f"{name}: no speech measured")
        seconds = 60 * heard.units / heard.speech_rate_per_min
        known_units = 60 * count_units(text, language) / seconds
        row = {
            "name": name,
            "units": (count_units(text, language), heard.units),
            "true": round(true, 1),
            "known_words_error_percent": round(100 * (known_units / true - 1), 1),
            "own_words_error_percent": round(100 * (heard.speech_rate_per_min / true - 1), 1),
        }
        rows.append(row)
        print(row, flush=True)
    for language in ("zh", "en"):
        errors = [row for row, entry in zip(rows, sets, strict=True) if entry[1] == language]
        for kind in ("known_words_error_percent", "own_words_error_percent"):
            values = np.array([row[kind] for row in errors])
            within = int((np.abs(values) <= 3.0).sum())
            print(f"{language} {kind}: mean {values.mean():+.1f}, median |.| {np.median(np.abs(values)):.1f}, "
                  f"within 3 %: {within} of {values.size}")  # fmt: skip
    return rows


def inserted_gaps(data: Path, vad: Any, snr_db: float) -> dict[str, Any]:
    """Utterances joined with silences of known length: which pauses are found, and how far their ends are off."""
    from pipelines.hearing.activity import find_activity

    clips = [as_floats(load(clip).samples) for clip in [*aishell(data), *speechocean(data)]]
    starts, ends, found, true = [], [], 0, 0
    for index in range(0, len(clips), 10):
        sound, silences = with_gaps(clips[index : index + 10], index, snr_db)
        measured = gaps(find_activity(as_integers(sound), vad).spans, Span(0.0, sound.size / SAMPLE_RATE))
        for silence in silences:
            near = [gap for gap in measured if gap.start_s < silence.end_s and gap.end_s > silence.start_s]
            best = max(near, key=lambda gap: gap.duration_s, default=None)
            true += silence.duration_s > PAUSE_S
            if best is None:
                continue
            found += silence.duration_s > PAUSE_S and best.duration_s > PAUSE_S
            starts.append(best.start_s - silence.start_s)
            ends.append(best.end_s - silence.end_s)
    row = {
        "snr_db": snr_db,
        "pauses_found": (int(found), int(true)),
        "start_error_s": [round(float(q), 3) for q in np.quantile(starts, (0.1, 0.5, 0.9))],
        "end_error_s": [round(float(q), 3) for q in np.quantile(ends, (0.1, 0.5, 0.9))],
    }
    print(row, flush=True)
    return row


def second_voices(data: Path, vad: Any, voices: Any) -> dict[str, Any]:
    """False alarms on one voice, hits on several."""
    from pipelines.hearing.activity import find_activity
    from pipelines.hearing.voices import second_voice

    def flagged(entries: Iterable[tuple[str, Audio]]) -> tuple[list[str], list[str]]:
        there: list[str] = []
        not_there: list[str] = []
        for name, audio in entries:
            found = second_voice(find_activity(audio.samples, vad), voices)
            (there if found else not_there).append(name)
        return there, not_there

    result: dict[str, Any] = {}
    alarms, quiet = flagged(one_voice(data))
    result["one_voice"] = {"flagged": len(alarms), "of": len(alarms) + len(quiet), "names": alarms}
    alarms, quiet = flagged(one_voice_long(data))
    result["one_voice_4_min"] = {"flagged": len(alarms), "of": len(alarms) + len(quiet)}
    hits, missed = flagged(two_voices(data))
    result["several_voices"] = {"flagged": len(hits), "of": len(hits) + len(missed), "missed": missed}
    for second_s in (3.0, 6.0):
        hits, missed = flagged(inserted_voice(data, second_s))
        result[f"inserted_{second_s:g}s"] = {"flagged": len(hits), "of": len(hits) + len(missed)}
    print(result, flush=True)
    return result


def pairs(data: Path, vad: Any, voices: Any) -> dict[str, tuple[int, int]]:
    """Second voices by sex and room."""
    from bench.voice_pairs import voice_pairs

    found = voice_pairs(data, vad, voices)
    print(found, flush=True)
    return found


def backgrounds(data: Path, vad: Any) -> dict[str, Any]:
    """Loud background: false alarms on clean recordings of one voice, hits where there is music or noise, and what of
    made sounds, alone and behind a voice, is called music."""
    from pipelines.hearing.activity import find_activity
    from pipelines.hearing.background import kinds_of_background

    def flagged(entries: Iterable[tuple[str, Audio]]) -> dict[str, tuple[float, float]]:
        found = {name: kinds_of_background(find_activity(audio.samples, vad)) for name, audio in entries}
        return {
            name: (round(total_s(one), 1), round(total_s(two), 1)) for name, (one, two) in found.items() if one or two
        }

    def behind(kinds: Mapping[str, Make], gain_db: float | None) -> Iterator[tuple[str, Audio]]:
        """Each kind alone (None), or so much louder than a voice that speaks, pauses, and speaks again."""
        for name, make in kinds.items():
            for seed in range(5):
                sound = made(make, seed, 20.0)
                if gain_db is not None:
                    sound = sound * 10 ** (gain_db / 20) + voice[: sound.size]
                yield f"{name} {seed}", Audio.from_floats(sound.astype(np.float32), SAMPLE_RATE, "")

    spoken_clips = [as_floats(load(clip).samples) for clip in list(aishell(data))[:6]]
    pause = np.zeros(2 * SAMPLE_RATE, np.float32)
    voice = np.concatenate([part for clip in spoken_clips for part in (clip * (0.05 / clip.std()), pause)])

    noisy = ("C_audio/ina/musanmix.mp3", "B_video/googlework_short.mp4", "B_video/no_face_animation.mp4")
    loud = [(Path(name).stem, load(Clip("", (data / name,), "", "en"))) for name in noisy]
    mix = load(Clip("", (data / noisy[0],), "", "en")).samples[: int(52.8 * SAMPLE_RATE)]
    spoken = sum(span.duration_s for span in find_activity(mix, vad).spans)
    result = {
        "one_voice": flagged(one_voice(data)),
        "music_or_noise": flagged(loud),
        "speech_seconds_found_in_52.8_s_of_music_and_noise": round(spoken, 2),
        "seconds_of_music_and_noise_in": {
            f"{what} {'alone' if gain_db is None else f'{gain_db:+.0f} dB re a voice'}": flagged(behind(kinds, gain_db))
            for what, kinds in (("noise", NOISES), ("music", MUSIC))
            for gain_db in (None, -5.0, 0.0)
        },
    }
    print(result, flush=True)
    return result


def cost(data: Path, vad: Any, voices: Any) -> dict[str, float]:
    """CPU milliseconds for each second of sound, on the longest joined recording."""
    from pipelines.hearing.activity import find_activity
    from pipelines.hearing.listen import listen, signals

    _, _, audio = max(joined_mandarin(data), key=lambda entry: entry[2].samples.size)
    seconds = audio.samples.size / SAMPLE_RATE
    transcript = _transcript([Word("好", 0.5, seconds - 0.5, 1.0)])
    find_activity(audio.samples, vad)

    def timed(run: Callable[[], object]) -> float:
        times = []
        for _ in range(3):
            started = time.process_time()
            run()
            times.append(time.process_time() - started)
        return round(1000 * min(times) / seconds, 2)

    activity = find_activity(audio.samples, vad)
    row = {
        "hear": timed(lambda: find_activity(audio.samples, vad)),
        "pitch_and_loudness": timed(lambda: listen(audio, transcript, vad, activity=activity)),
        "second_voice_and_background": timed(lambda: signals(audio, transcript, vad, voices, activity=activity)),
    }
    print("CPU ms a second:", row, flush=True)
    return row


def matched(true: Sequence[Span], found: Sequence[Span], same: Callable[[Span, Span], bool]) -> dict[str, Any]:
    """Precision and recall of spans, one to one."""
    left = list(found)
    hits = 0
    for span in true:
        partner = next((other for other in left if same(span, other)), None)
        if partner is not None:
            left.remove(partner)
            hits += 1
    return {"true": len(true), "found": len(found), "right": hits}


def _same_pause(true: Span, found: Span) -> bool:
    return max(abs(true.start_s - found.start_s), abs(true.end_s - found.end_s)) <= EDGE_TOLERANCE_S


def _same_filler(true: Span, found: Span) -> bool:
    middle = (found.start_s + found.end_s) / 2
    return true.start_s - EDGE_TOLERANCE_S <= middle <= true.end_s + EDGE_TOLERANCE_S


def _transcript(words: Sequence[Word]) -> Transcript:
    return Transcript("en", 1.0, 1.0, "", "", (), tuple(words))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench speech", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--out", type=Path, default=results_folder() / "speech.json", help="the summary")
    parser.add_argument("--weights", type=Path, help="the folder of the weights")
    return parser

"""Have a tenth of the authored answers spoken and recognised: `python -m bench.make_misheard --minutes 60`.

Run once by a developer; what the recogniser wrote is committed (tests/data/authored/misheard.jsonl). The answers are
drawn by lot, as many of every author in each language, and taken in that order, so a run that is stopped early leaves a
smaller sample and the next one goes on. Voices are those of the demo (docs/demo.md). Needs `pip install -e .[demo]`,
npm and the weights.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import platformdirs
import soxr

from bench.datasets.authored import CHOSEN, FITTED, REPORTED, SUPPLEMENTS, Authored, authored
from bench.datasets.misheard import FILE, drawn
from bench.demo_making.parts import fetch
from bench.demo_making.voice import SAMPLE_RATE, Line, Voice
from bench.setting import authored_folder, weight_store
from interview_engine.assessment.evidence.sentences import split
from interview_engine.assessment.media import Audio
from interview_engine.assessment.scoring import AnswerText
from models.speech.load import load_recogniser
from models.speech.vad import SileroVoiceActivity
from pipelines.hearing.transcribe import transcribe

VOICES = {
    "zh": ("zf_xiaoyi", "zm_yunjian", "zf_xiaobei", "zm_yunxi"),
    "en": ("af_heart", "am_michael", "bf_emma", "bm_george"),
}

READ_ALOUD = str.maketrans({"μ": "谬"})
"""Signs that the voices cannot say, as fitters say them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Speak and recognise what is not there yet, until the minutes are over; 0."""
    parser = argparse.ArgumentParser(prog="python -m bench.make_misheard", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="begin no further answer after them")
    parser.add_argument("--out", type=Path, default=authored_folder() / FILE, help="file that is added to")
    default_cache = Path(platformdirs.user_cache_dir("interview-engine")) / "demo-making"
    parser.add_argument("--cache", type=Path, default=default_cache, help="folder for downloaded parts")
    options = parser.parse_args(arguments)
    parts = fetch(options.cache)
    voice = Voice(parts.voice_model, parts.voice_vocabulary, parts.voice_styles, options.cache / "spoken")
    store = weight_store()
    recogniser, activity = load_recogniser(store), SileroVoiceActivity(store)
    path = options.out
    there = {json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()} if path.exists() else set()
    end = time.monotonic() + 60.0 * options.minutes
    eight = sorted({*FITTED, *CHOSEN, *REPORTED} - {*SUPPLEMENTS})
    for number, one in enumerate(drawn(authored(authored_folder(), eight))):
        if one.id in there:
            continue
        if time.monotonic() > end:
            break
        name = VOICES[one.language][number % len(VOICES[one.language])]
        heard = transcribe(_spoken(voice, one, name, number), recogniser, activity, languages=(one.language,))
        row = {"id": one.id, "voice": name, "confidence": round(heard.confidence, 3), "text": heard.text}
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return 0


def _spoken(voice: Voice, one: Authored, name: str, seed: int) -> Audio:
    lines = [Line(sentence.quote.translate(READ_ALOUD)) for sentence in split(AnswerText("", one.language, one.text))]
    told = voice.tell(lines, name, one.language, 1.0, 0.5, 0.5, seed)
    samples = np.asarray(soxr.resample(told.samples, SAMPLE_RATE, 16_000), np.float32)
    return Audio.from_floats(samples, SAMPLE_RATE, "pcm")


if __name__ == "__main__":
    raise SystemExit(main())

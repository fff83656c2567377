"""python -m bench scoring_cost: processor seconds of scoring an interview of six typed answers, Mandarin and English.

The authored answers of one kit, no text twice, with the product's embedder and nothing kept between interviews. The
first interview loads the models and embeds the kit and is told apart; the others are averaged.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.conventions import write_json
from bench.datasets.twins import twins
from bench.setting import fresh_twin_folder, results_folder, twin_folder, weight_store
from interview_engine.assessment.evidence.scorer import EvidenceScorer
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.scoring import AnswerText, Embedder
from models.text.embedding import MultilingualEmbedder

KIT = "customer-service"
ANSWERS = 6


class _Timed:
    """An embedder that counts its processor seconds and texts."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.cpu_s = 0.0
        self.texts = 0

    def embed(self, texts: Sequence[str], language: str) -> NDArray[np.float32]:
        """As `Embedder.embed`."""
        started = time.process_time()
        found = self._embedder.embed(texts, language)
        self.cpu_s += time.process_time() - started
        self.texts += len(texts)
        return found


def main(arguments: Sequence[str]) -> int:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(prog="python -m bench scoring_cost", description=__doc__)
    parser.add_argument("--out", type=Path, default=results_folder() / "scoring-cost.json")
    options = parser.parse_args(arguments)
    rows = [_measured(language) for language in ("en", "zh")]
    write_json(options.out, {"schema": "bench-scoring-cost/1", "kit": KIT, "languages": rows})
    return 0


def _measured(language: str) -> dict[str, float | str]:
    told = [one for folder in (twin_folder(), fresh_twin_folder()) for one in twins(folder)]
    own = [one.text for one in told if one.kit == KIT and one.language == language and not one.family]
    embedder = _Timed(MultilingualEmbedder(weight_store()))
    scorer, kit = EvidenceScorer(embedder), load_kit(shipped_kits()[KIT])
    interviews = [
        [AnswerText(question.id, language, text) for question, text in zip(kit.questions, own[at:], strict=False)]
        for at in range(0, len(own) - ANSWERS + 1, ANSWERS)
    ]
    started = time.process_time()
    scorer.score(kit, interviews[0])
    first = time.process_time() - started
    embedder.cpu_s, embedder.texts = 0.0, 0
    started, count = time.process_time(), len(interviews) - 1
    for answers in interviews[1:]:
        scorer.score(kit, answers)
    each = (time.process_time() - started) / count
    print(
        f"{scorer.scorer_id} {language}: first interview {first:.2f} CPU-s (models, kit), {count} more {each:.3f} "
        f"each, {embedder.cpu_s / count:.3f} of it for the vectors of {embedder.texts / count:.0f} texts",
        flush=True,
    )
    return {
        "language": language,
        "scorer": scorer.scorer_id,
        "interviews": count,
        "first_cpu_s": round(first, 3),
        "cpu_s": round(each, 4),
        "embedding_cpu_s": round(embedder.cpu_s / count, 4),
        "texts": round(embedder.texts / count, 1),
    }

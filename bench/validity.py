"""`python -m bench validity [--sets …]`: scores against known levels, through the product's public scoring function.

Prints per set the agreement, its bootstrap interval, the length baseline, the published or human figure and the bar of
docs/scoring.md, and writes bench/results/validity-<set>.json. Simulated interviews leave one domain out, SAF leaves one
question out; accounts, fresh twins, Carousel, OS-grader, SemEval and SIOP 2019 were not fitted on at all. Two sets hold
what was: the development half of the twins, and half of the applicants of SIOP 2024 (relevance only).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence

from bench.datasets import short_answers
from bench.datasets.authored import PLAIN_WORDS, REPORTED
from bench.datasets.twins import twins
from bench.outcome import SetOutcome
from bench.setting import authored_folder, fresh_twin_folder, results_folder, shared_data, text_embedder, twin_folder
from bench.validity_parts import accounts, interviews, judge, judge_ways, levels, misheard, sameness, short, siop
from bench.vector_cache import CachedEmbedder
from interview_engine.assessment.evidence.scorer import EvidenceScorer

MAX_ANSWERS = 600
"""Answers per short-answer set unless --all is given: the figures' intervals are then about ±.05."""


def _interviews(embedder: CachedEmbedder, most: int | None) -> list[SetOutcome]:
    folder = shared_data() / "A_text"
    left_out = interviews.LeftOut(embedder, folder, twins(twin_folder()))
    return [interviews.interviews(left_out, folder), interviews.judge_tests(left_out, folder)]


def _twins(embedder: CachedEmbedder, most: int | None) -> list[SetOutcome]:
    scorer = EvidenceScorer(embedder)
    plain = levels.score_all(twins(twin_folder()), scorer)
    against = levels.score_all(twins(twin_folder() / "adversarial"), scorer)
    outcomes = []
    for split in ("dev", "held"):
        outcomes.append(levels.levels(plain, split))
        outcomes.append(levels.adversarial(against, plain, split))
    return outcomes


def _accounts(embedder: CachedEmbedder, most: int | None) -> list[SetOutcome]:
    return accounts.measured(
        authored_folder(), REPORTED, EvidenceScorer(embedder), "two authors on whom nothing was fitted or chosen"
    )


def _accounts_left_out(embedder: CachedEmbedder, most: int | None) -> list[SetOutcome]:
    development = [twin for twin in twins(twin_folder()) if twin.split == "dev"]
    return accounts.left_out(authored_folder(), development, embedder)


def _plain_words(embedder: CachedEmbedder, most: int | None) -> list[SetOutcome]:
    return accounts.plain_words(authored_folder(), PLAIN_WORDS, EvidenceScorer(embedder))


def _misheard(embedder: CachedEmbedder, most: int | None) -> list[SetOutcome]:
    return misheard.measured(authored_folder(), EvidenceScorer(embedder))


def _same_answers(embedder: CachedEmbedder, most: int | None) -> list[SetOutcome]:
    return sameness.measured(shared_data() / "A_text", authored_folder(), (twin_folder(), fresh_twin_folder()))


def _saf(embedder: CachedEmbedder, most: int | None) -> list[SetOutcome]:
    answers = short.thinned(short_answers.saf(shared_data() / "A_text"), most)
    return [short.saf(embedder, answers)]


def _carousel(embedder: CachedEmbedder, most: int | None) -> list[SetOutcome]:
    answers = short.thinned(short_answers.carousel(shared_data() / "A_text"), most)
    return [short.carousel(embedder, answers)]


def _os_grader(embedder: CachedEmbedder, most: int | None) -> list[SetOutcome]:
    return [short.os_grader(embedder, short_answers.os_grader(shared_data() / "A_text"))]


def _semeval(embedder: CachedEmbedder, most: int | None) -> list[SetOutcome]:
    folder = shared_data() / "A_text"
    found = []
    for corpus, bar in (("sciEntsBank", 0.50), ("beetle", 0.54)):
        answers = short.thinned(short_answers.semeval(folder, corpus), most)
        found.append(short.semeval(embedder, answers, corpus, bar))
    return found


def _siop_2024(embedder: CachedEmbedder, most: int | None) -> list[SetOutcome]:
    return siop.siop_2024(embedder, shared_data() / "A_text")


def _siop_2019(embedder: CachedEmbedder, most: int | None) -> list[SetOutcome]:
    folder = shared_data() / "A_text"
    return [siop.siop_2019(embedder, folder, None if most is None else siop.MAX_ANSWERS)]


SETS: dict[str, Callable[[CachedEmbedder, int | None], list[SetOutcome]]] = {
    "interviews": _interviews,
    "accounts": _accounts,
    "accounts-left-out": _accounts_left_out,
    "plain-words": _plain_words,
    "misheard": _misheard,
    "same-answers": _same_answers,
    "twins": _twins,
    "twins-fresh": levels.fresh,
    "saf": _saf,
    "carousel": _carousel,
    "os-grader": _os_grader,
    "semeval": _semeval,
    "siop2024": _siop_2024,
    "siop2019": _siop_2019,
}


def main(argv: Sequence[str]) -> int:
    """Measure the chosen sets; exit 0 whether or not bars are reached (the table says)."""
    parser = argparse.ArgumentParser(prog="python -m bench validity", description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=sorted(SETS), default=None)
    parser.add_argument("--scorer", choices=["evidence", "judge"], default="evidence")
    parser.add_argument("--ways", action="store_true", help="the judge's ways of asking side by side, and hybrid mode")
    parser.add_argument("--limit", type=int, default=10, metavar="N", help="interviews or answers given to the judge")
    parser.add_argument("--minutes", type=float, metavar="M", help="begin no further item for the judge after them")
    parser.add_argument("--all", action="store_true", help="every answer of the short-answer sets, not a sample")
    arguments = parser.parse_args(argv)
    if arguments.ways:
        return judge_ways.run(max(1, arguments.limit), arguments.minutes)
    if arguments.scorer == "judge":
        sets = arguments.sets or judge.SETS[:1]
        if not set(sets) <= set(judge.SETS):
            parser.error(f"--scorer judge measures {' and '.join(judge.SETS)}")
        return judge.run(sets, max(1, arguments.limit), arguments.minutes)
    embedder = text_embedder()
    for name in arguments.sets or SETS:
        outcomes = SETS[name](embedder, None if arguments.all else MAX_ANSWERS)
        embedder.save()
        for outcome in outcomes:
            print(outcome.table(), flush=True)
        path = results_folder() / f"validity-{name}.json"
        document = [outcome.document() for outcome in outcomes]
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0

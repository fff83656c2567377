"""python -m bench COMMAND: each command is the file of that name in this package, imported only when it is called."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence

from interview_engine.errors import InterviewEngineError

COMMANDS = {
    "machine": "processor, memory, versions and a calibration kernel",
    "asr": "recognition: CER and WER, speed, guards",
    "e2e": "whole answers against a naive script and the best practice, and every target of speed",
    "speech": "rates, pauses, fillers, second voice, against known truths",
    "pictures": "signals of the picture: chosen on one half of the recordings, counted on the other",
    "vision": "faces, hands and pose: agreement and speed",
    "gpu": "recognition, watching and whole interviews on a GPU",
    "gpu_vision": "the networks of faces, hands and pose on a GPU: agreement and speed",
    "fit": "the scorer's constants, from the open sets",
    "validity": "scores against human ratings",
    "validity_calibrated": "the same, calibrated on other people",
    "rescore": "the time machine over 300 interviews",
    "scoring_cost": "processor seconds of scoring an interview of six typed answers",
    "robustness": "change of scores under blur, pitch, codec, noise",
    "resume": "what is read from résumés, against labels",
    "load": "a hundred candidates upload at once: answers expected, stored, lost, doubled",
    "console": "every list page of console and API over 50,000 applications",
    "people": "10,000 employees and 100,000 requests: an import of dirty lines, every list page, the search, memory",
    "readme_pictures": "the pictures in the README, of a running demo",
    "pay": "one month of 1,000 and of 10,000 people with every kind of line: time, memory, growth a head; pages",
    "rosters": "rosters of 30 and of 120 people: by hand, solved, the proved bound; instances of INRC-II",
    "attendance": "one month of 10,000 people with 600,000 punches decided, and again after one changed shift",
    "compare": "two results of one command side by side, and whether they may be",
}


def main(arguments: Sequence[str]) -> int:
    """Run a command; its exit code is ours."""
    there = {name: text for name, text in COMMANDS.items() if importlib.util.find_spec(f"bench.{name}")}
    if not arguments or arguments[0] in ("-h", "--help"):
        print("usage: python -m bench COMMAND [--help] …\n")
        for name, text in there.items():
            print(f"  {name:<12} {text}")
        return 0 if arguments else 2
    if arguments[0] not in there:
        print(f"unknown command {arguments[0]!r}; there are: {', '.join(there)}", file=sys.stderr)
        return 2
    try:
        return int(importlib.import_module(f"bench.{arguments[0]}").main(arguments[1:]))
    except InterviewEngineError as error:
        print(f"{error.text('zh')}\n{error.text('en')}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

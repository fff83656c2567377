"""Whisper's tokens around a text: the prompt before it, the ones that may not be in it, and how many it may have.

Written once for the search on the CPU and the one on a GPU, which must give the same text. `tokenizer` is
faster-whisper's, for one language.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

TOKENS_PER_SECOND = 12
"""No one speaks faster; a decoding that reaches this is a loop and is cut off."""

WITHOUT_TIMES = frozenset({"zh"})
"""Languages whose text is searched without timestamps among its words.

Whisper passes over sentences of a window that holds many, and less so where a timestamp ends each of them. On 9 minutes
of learners' English sentences, read one after the other, WER was 0.26 without and 0.18 with timestamps; on 9 minutes of
AISHELL CER was 0.155 without and 0.179 with them.
"""

FEW_SENTENCES_S = 10.0
"""No timestamps in a shorter window of any language either: on single English sentences WER was 0.223 with and 0.195
without them."""

LONGEST_RUN = 8
"""So many tokens in a row never come twice in a window: a loop then ends early instead of at `MAX_TOKENS`.

On 9 minutes of each language that left the error rates as they were (WER 0.174 instead of 0.175, CER 0.155 instead of
0.156) and saved a tenth of the tokens searched; with six in a row WER was 0.183.
"""

SHORTEST_RUN = 3
"""The same where a window is heard again because it looped."""

MAX_TOKENS = 220
"""The model's text context of 448 tokens, shared with a prompt of the same size."""

LOOP_TOKENS = 110
"""Kept of a text that was cut off before short repeats were forbidden. It is a loop, and heard again without them;
finding the times of all its words took 90 MiB, more than anything else of a recognition."""


def prompted(tokenizer: Any, prompt: str, duration_s: float) -> tuple[tuple[int, ...], int]:
    """All tokens before the text of a window of that length, and where among them the transcript starts."""
    start = tuple(tokenizer.sot_sequence) if timed(tokenizer, duration_s) else start_of_text(tokenizer)
    if not prompt:
        return start, 0
    # The end of a prompt weighs most, so a long one loses its beginning.
    earlier = tokenizer.encode(" " + prompt.strip())[-(MAX_TOKENS - 1) :]
    return (tokenizer.sot_prev, *earlier, *start), len(earlier) + 1


def start_of_text(tokenizer: Any) -> tuple[int, ...]:
    """The tokens that ask for a transcript without timestamps."""
    return (*tokenizer.sot_sequence, tokenizer.no_timestamps)


def timed(tokenizer: Any, duration_s: float) -> bool:
    """Whether timestamps stand among the words while a window of that length is searched."""
    return duration_s > FEW_SENTENCES_S and tokenizer.language_code not in WITHOUT_TIMES


def suppressed(tokenizer: Any) -> list[int]:
    """Whisper's own list: symbols that are not speech, and the special tokens."""
    return sorted(
        {
            *tokenizer.non_speech_tokens,
            tokenizer.transcribe,
            tokenizer.translate,
            tokenizer.sot,
            tokenizer.sot_prev,
            tokenizer.sot_lm,
            tokenizer.no_speech,
            tokenizer.no_timestamps,
        }
    )


def kept(tokens: Sequence[int], *, cut_off: bool, run: int) -> tuple[int, ...]:
    """The tokens of a found text whose words are of use. run: as `longest_run` gave it for the search."""
    return tuple(tokens[:LOOP_TOKENS] if cut_off and run == LONGEST_RUN else tokens)


def longest_run(avoid_repeats: bool) -> int:
    """How many tokens in a row may not come twice."""
    return SHORTEST_RUN if avoid_repeats else LONGEST_RUN


def limit(duration_s: float) -> int:
    """Tokens at most for a window of that length: more is a loop."""
    return min(MAX_TOKENS, 20 + round(TOKENS_PER_SECOND * duration_s))

"""Whisper's tokens around a text: the prompt before it, the ones that may not be in it, and how many it may have.

Written once for the search on the CPU and the one on a GPU, which must give the same text. `tokenizer` is
faster-whisper's, for one language.
"""

from __future__ import annotations

from typing import Any

TOKENS_PER_SECOND = 12
"""No one speaks faster; a decoding that reaches this is a loop and is cut off."""

MAX_TOKENS = 220
"""The model's text context of 448 tokens, shared with a prompt of the same size."""


def prompted(tokenizer: Any, prompt: str) -> tuple[tuple[int, ...], int]:
    """All tokens before the text of a transcript without timestamps, and where among them the transcript starts."""
    start = (*tokenizer.sot_sequence, tokenizer.no_timestamps)
    if not prompt:
        return start, 0
    # The end of a prompt weighs most, so a long one loses its beginning.
    earlier = tokenizer.encode(" " + prompt.strip())[-(MAX_TOKENS - 1) :]
    return (tokenizer.sot_prev, *earlier, *start), len(earlier) + 1


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
        }
    )


def limit(duration_s: float) -> int:
    """Tokens at most for a window of that length: more is a loop."""
    return min(MAX_TOKENS, 20 + round(TOKENS_PER_SECOND * duration_s))

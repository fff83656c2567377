"""A model folder's own tokens and rules, and words out of timed tokens.

The tokenizer is faster-whisper's over the model's tokenizer.json.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.speech.recogniser import HeardWord, join_pieces
from models.speech.whisper.search import Rules
from models.speech.whisper.tokens import prompted, start_of_text, suppressed, timed
from models.speech.whisper.weights import unreadable

MULTILINGUAL_VOCABULARY = 51865
"""English-only models have fewer tokens (no languages, no tasks)."""


@dataclass(frozen=True, slots=True)
class Config:
    """What config.json of a CTranslate2 model says.

    Args:
        alignment_heads: (layer, head) pairs of the decoder that follow the sound.
        languages: tokens of the languages.
        suppressed_first: tokens that no text begins with.
    """

    alignment_heads: tuple[tuple[int, int], ...]
    languages: tuple[int, ...]
    suppressed_first: tuple[int, ...]


def read_config(folder: Path) -> Config:
    """The config.json in a model's folder.

    Raises:
        WeightsError: `weights.unreadable`.
    """
    path = folder / "config.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Config(
            tuple((int(layer), int(head)) for layer, head in raw["alignment_heads"]),
            tuple(int(token) for token in raw["lang_ids"]),
            tuple(int(token) for token in raw["suppress_ids_begin"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise unreadable(path, str(error)) from error


class Texts:
    """The tokenizer of a model's folder.

    Args:
        vocabulary: how many tokens the network knows: tells whether it knows languages.

    Raises:
        WeightsError: `weights.unreadable`: config.json or tokenizer.json cannot be read.
    """

    def __init__(self, folder: Path, vocabulary: int) -> None:
        import tokenizers

        self.config = read_config(folder)
        self.multilingual = vocabulary >= MULTILINGUAL_VOCABULARY
        path = folder / "tokenizer.json"
        try:
            self._raw: Any = tokenizers.Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises plain Exception
            raise unreadable(path, str(error)) from error
        self._by_language: dict[str, Any] = {}

    def tokenizer(self, language: str) -> Any:
        """faster-whisper's tokenizer for transcribing a language (ISO 639-1)."""
        if language not in self._by_language:
            from faster_whisper.tokenizer import Tokenizer

            self._by_language[language] = Tokenizer(self._raw, self.multilingual, task="transcribe", language=language)
        return self._by_language[language]

    @cached_property
    def language_codes(self) -> tuple[str, ...]:
        """ISO 639-1 codes in the order of `config.languages`."""
        return tuple(self._raw.id_to_token(token)[2:-2] for token in self.config.languages)

    @cached_property
    def rules(self) -> Rules:
        """The tokens that the search ends at, measures silence by and never chooses."""
        any_language = self.tokenizer("en")
        return Rules(
            any_language.eot,
            any_language.no_speech,
            tuple(suppressed(any_language)),
            self.config.suppressed_first,
            any_language.timestamp_begin,
        )

    def start(self, language: str) -> tuple[int, ...]:
        """The tokens that ask for a transcript without timestamps."""
        return start_of_text(self.tokenizer(language))

    def timed(self, language: str, duration_s: float) -> bool:
        """Whether timestamps stand among the words while a window of that length is searched."""
        return timed(self.tokenizer(language), duration_s)

    def prompted(self, language: str, prompt: str, duration_s: float) -> tuple[tuple[int, ...], int]:
        """All tokens before the text of a window, and the index of the start of the transcript among them."""
        return prompted(self.tokenizer(language), prompt, duration_s)

    def words(
        self,
        language: str,
        tokens: Sequence[int],
        starts_s: NDArray[np.float64],
        probabilities: NDArray[np.float64],
        duration_s: float,
    ) -> tuple[HeardWord, ...]:
        """Words out of a text's tokens.

        Args:
            starts_s: of each token and of the end.
            probabilities: of each token.
            duration_s: no word ends later.
        """
        tokenizer = self.tokenizer(language)
        texts, groups = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
        words = []
        first = 0
        # The last group is the end token's.
        for text, group in zip(texts[:-1], groups[:-1], strict=True):
            after = first + len(group)
            if text:
                start_s, end_s = (min(float(starts_s[place]), duration_s) for place in (first, after))
                words.append(HeardWord(text, start_s, end_s, float(np.mean(probabilities[first:after]))))
            first = after
        return join_pieces(words)

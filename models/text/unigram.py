"""Tokens of XLM-RoBERTa: the most probable way to cut a text into pieces of a unigram vocabulary.

The library `tokenizers` gives the same ids (tests/models/text/test_unigram.py), but takes 230 MB and a second for a
vocabulary of 250,000 pieces, in each process; this takes 60 MB and 0.3 s, and one percent of the time of a sentence.
"""

from __future__ import annotations

import re
import unicodedata

from models.text.e5_file import Vocabulary

SPACE = "▁"

UNKNOWN_PENALTY = 10.0
"""A character in no piece scores this much less than the rarest piece (SentencePiece, kUnkPenalty)."""


class Unigram:
    """Cuts texts into pieces (Kudo 2018, Subword Regularization, without the sampling).

    Args:
        vocabulary: its pieces of no text ("<s>", "<mask>") are never found in one, whoever writes them.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._scores = vocabulary.scores
        self._unknown = vocabulary.unknown
        self._unknown_score = min(vocabulary.scores) - UNKNOWN_PENALTY
        self._replaced = {0: "", **vocabulary.replaced}
        special = {vocabulary.begin, vocabulary.end, vocabulary.padding, vocabulary.unknown}
        self._ids = {
            piece: id_ for id_, piece in enumerate(vocabulary.pieces) if id_ not in special and piece != "<mask>"
        }
        self._longest: dict[str, int] = {}
        for piece in self._ids:
            self._longest[piece[0]] = max(len(piece), self._longest.get(piece[0], 0))

    def normalised(self, text: str) -> str:
        """The text as pieces are looked up in it: characters replaced, accents and voicing marks joined to their
        letters, spaces single, none at the ends, each as "▁", and one before the text."""
        replaced = unicodedata.normalize("NFC", text.translate(self._replaced))
        return SPACE + re.sub(" +", SPACE, replaced.strip(" "))

    def ids(self, text: str) -> list[int]:
        """Ids of the pieces, without begin and end. Unknown characters in a row are one unknown piece."""
        cut = self.normalised(text)
        # Viterbi: the best score of each prefix, and where its last piece begins
        best = [0.0] + [float("-inf")] * len(cut)
        last = [(0, self._unknown)] * (len(cut) + 1)
        for start, character in enumerate(cut):
            score = best[start]
            longest = self._longest.get(character, 0)
            for stop in range(start + 1, min(len(cut), start + longest) + 1):
                id_ = self._ids.get(cut[start:stop])
                if id_ is not None and score + self._scores[id_] > best[stop]:
                    best[stop] = score + self._scores[id_]
                    last[stop] = (start, id_)
            if score + self._unknown_score > best[start + 1]:
                best[start + 1] = score + self._unknown_score
                last[start + 1] = (start, self._unknown)
        ids: list[int] = []
        stop = len(cut)
        while stop > 0:
            stop, id_ = last[stop]
            if not (id_ == self._unknown and ids and ids[-1] == self._unknown):
                ids.append(id_)
        return ids[::-1]

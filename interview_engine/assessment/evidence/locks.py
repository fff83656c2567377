"""What keeps text that tells nothing out of a score: too short, another language, lists, read-aloud text, orders.

Each rule looks at text alone (no embedding), so it decides the same on every machine. Limits are
conventions (docs/scoring.md, "Set by hand") unless a comment says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from interview_engine.assessment.evidence.cues import Cue
from interview_engine.assessment.evidence.orders import addresses_grader
from interview_engine.assessment.evidence.rubric import KitIndex
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.text import fold, function_words, gram_share, grams, units

SHORTEST = {"en": 8, "zh": 15}
"""Words (en) or characters (zh) below which an answer cannot be assessed."""

LEAST_FUNCTION_SHARE = {"en": 0.16, "zh": 0.15}
"""Real English answers: 0.1 % quantile .19, authored speech above .43; keyword lists up to .14. Mandarin: authored
speech above .30, keyword lists up to .06. Each limit stands between (development halves)."""

LIST_PIECES = 6
LIST_SHARE = 0.7
LIST_PIECE_LENGTH = {"en": 4, "zh": 8}
"""When a text is a list of catchwords (conventions; no authored spoken answer of the development half comes near)."""

READ_SENTENCE = 0.5
READ_ANCHOR = 0.3
"""Shared 5-gram share from which a sentence counts as read out, and an answer as read from the rubric."""

MIN_LEFT = 0.4
"""If less than this share of an answer's length is left after a lock, the lock is the reason for the whole answer."""

WORDS_PER_CHARACTER = 0.62
"""English words that say what one Mandarin character says (see reading.py): an answer that changes between the two is
in the language that says more."""

LONG_ENOUGH = 12
FOREIGN_WORDS = 3
"""Words from which a text in Latin letters is long enough to be called another language, and distinct grammatical words
of that language, no English ones, that it must hold. Shorter ones were wrong more often than right ("non-renewable
resources" was Italian), and a homework answer may be mostly commands: `ls -la /a o.txt`."""

_SEPARATOR = {"en": re.compile(r"[,;/|\n.•·-]+"), "zh": re.compile(r"[、，,；;/|\n。.•·\s]+")}
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_OTHER_SCRIPT = re.compile(r"[\u0400-\u04ff\u0590-\u05ff\u0600-\u06ff\u0900-\u0dff\u0e00-\u0e7f]")
_NAMES = {
    "de": "Deutsch",
    "fr": "français",
    "es": "español",
    "it": "italiano",
    "pt": "português",
    "zh": "中文",
    "en": "English",
}


def other_language(text: str, language: str) -> str | None:
    """The name of the language when `text` is plainly not in `language`, else None.

    Script decides first; between Latin-script languages the one whose function words cover most of a longer text does.
    """
    han = len(_HAN.findall(text))
    words = _WORD.findall(_HAN.sub(" ", fold(text)))
    if len(_KANA.findall(text)) > 0.2 * max(1, han):
        return "日本語"
    if len(_HANGUL.findall(text)) > 5:
        return "한국어"
    if len(_OTHER_SCRIPT.findall(text)) > 5 and len(_OTHER_SCRIPT.findall(text)) > han:
        return "other"
    if language == "zh":
        return _NAMES[_nearest(words)] if len(words) >= 5 and len(words) > han else None
    if WORDS_PER_CHARACTER * han > len(words):
        return _NAMES["zh"]
    nearest = _nearest(words)
    if nearest == "en" or len(words) < LONG_ENOUGH:
        return None
    own = (function_words(nearest) - function_words("en")) & set(words)
    return _NAMES[nearest] if len(own) >= FOREIGN_WORDS else None


def _nearest(words: Sequence[str]) -> str:
    shares = {
        code: sum(word in function_words(code) for word in words) for code in ("en", "de", "fr", "es", "it", "pt")
    }
    best = max(shares.values())
    if best < 0.12 * len(words):
        return "en"
    return "en" if shares["en"] >= 0.8 * best else max(sorted(shares), key=lambda code: shares[code])


def function_share(text: str, language: str) -> float:
    """Share of grammatical words (en) or characters (zh), 0..1; 0 for an empty text."""
    folded = fold(text)
    found = _HAN.findall(folded) if language == "zh" else _WORD.findall(folded)
    if language == "zh":
        found += re.findall(r"[a-z]+", folded)
    dull = function_words(language)
    return sum(piece in dull for piece in found) / len(found) if found else 0.0


def is_list(text: str, language: str) -> bool:
    """Whether the text is a list: at least LIST_PIECES pieces between commas or blanks, nearly all of them short and
    without a grammatical word. Speech joins its words with 的, 了, 我, "the", "and"; a list of catchwords does not."""
    pieces = [piece for piece in _SEPARATOR[language].split(text) if piece.strip()]
    bare = [
        piece
        for piece in pieces
        if units(piece, language) <= LIST_PIECE_LENGTH[language] and function_share(piece, language) == 0.0
    ]
    return len(pieces) >= LIST_PIECES and len(bare) >= LIST_SHARE * len(pieces)


def whole(text: str, language: str, index: KitIndex) -> Reason | None:
    """Why the answer as a whole cannot be assessed, or None. The language has been checked before."""
    length = units(text, language)
    if not length:
        return Reason("text.empty")
    if length < SHORTEST[language]:
        return Reason("text.too_short", {"length": str(length), "unit": "characters" if language == "zh" else "words"})
    if function_share(text, language) < LEAST_FUNCTION_SHARE[language] or is_list(text, language):
        return Reason("text.keyword_list")
    if gram_share(text, language, index.grams) > READ_ANCHOR:
        return Reason("text.anchor_read_aloud")
    return None


def sentence(text: str, language: str, index: KitIndex, question_id: str, cues: Sequence[Cue]) -> str | None:
    """The code of what keeps one sentence out of the score, or None.

    Self-praise and courtesy are left out only where the sentence names nothing that was done, so that "I'm good at
    this because I checked every invoice" still counts for its second half.
    """
    told = {cue.category for cue in cues if not cue.negated}
    if "instruction" in told or addresses_grader(text):
        return "text.instruction"
    if gram_share(text, language, index.question_grams.get(question_id, frozenset())) > READ_SENTENCE:
        return "text.question_read_back"
    if gram_share(text, language, index.grams) > READ_SENTENCE:
        return "text.anchor_read_aloud"
    if "private" in told:
        return "text.off_topic"
    if told & {"self_praise", "courtesy"} and not (
        told & {"action", "number"} and told & {"method", "check", "outcome"}
    ):
        return "text.self_praise"
    return None


def repeats(text: str, before: Sequence[frozenset[str]], language: str) -> bool:
    """Whether a sentence says again what an earlier one said (4-gram overlap with one of `before` over .7)."""
    own = frozenset(grams(text, language, 3))
    if not own:
        return False
    return any(len(own & other) > 0.7 * len(own) for other in before)

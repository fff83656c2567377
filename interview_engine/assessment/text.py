"""Text as the rules compare it: folded, in words or characters, in runs of them, without what carries only grammar."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files

WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")
"""An English word or a number of a text that is folded."""

HAN = re.compile(r"[\u3400-\u9fff]+")
"""A run of Chinese characters."""

_SUFFIX = re.compile(r"(?:ations?|ements?|ments?|ness|ings?|ities|ity|ies|ions?|ers?|ed|ely|ly|es|s|e|y)$")

_UNIT = {"en": re.compile(r"[^\W_]+(?:['’][^\W_]+)*"), "zh": re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")}


def fold(text: str) -> str:
    """Lower case with straight apostrophes, of the same length as `text`, so that offsets stay valid."""
    straight = text.replace("’", "'").replace("‘", "'").replace("‑", "-").replace("–", "-")
    lowered = straight.lower()
    if len(lowered) == len(straight):
        return lowered
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in straight)


def spelling(text: str) -> str:
    """One spelling of what people write in several: full and half width (NFKC) and case are made equal."""
    return unicodedata.normalize("NFKC", text).casefold()


def is_invisible(character: str) -> bool:
    """Control, format, private and unassigned characters: nothing a person sees, but a model may read them.

    White space is visible in this sense.
    """
    return unicodedata.category(character)[0] == "C" and not character.isspace()


def units(text: str, language: str) -> int:
    """Length of `text` in words (en) or characters plus Latin words and numbers (zh)."""
    return len(_UNIT["zh" if language == "zh" else "en"].findall(text))


def grams(text: str, language: str, size: int = 5) -> list[str]:
    """Runs of `size` words (en) or characters (zh) of the folded text without punctuation."""
    folded = fold(text)
    pieces = list("".join(HAN.findall(folded))) if language == "zh" else WORD.findall(folded)
    return ["\u0001".join(pieces[i : i + size]) for i in range(len(pieces) - size + 1)]


def terms(text: str, language: str) -> frozenset[str]:
    """Content stems (en) or character pairs without function characters (zh)."""
    folded = fold(text)
    if language == "zh":
        dull = function_words("zh")
        pairs = (run[i : i + 2] for run in HAN.findall(folded) for i in range(len(run) - 1))
        return frozenset(pair for pair in pairs if not (set(pair) & dull))
    dull = function_words("en")
    return frozenset(stem(word) for word in WORD.findall(folded) if word not in dull and len(word) > 2)


def located_terms(text: str, language: str) -> list[tuple[str, int, int]]:
    """Every content stem (or character pair) of `text` as in `terms`, with its span of the text, in order."""
    folded = fold(text)
    dull = function_words(language)
    if language == "zh":
        runs = [(match.group(), match.start()) for match in HAN.finditer(folded)]
        pairs = [(run[i : i + 2], start + i) for run, start in runs for i in range(len(run) - 1)]
        return [(pair, at, at + 2) for pair, at in pairs if not (set(pair) & dull)]
    return [
        (stem(match.group()), match.start(), match.end())
        for match in WORD.finditer(folded)
        if match.group() not in dull and len(match.group()) > 2
    ]


def stem(word: str) -> str:
    """A word without its commonest ending, never shorter than four letters."""
    bare = word.replace("'s", "")
    cut = _SUFFIX.sub("", bare)
    return cut if len(cut) >= 4 else bare


@cache
def function_words(language: str) -> frozenset[str]:
    """Words (en) or characters (zh) that carry grammar, not content; also of de, fr, es, it to tell languages apart."""
    raw = files("interview_engine.assessment").joinpath("function_words.json").read_text(encoding="utf-8")
    lists: dict[str, str] = json.loads(raw)
    return frozenset(lists[language]) - {" "} if language == "zh" else frozenset(lists[language].split())


def gram_share(text: str, language: str, known: frozenset[str]) -> float:
    """Share of the text's 5-grams that are in `known`; 0 for a text too short to have one."""
    found = grams(text, language)
    return sum(gram in known for gram in found) / len(found) if found else 0.0

"""Which language an answer is in: from the recogniser's probabilities for speech, from words and script for text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_RELIABLE = (
    "zh en de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt sk te fa "
    "lv bn sr sl et tl"
)
RELIABLE = frozenset(_RELIABLE.split())
"""Languages that the recogniser knows well enough for its detection to mean something.

Whisper gives noise, music, accents and distant microphones to languages it hardly knows: on the recordings here Welsh
0.68 for an English speech, Nynorsk 0.80 for a silent room and 0.31 for music, Latin and Javanese. Their share is left
out and the rest is scaled to 1.
"""

FOREIGN_AT_LEAST = 0.6
"""Scaled probability from which another language is believed. On the recordings here: Russian 0.98, Portuguese 0.97;
the most that an English or Mandarin answer gave to another language was 0.12 (English with a French accent)."""

FOREIGN_DESPITE_SETTING = 0.9
"""What it takes when a person said that the answer is in Mandarin or English: an accent can cost much certainty."""

DOUBTFUL_FROM = 0.1
"""A window in which both Mandarin and English have at least this share of the two may be in either, or in both."""

MANDARIN_FROM = 0.75
"""A doubtful window is taken for Mandarin from this share. An accent counts as Mandarin: Mandarin speakers' English had
up to 0.86. A window with both languages had 0.50 at least; of 57 with more than 0.75, Mandarin was the better text in
46: it keeps English words, while as English the Mandarin ones are translated."""


@dataclass(frozen=True, slots=True)
class LanguageFound:
    """The language of an answer.

    Args:
        language: ISO 639-1 code.
        probabilities: of each language in `RELIABLE`, summing to 1 (all 0 when only others were heard).
    """

    language: str
    probabilities: Mapping[str, float]


def scaled(probabilities: Mapping[str, float]) -> dict[str, float]:
    """Probabilities over `RELIABLE`, summing to 1 (all 0 when nothing is left)."""
    kept = {language: probabilities.get(language, 0.0) for language in RELIABLE}
    total = sum(kept.values())
    return {language: value / total if total else 0.0 for language, value in kept.items()}


def decide(heard: Sequence[tuple[Mapping[str, float], float]], setting: str = "auto") -> LanguageFound:
    """The language of an answer from its windows.

    Args:
        heard: the recogniser's probabilities and the seconds of speech of each window, at least one.
        setting: "zh" or "en" when a person said so, else "auto".
    """
    weight = sum(seconds for _, seconds in heard)
    mean: dict[str, float] = dict.fromkeys(RELIABLE, 0.0)
    for probabilities, seconds in heard:
        for language, value in scaled(probabilities).items():
            mean[language] += value * seconds / weight
    top = max(mean, key=lambda language: mean[language])
    if top not in ("zh", "en") and mean[top] < FOREIGN_AT_LEAST:
        top = "zh" if mean["zh"] > mean["en"] else "en"
    if top not in ("zh", "en") and setting != "auto" and mean[top] < FOREIGN_DESPITE_SETTING:
        top = setting
    return LanguageFound(top, mean)


def told(setting: str, covered: Sequence[str]) -> str:
    """What is known of an answer's language before it is heard: the interview's setting, or the only one of its kit.

    Args:
        setting: "zh", "en" or "auto". covered: the kit's languages.
    """
    only = covered[0] if len(covered) == 1 else "auto"
    return setting if setting != "auto" or only not in ("zh", "en") else only


def despite(known: str, setting: str, found: LanguageFound) -> str:
    """`known`, or "auto" where only the kit says it and the sound clearly is in the other of Mandarin and English.

    The most that English with a Mandarin accent gave to Mandarin was 0.86.
    """
    if known == "auto" or setting != "auto":
        return known
    other = "zh" if known == "en" else "en"
    return "auto" if found.probabilities.get(other, 0.0) >= FOREIGN_DESPITE_SETTING else known


def decoding_languages(probabilities: Mapping[str, float]) -> tuple[str, ...]:
    """How to decode a window: as Mandarin, as English, or, when in doubt, as either, the better guess first."""
    shares = scaled(probabilities)
    both = shares["zh"] + shares["en"]
    mandarin = shares["zh"] / both if both else 0.0
    if mandarin < DOUBTFUL_FROM:
        return ("en",)
    if mandarin > 1 - DOUBTFUL_FROM:
        return ("zh",)
    return ("zh", "en") if mandarin >= MANDARIN_FROM else ("en", "zh")


_FUNCTION_WORDS = """
en: the a an and or but of to in on at for with from by is are was were be been i you he she it we they my our
    your his her this that these those not have has had do did so as if when what which who there then would
    will can could about after because more very all also just one
de: der die das den dem des ein eine einen einem und oder aber von zu in auf mit für ist sind war waren ich du
    er sie es wir ihr mein unser nicht habe hat hatte wie wenn was dass auch sehr nach bei aus um als noch nur
    wurde
fr: le la les un une des et ou mais de du à au aux en dans pour avec est sont était je tu il elle nous vous ils
    mon notre ne pas ai a avait que qui ce cette ces sur plus très par comme si quand j'ai c'est d'un l'équipe
es: el la los las un una y o pero de del a al en por para con es son era yo tú él ella nosotros ellos mi nuestro
    no he ha había que quien este esta como si cuando muy más también lo se su fue
pt: o a os as um uma e ou mas de do da dos das em no na por para com é são era eu você ele ela nós eles meu
    nosso não tenho tem tinha que este esta como se quando muito mais também foi ao
it: il lo la i gli le un una e o ma di del della a al in nel per con è sono era io tu lui lei noi loro mio
    nostro non ho ha aveva che chi questo questa come se quando molto più anche si ci
nl: de het een en of maar van te in op aan voor met is zijn was waren ik jij hij zij wij mijn ons niet heb heeft
    had dat die dit als wanneer wat ook zeer naar bij uit om nog werd
"""
FUNCTION_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in re.findall(r"^(\w\w): ((?:.|\n    )*)", _FUNCTION_WORDS, re.MULTILINE)
}
"""Short words that a text of a few sentences cannot do without."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")

FOREIGN_SIGNS = 3
"""Grammatical words of another language (two letters or more), or words with marks foreign to English, that a text
needs to be called one in that language: "non-renewable resources" is no Italian, `ps -e -o pid` no Portuguese."""

KANA_SHARE = 0.3
"""Japanese is at least this share kana beside its Chinese characters; a Mandarin text that names a product is not."""


def of_text(text: str) -> str:
    """The language of a written answer: "zh", "en", another code, or "und" when it cannot be told (no letters at all).

    By script first; Latin text by which language's `FUNCTION_WORDS` it uses most. Latin text with none of them (a list
    of keywords, "Excel SQL Tableau") counts as English unless more than a few letters carry marks foreign to English.
    """
    han = len(_HAN.findall(text))
    words = [word.lower().replace("’", "'") for word in _WORD.findall(_HAN.sub(" ", text))]
    latin = [word for word in words if word[0] < "\u0250"]
    for language, script in _SCRIPTS:
        letters = len(script.findall(text))
        rivals = han if language == "ja" else han + 3 * len(latin)
        if letters > (KANA_SHARE * (han + letters) if language == "ja" else rivals):
            return language
    # A Chinese word is about 1.6 characters, so this compares words with words.
    if han / 1.6 > len(latin):
        return "zh"
    if not latin:
        return "zh" if han else "und"
    return _latin_language(latin)


def _latin_language(words: Sequence[str]) -> str:
    found = {language: sum(word in known for word in words) for language, known in FUNCTION_WORDS.items()}
    best = max(found, key=lambda language: (found[language], language == "en"))
    signs = sum((word in FUNCTION_WORDS[best] and len(word) > 1) or not word.isascii() for word in words)
    if found[best] > found["en"] and signs >= FOREIGN_SIGNS:
        return best
    if found["en"] == 0 and sum(not word.isascii() for word in words) > 0.2 * len(words):
        return "und"
    return "en"

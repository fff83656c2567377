"""Traditional characters to Simplified, the script that the rules and word lists are written in."""

from __future__ import annotations

import functools
import re

import opencc

_PARTICLE = re.compile(
    r"著(?!名(?![字片单额义])|作(?![业战为])|述|称|录|书立|有[《“])(?<![显卓昭原专编名论巨遗土译拙撰]著)"
)
"""The particle 着 as Taiwan and Hong Kong write it (看著, 沿著), which OpenCC's t2s leaves; not 著名, 显著, 著作."""

_VARIANTS = str.maketrans("衞枱揹暱", "卫台背昵")
"""Forms that t2s leaves: two of Hong Kong, two older ones. Of the authored answers, written in the forms of Taiwan and
Hong Kong, only two characters of 180,000 come back otherwise."""


@functools.cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def to_simplified(text: str) -> str:
    """`text` in Simplified Chinese (OpenCC t2s, 著 as a particle to 着, a few variants); the length never changes.

    OpenCC converts phrases, and a phrase may in principle change length; times of words are kept by position, so such
    a phrase is converted one character at a time.
    """
    converted: str = _converter().convert(text)
    if len(converted) != len(text):
        converted = "".join(_single(character) for character in text)
    return _PARTICLE.sub("着", converted.translate(_VARIANTS))


@functools.lru_cache(maxsize=16384)
def _single(character: str) -> str:
    converted: str = _converter().convert(character)
    return converted if len(converted) == 1 else character

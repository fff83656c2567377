"""Traditional characters to Simplified, the only script of the product's texts."""

from __future__ import annotations

import functools

import opencc


@functools.cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def to_simplified(text: str) -> str:
    """`text` in Simplified Chinese (OpenCC t2s), character by character: the length never changes.

    OpenCC converts phrases, and a phrase may in principle change length; times of words are kept by position, so such
    a phrase is converted one character at a time.
    """
    converted: str = _converter().convert(text)
    if len(converted) == len(text):
        return converted
    return "".join(_single(character) for character in text)


@functools.lru_cache(maxsize=16384)
def _single(character: str) -> str:
    converted: str = _converter().convert(character)
    return converted if len(converted) == 1 else character

"""What a recogniser writes when it did not understand: loops, its own prompt, stock phrases, marks for music."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence

from interview_engine.assessment.chinese_script import to_simplified

REPEATED_UNITS = 12
"""A phrase said over and over is a loop when the repeats hold at least this many words or characters …"""

REPEATS = 4
"""… and it comes at least this often in a row. People do say "words, words, words, words" and 对对对对."""

LONG_PHRASE_UNITS = 6
LONG_PHRASE_REPEATS = 3
"""A whole phrase three times in a row is a loop as well."""

COMPRESSION_RATIO = 2.4
"""Text that gzip shrinks more than this repeats itself (Whisper's own limit; Radford et al. 2022, section 4.5)."""

ECHO_WEIGHT = 8
"""So much in a row out of the prompt is an echo and no coincidence: a Chinese character counts 1, a Latin word 2."""

STYLE_SHARE = 0.6
"""So much of a style sentence in a row is an echo whatever else there is: nobody says it in an interview."""

ECHO_SHARE = 0.8
"""Share of a text that has to come out of the prompt for the text to be an echo."""

_STOCK_EN = """
thanks? (you )?(so much |very much )?for (watching|listening|viewing)
thank you for your (viewing|watching)
(please )?(don't forget to )?(like( and|,)? )?(comment( and|,)? )?subscribe( to (my|our|the) channel)?
(subtitles?|captions?|transcri(bed|ption)|translated|translation) (made |created |provided )?by .*
.*amara\\.org.*
see you (guys )?(in the )?next (video|time|episode)
i'll see you (guys )?(in the )?next (video|time|episode)
.*(subscribe to (my|our|this|the) channel|hit the bell|like this video|in the description below).*
transcript emily beynon
"""
_STOCK_ZH = """
.*请不吝点赞.*
.*(点赞|订阅|转发|打赏|关注)[、,，和 ]*(点赞|订阅|转发|打赏|关注).*
.*打赏支持.*
.*明镜(与|需要|火拍|电视).*
.*(中文)?字幕(志愿者|制作|提供|组|由|by|:|：|校对).*
.*amara\\.org.*
.*优优独播剧场.*
.*独播剧场.*
(谢谢|感谢|多谢)(大家|您|你|各位)?(的)?(观看|收看|收听)(我的)?(视频|节目)?
(我们)?(下期|下集|下次|下个视频)(再见|见)
.*(订阅|关注)(我们?的)?频道.*
.*本(视频|字幕)由.*
(词曲|词|曲|作词|作曲|编曲)[ :：].*
"""


def _patterns(block: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in block.strip().splitlines()), re.IGNORECASE)


_STOCK = (_patterns(_STOCK_EN), _patterns(_STOCK_ZH))

_WEAK_WORDS = (
    "you|thank you|thanks|bye|okay|oh|so|i|ah+|uh+|um+|hm+|mm+|mhm|no|yeah|嗯|谢谢|谢谢大家|好|啊|我|不|哼|唔|哦|呃"
)
_WEAK = re.compile(rf"(?:{_WEAK_WORDS})(?: ?(?:{_WEAK_WORDS}))*", re.IGNORECASE)
"""What Whisper says to noise, to music and to a hum, alone or in a row, and people say too: only believed when it was
heard clearly."""

WEAK_PROBABILITY = 0.5
"""Mean word probability under which a weak phrase is not believed."""

_UNIT = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]")
_REPEATED_MARK = re.compile(r"([^\w\s])(?:\s*\1){7,}")
_WORDS = re.compile(r"[\u3400-\u9fff]|\d|[^\W\d_\u3400-\u9fff]+(?:['’][^\W\d_]+)*")


def is_loop(text: str) -> bool:
    """Whether the text repeats a phrase as no one speaks."""
    units = _units(text)
    for size in range(1, len(units) // LONG_PHRASE_REPEATS + 1):
        matched = 0
        for unit, earlier in zip(units[size:], units, strict=False):
            matched = matched + 1 if unit == earlier else 0
            repeats = matched // size + 1
            if repeats >= LONG_PHRASE_REPEATS and size >= LONG_PHRASE_UNITS:
                return True
            if repeats >= REPEATS and repeats * size >= REPEATED_UNITS:
                return True
    if _REPEATED_MARK.search(text):
        return True
    data = text.encode()
    return len(data) > 60 and len(data) / len(zlib.compress(data)) > COMPRESSION_RATIO


def is_echo(text: str, prompt: str) -> bool:
    """Whether most of the text is copied from the prompt in runs of `ECHO_WEIGHT` or more. A suspicion: someone may
    well say a kit's words in their order, so the caller listens again without the prompt."""
    heard, given = _units(text), _units(prompt)
    if not heard or not given:
        return False
    copied = position = 0
    while position < len(heard):
        run = _longest_run(heard, position, given)
        if run and _weight(heard[position : position + run]) >= ECHO_WEIGHT:
            copied += _weight(heard[position : position + run])
        position += max(1, run)
    return copied >= ECHO_SHARE * _weight(heard)


def repeats_style(text: str, style: str) -> bool:
    """Whether the text holds most of the style sentence: 是普通话的句子, 尤其是普通话的句子."""
    heard, given = _units(text), _units(style)
    least = STYLE_SHARE * _weight(given)
    runs = ((position, _longest_run(heard, position, given)) for position in range(len(heard)))
    return any(run > 0 and _weight(heard[position : position + run]) >= least for position, run in runs)


def is_stock_phrase(text: str) -> bool:
    """Whether the text is a closing line of internet videos or a subtitle credit, learnt from subtitles of silence."""
    bare = to_simplified(unicodedata.normalize("NFKC", text))
    bare = re.sub(r"^\W+|\W+$", "", bare)
    return any(pattern.fullmatch(bare) for pattern in _STOCK)


def is_weak_phrase(text: str) -> bool:
    """Whether the text is nothing but words that the recogniser also gives to noise."""
    bare = re.sub(r"[^\w\s]", "", text).strip()
    return bool(_WEAK.fullmatch(bare))


def is_no_speech(text: str) -> bool:
    """Whether the text holds no word: musical notes, dots, "[Music]", （音乐）."""
    spoken = re.sub(r"[\[(（【*][^\])）】*]*[\])）】*]", "", text)
    return _UNIT.search(spoken) is None


def _units(text: str) -> list[str]:
    """Chinese characters, digits and Latin words, folded."""
    return _WORDS.findall(to_simplified(unicodedata.normalize("NFKC", text)).lower())


def _weight(units: Sequence[str]) -> int:
    return sum(2 if len(unit) > 1 else 1 for unit in units)


def _longest_run(heard: Sequence[str], position: int, given: Sequence[str]) -> int:
    """Units from `position` on that stand in `given` in the same order without a gap."""
    longest = 0
    for start in range(len(given)):
        run = 0
        while start + run < len(given) and position + run < len(heard) and given[start + run] == heard[position + run]:
            run += 1
        longest = max(longest, run)
    return longest

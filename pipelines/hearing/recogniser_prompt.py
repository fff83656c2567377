"""What the recogniser is told went before a window: a style to go on in, and the role's words."""

from __future__ import annotations

from interview_engine.assessment.kits.kit import Phrases

STYLE = {
    "zh": "以下是普通话的句子。",
    "en": "Um, so, uh, I was, like, you know, um, thinking about it, uh, for a while.",
}
"""What the recogniser is told went before: its style goes on.

Mandarin: punctuated and mostly Simplified (CER on AISHELL S0150 0.156 instead of 0.160). English: hesitations are
written down, which Whisper otherwise leaves out. On the two recordings with marked fillers it then wrote 8 of 8
instead of 0, WER 0.048 instead of 0.121; on 50 learners' read sentences WER was 0.223 instead of 0.209, with 5
fillers too many. Hesitations in front of the Mandarin sentence found 8 of 25 that were set before utterances, but CER
rose to 0.177, so Mandarin ones are only written where Whisper does so by itself (docs/cues.md).
"""

_WITH_WORDS = {
    "zh": ("以下是普通话的句子，会说到{}。", "、"),
    "en": ("Um, so, uh, I was, like, you know, um, thinking about {}, uh, for a while.", ", "),
}
"""The style sentence with the role's words inside it, and what stands between them.

As a list before the style sentence the words made the model pass over sentences and loop. Measured on 9 minutes each of
AISHELL and of learners' English, told words that are said in it and words of another job; without any CER was 0.162 and
WER 0.177, and 23 of 55 and 21 of 23 of the words were found:

=====================  =================  ===================
Told                   as a list before   inside the sentence
=====================  =================  ===================
22 Mandarin, said      0.224, found 38    0.151, found 42
15 Mandarin, not said  0.198              0.163
12 English, said       0.151, found 23    0.157, found 23
14 English, not said   0.204              0.168
=====================  =================  ===================
"""

VOCABULARY_WORDS = 24
"""Role words told at most; more would push out the style and slow down every window."""


def prompt_for(language: str, vocabulary: Phrases | None) -> str:
    """What the recogniser is told went before a window in that language (ISO 639-1)."""
    words = vocabulary.get(language)[:VOCABULARY_WORDS] if vocabulary and language in _WITH_WORDS else ()
    if not words:
        return STYLE.get(language, "")
    sentence, between = _WITH_WORDS[language]
    return sentence.format(between.join(words))

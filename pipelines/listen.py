"""How an answer was spoken: rates, pauses, filled pauses, pitch and loudness from its words and its sound."""

from __future__ import annotations

from dataclasses import replace

from interview_engine.assessment.media import SAMPLE_RATE, Audio
from interview_engine.assessment.speech_cues import SpeechCues
from interview_engine.assessment.speech_rules import RateBands, speech_measures
from interview_engine.assessment.transcript import Transcript
from pipelines.activity import SpeechProbability, find_activity
from pipelines.prosody import measure_loudness, measure_pitch


def listen(
    audio: Audio,
    transcript: Transcript,
    vad: SpeechProbability,
    *,
    voice_cues: bool = True,
    bands: RateBands | None = None,
) -> SpeechCues | None:
    """Measure one spoken answer (definitions: docs/cues.md, "Speech cues").

    Args:
        audio: 16 kHz mono.
        transcript: says what was counted and where the first and last word are; every silence is taken from the sound.
        vad: probability of speech.
        voice_cues: False leaves pitch and loudness unmeasured (policy).
        bands: the convention that names a speech rate.

    Returns:
        None when there is nothing to measure: no words with times (a written answer), or no voice in the sound.
    """
    if not any(word.end_s > 0.0 for word in transcript.words):
        return None
    activity = find_activity(audio.samples, vad)
    duration_s = audio.samples.size / SAMPLE_RATE
    cues = speech_measures(transcript.words, activity.spans, transcript.language, duration_s=duration_s, bands=bands)
    if cues is None or not voice_cues:
        return cues
    return replace(
        cues, pitch=measure_pitch(activity, activity.spans), loudness=measure_loudness(activity, activity.spans)
    )

"""How an answer was spoken: rates, pauses, filled pauses, pitch and loudness from its words and its sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from interview_engine.assessment.delivery.signals import Signal
from interview_engine.assessment.delivery.spans import Span, listed
from interview_engine.assessment.delivery.speech_cues import SpeechCues
from interview_engine.assessment.delivery.speech_rules import RateBands, speech_measures
from interview_engine.assessment.media import SAMPLE_RATE, Audio
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.transcript import Transcript
from models.speech.speaker import VoiceEmbedder
from pipelines.hearing.activity import Activity, SpeechProbability, find_activity
from pipelines.hearing.background import kinds_of_background
from pipelines.hearing.prosody import measure_loudness, measure_pitch
from pipelines.hearing.quality import clipped, hum
from pipelines.hearing.voices import second_voice


def hear(audio: Audio, vad: SpeechProbability) -> Activity:
    """Where there is voice. Both functions below need it; a caller of both passes it to them and pays once."""
    return find_activity(audio.samples, vad)


def listen(
    audio: Audio,
    transcript: Transcript,
    vad: SpeechProbability,
    *,
    voice_cues: bool = True,
    bands: RateBands | None = None,
    activity: Activity | None = None,
    unrecorded: Sequence[Span] = (),
) -> SpeechCues | None:
    """Measure one spoken answer (definitions: docs/cues.md, "Speech cues").

    Args:
        audio: 16 kHz mono.
        transcript: says what was counted and where the first and last word are; every silence is taken from the sound.
        vad: probability of speech.
        voice_cues: False leaves pitch and loudness unmeasured (policy).
        bands: the convention that names a speech rate.
        activity: of `hear`, when the caller has it.
        unrecorded: where no sound was recorded (`Media.soundless`).

    Returns:
        None when there is nothing to measure: no words with times (a written answer), or no voice in the sound.
    """
    if not any(word.end_s > 0.0 for word in transcript.words):
        return None
    activity = activity or hear(audio, vad)
    duration_s = audio.samples.size / SAMPLE_RATE
    cues = speech_measures(
        transcript.words,
        activity.spans,
        transcript.language,
        duration_s=duration_s,
        bands=bands,
        unrecorded=unrecorded,
    )
    if cues is None or not voice_cues:
        return cues
    pitch, loudness = measure_pitch(activity, activity.spans), measure_loudness(activity, activity.spans)
    return replace(cues, pitch=pitch, loudness=loudness)


def signals(
    audio: Audio,
    transcript: Transcript,
    vad: SpeechProbability,
    voices: VoiceEmbedder | None,
    *,
    activity: Activity | None = None,
) -> tuple[Signal, ...]:
    """What a person should listen to: a second voice, music or noise, clipping, a hum. Never touches a score.

    Args:
        voices: describes voices; None leaves the second voice unasked (policy).
        transcript: without words there is no voice to compare.
        audio, vad, activity: as in `listen`.
    """
    activity = activity or hear(audio, vad)
    found = []
    others = second_voice(activity, voices) if voices is not None and transcript.words else ()
    if others:
        found.append(Signal(Reason("integrity.second_voice", {"spans": listed(others)}), others))
    flat = clipped(activity.samples, activity.spans)
    if flat:
        found.append(Signal(Reason("quality.clipped", {"spans": listed(flat)}), flat))
    humming = hum(activity.samples, activity.spans)
    if humming:
        found.append(Signal(Reason("quality.hum", {"spans": listed(humming)}), humming))
    music, noise = kinds_of_background(activity)
    if music:
        found.append(Signal(Reason("quality.music", {"spans": listed(music)}), music))
    if noise:
        found.append(Signal(Reason("quality.noise", {"spans": listed(noise)}), noise))
    return tuple(found)

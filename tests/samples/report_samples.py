"""Invented interviews as report values, for tests of the document, the pages and the ranking. Nobody here is real."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

from interview_engine.assessment.delivery.signals import Signal
from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.delivery.speech_cues import FilledPause, Loudness, Pitch, SpeechCues
from interview_engine.assessment.delivery.visual_cues import HeadPose, VisualCues
from interview_engine.assessment.interview_rules import usable_questions
from interview_engine.assessment.kits.kit import (
    Competency,
    CompetencyKind,
    DeliveryMeasure,
    Indicator,
    Kit,
    Phrases,
    Question,
)
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.report import AnswerAssessment, InterviewReport, ModelUsed, Provenance, StoredFrame
from interview_engine.assessment.scoring import CompetencyResult, Evidence, Polarity, Score, overall
from interview_engine.assessment.transcript import Segment, Transcript, Word
from interview_engine.i18n import LocalizedText

KIT_SHA256 = "5f0c7d1be2a94f6f0d3e8a1c4b7f9e2d6a5c3b1f8e7d6c5b4a39281706f5e4d3"


def _anchors(zh: str, en: str) -> tuple[LocalizedText, ...]:
    return (
        LocalizedText(f"讲不出具体的一次，只说自己{zh}。", f"Tells no particular case and only claims {en}."),
        LocalizedText(
            "讲得出经历，但主要是别人做的，结果不了了之。",
            "Tells of a case, but others did the work and it petered out.",
        ),
        LocalizedText("讲清了自己做了什么，事情办成了。", "Tells what was done and that it worked."),
        LocalizedText(
            "确认对方的意思，说明下一步并兑现时间。", "Confirms what was meant, names the next step and keeps the time."
        ),
        LocalizedText(
            "在此之上找出原因，改了流程，并说得出变化。",
            "Beyond this finds the cause, changes the process and shows what changed.",
        ),
    )


def _competency(
    identity: str,
    kind: CompetencyKind,
    zh: str,
    en: str,
    weight: float,
    required: float,
    *indicators: tuple[str, LocalizedText],
) -> Competency:
    return Competency(
        identity,
        kind,
        LocalizedText(zh, en),
        LocalizedText(f"{zh}的定义。", f"What {en.lower()} means here."),
        weight,
        required,
        tuple(Indicator(name, text, Phrases((), ()), marker=name.startswith("marker-")) for name, text in indicators),
        _anchors(zh, en.lower()),
    )


KIT = Kit(
    id="customer-service-sample",
    version=3,
    role=LocalizedText("客服专员", "Customer service representative"),
    description=LocalizedText("样例面试包。", "A sample kit."),
    languages=("zh", "en"),
    competencies=(
        _competency(
            "communication",
            "general",
            "沟通能力",
            "Communication",
            30,
            4.0,
            ("confirms-understanding", LocalizedText("用自己的话复述并确认", "Says it back and has it confirmed")),
            (
                "checks-it-landed",
                LocalizedText("讲完后确认对方真的明白", "Checks that the other person has understood"),
            ),
            ("adapts", LocalizedText("向不同对象调整表达", "Adapts to the person spoken to")),
        ),
        _competency(
            "problem-solving",
            "general",
            "问题解决能力",
            "Problem solving",
            25,
            4.0,
            ("finds-cause", LocalizedText("查明原因再动手", "Finds the cause before acting")),
            ("marker-numbers", LocalizedText("用数据说明结果", "Shows the result with numbers")),
        ),
        _competency(
            "service",
            "role",
            "服务意识",
            "Service orientation",
            20,
            4.4,
            ("owns-it", LocalizedText("把问题接下来跟到底", "Takes the problem on and follows it through")),
        ),
        _competency(
            "learning",
            "professional",
            "学习能力",
            "Learning",
            15,
            3.7,
            ("reflects", LocalizedText("说得出这次学到了什么", "Can say what was learned")),
            ("reuses", LocalizedText("把经验写成流程给同事用", "Turns it into a procedure that others use")),
        ),
        replace(
            _competency("presence", "role", "表达状态", "Delivery", 10, 3.5),
            delivery=(
                DeliveryMeasure("speech_rate_per_min", 180, 260, 80, 60, "zh"),
                DeliveryMeasure("pause_share", 0.0, 0.2, 0.3, 40),
            ),
        ),
    ),
    questions=(
        Question(
            "q1",
            LocalizedText(
                "请讲一次你处理客户投诉的经历：当时发生了什么，你做了什么，结果怎样？",
                "Tell me about a time you handled a complaint: what happened, what did you do, how did it end?",
            ),
            30,
            180,
            2,
            ("communication", "problem-solving", "service"),
        ),
        Question(
            "q2",
            LocalizedText(
                "最近一次你不得不很快学会一样新东西，是怎么学的？",
                "When did you last have to learn something quickly, and how did you go about it?",
            ),
            30,
            120,
            2,
            ("learning", "communication"),
        ),
        Question(
            "q3",
            LocalizedText("为什么想做这份工作？", "Why do you want this job?"),
            20,
            90,
            1,
            ("service",),
        ),
    ),
    vocabulary=Phrases((), ()),
    sha256=KIT_SHA256,
)

ZH_COMPLAINT = (
    "去年国庆有位客户买的冰箱送到时门是瘪的。",
    "第二天她要请客，在电话里非常着急。",
    "我先把她说的情况重复一遍确认，再承诺一个小时内给答复。",
    "我查了仓库，同型号在城西还有一台，就和司机协调当晚九点换货。",
    "第二天我又打电话确认。",
    "后来我把这类破损的处理写成一页流程，三个月里同类投诉从十二单降到四单。",
    "具体多少单我记不清了。",
)
EN_COMPLAINT = (
    "Last October a fridge reached a customer with a dented door, the day before her dinner party.",
    "I said back what she had told me, asked whether I had got it right, and promised an answer within the hour.",
    "I checked the warehouse, found one across town and agreed with the driver to swap it at nine that evening.",
    "The next day I called again to make sure it ran.",
    "Afterwards I wrote a one-page procedure, and complaints of that kind fell from twelve to four in three months.",
    "I could not tell you the exact number of orders.",
)
ZH_LEARNING = (
    "上个月系统换了新的工单平台，嗯，培训只有半天。",
    "我把常用的二十个操作录成小视频，自己先做一遍再对照手册改。",
    "一周后组里其他同事也用我的视频上手。",
)


def spoken(sentences: tuple[str, ...], language: str, *, start_s: float = 1.2, low: tuple[int, ...] = ()) -> Transcript:
    """A transcript at an even pace; words whose running number is in `low` were recognised with little confidence."""
    words: list[Word] = []
    segments: list[Segment] = []
    clock = start_s
    joint = "" if language == "zh" else " "
    for sentence in sentences:
        begin = clock
        parts = [sentence[i : i + 2] for i in range(0, len(sentence), 2)] if language == "zh" else sentence.split()
        for part in parts:
            length = 0.42 if language == "zh" else 0.18 + 0.045 * len(part)
            words.append(Word(part, round(clock, 3), round(clock + length, 3), 0.31 if len(words) in low else 0.9))
            clock += length
        segments.append(Segment(sentence, round(begin, 3), round(clock, 3), -0.21, 0.02))
        clock += 0.9
    text = joint.join(sentences)
    return Transcript(language, 0.99, 0.87, text, text.replace("十二", "12"), tuple(segments), tuple(words))


def typed(sentences: tuple[str, ...], language: str) -> Transcript:
    """A written answer: no times."""
    text = ("" if language == "zh" else " ").join(sentences)
    return Transcript(language, 1.0, 1.0, text, text, (), ())


def speech_cues(transcript: Transcript) -> SpeechCues:
    """Cues that agree with the transcript's times."""
    spans = tuple(Span(segment.start_s, segment.end_s) for segment in transcript.segments)
    pauses = tuple(Span(a.end_s, b.start_s) for a, b in itertools.pairwise(spans))
    units = len(transcript.text) if transcript.language == "zh" else len(transcript.text.split())
    speaking = sum(span.duration_s for span in spans)
    whole = spans[-1].end_s - spans[0].start_s
    times = [round(0.5 * index, 3) for index in range(int(2 * spans[-1].end_s))]
    voiced = [time_s for time_s in times if any(span.start_s <= time_s <= span.end_s for span in spans)]
    return SpeechCues(
        unit="characters" if transcript.language == "zh" else "words",
        units=units,
        speech_rate_per_min=round(60 * units / speaking, 2),
        articulation_rate_per_min=round(66 * units / speaking, 2),
        overall_rate_per_min=round(60 * units / whole, 2),
        speaking_spans=spans,
        pauses=pauses,
        pause_share=round(1 - speaking / whole, 4),
        time_to_first_word_s=spans[0].start_s,
        longest_monologue_s=round(max(span.duration_s for span in spans), 3),
        speech_band="fast" if transcript.language == "zh" else "conversational",
        filled_pauses=(FilledPause("嗯" if transcript.language == "zh" else "um", 4.1, 4.5),),
        pitch=Pitch(
            187.4,
            3.2,
            tuple((t, round(187 * 2 ** (3 * math.sin(1.7 * t) * math.cos(0.3 * t) / 12), 2)) for t in voiced),
        ),
        loudness=Loudness(-23.1, 11.4, tuple((t, round(-23 + 6 * math.sin(2.1 * t + 1), 2)) for t in voiced)),
    )


def visual_cues(duration_s: float) -> VisualCues:
    """What a camera saw of somebody who looked away once and left the picture once."""
    return VisualCues(
        sampled_frames=int(5 * duration_s),
        frames_per_second=5.0,
        face_present_share=0.94,
        face_absent_spans=(Span(round(duration_s * 0.9, 3), round(duration_s * 0.96, 3)),),
        faces_max=1,
        many_faces_spans=(),
        head_pose=HeadPose(1.8, 6.2, -4.1, 5.0, 0.6, 2.1),
        eye_contact_proxy_share=0.72,
        off_camera_spans=(Span(6.0, 8.4), Span(round(duration_s * 0.5, 3), round(duration_s * 0.6, 3))),
        nods_per_min=6.4,
        shakes_per_min=0.0,
        blinks_per_min=None,
        smile_share=0.18,
        hands_visible_share=0.35,
        hands_visible_spans=(Span(9.0, 14.5), Span(round(duration_s * 0.65, 3), round(duration_s * 0.8, 3))),
        gestures_per_min=11.2,
        gesture_amplitude=0.42,
        lean=0.031,
    )


def quote(
    question: str,
    transcript: Transcript,
    words: str,
    indicator: str | None,
    polarity: Polarity = "for",
    strength: float = 0.8,
) -> Evidence:
    """A verbatim quote with the time of the segment it is from."""
    at = transcript.text.index(words)
    start_s = end_s = None
    for segment in transcript.segments:
        if words[:6] in segment.text:
            start_s, end_s = segment.start_s, segment.end_s
    why = ("vague",) if polarity == "against" else ("action", "outcome", "indicator")
    return Evidence(question, words, at, start_s, end_s, indicator, polarity, strength, why)


def scored(
    identity: str,
    value: float,
    *evidence: Evidence,
    not_shown: tuple[str, ...] = (),
    markers: tuple[tuple[str, bool], ...] = (),
) -> CompetencyResult:
    """An assessed competency with a band of about ±1."""
    level = 1 + 0.4 * value
    raw = [math.exp(-((step - level) ** 2) / 0.5) for step in range(1, 6)]
    return CompetencyResult(
        identity,
        "assessed",
        Score(value, max(0.0, round(value - 1.3, 4)), min(10.0, round(value + 1.1, 4))),
        tuple(round(part / sum(raw), 4) for part in raw),
        evidence,
        not_shown,
        markers,
        is_delivery=identity == "presence",
    )


def not_shown(identity: str, code: str = "competency.not_shown") -> CompetencyResult:
    """A competency that could not be assessed."""
    ids = tuple(indicator.id for indicator in KIT.competency(identity).indicators)
    return CompetencyResult(
        identity, "cannot_assess", None, (), (), ids, (), Reason(code), is_delivery=identity == "presence"
    )


def provenance() -> Provenance:
    """What made the sample."""
    return Provenance(
        engine_version="0.2.0",
        scorer="evidence/1",
        kit_sha256=KIT_SHA256,
        models=(
            ModelUsed("whisper-base", "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"),
            ModelUsed("face-landmarker", "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"),
        ),
        device="cpu",
        settings={"inputs_sha256": "ab" * 32, "frames_per_second": 5.0, "delivery": True, "language": "auto"},
        stage_seconds={"ingest": 2.41, "watch": 14.2, "transcribe": 9.87, "listen": 0.9, "score": 0.61},
        created_at="2025-11-20T08:30:00+00:00",
    )


def answer(question: str, transcript: Transcript | None, mode: str = "video", **more: object) -> AnswerAssessment:
    """An answer with cues that fit its mode."""
    timed = transcript is not None and bool(transcript.segments)
    duration_s = round(transcript.segments[-1].end_s + 1.5, 3) if timed and transcript else 0.0
    base = AnswerAssessment(
        question_id=question,
        mode=mode,  # type: ignore[arg-type]
        source=f"{question}.webm" if mode != "text" else f"{question}.txt",
        source_start_s=0.0,
        duration_s=duration_s,
        status="assessed",
        reason=None,
        transcript=transcript,
        speech=speech_cues(transcript) if timed and transcript else None,
        visual=visual_cues(duration_s) if timed and mode == "video" else None,
        stage_cpu_seconds={"ingest": 0.7, "watch": 8.9, "transcribe": 6.2, "listen": 0.3} if timed else {},
        stage_seconds={"ingest": 0.8, "watch": 4.7, "transcribe": 3.3, "listen": 0.3}
        if timed
        else {"transcribe": 0.01},
    )
    return replace(base, **more)  # type: ignore[arg-type]


def report(
    identity: str,
    candidate: str,
    results: tuple[CompetencyResult, ...],
    answers: tuple[AnswerAssessment, ...],
    *,
    language: str = "zh",
    policy: str = "cn",
    synthetic: bool = False,
    needs_review: tuple[Reason, ...] = (),
) -> InterviewReport:
    """A report whose overall result follows from its competencies."""
    return InterviewReport(
        identity,
        candidate,
        synthetic,
        KIT.id,
        KIT.version,
        language,
        policy,
        overall(KIT, results, usable_questions(KIT, answers)),
        results,
        answers,
        needs_review,
        provenance(),
    )


def strong() -> InterviewReport:
    """Row A8: 沟通能力 8.2/10, 岗位匹配度 91%, in Chinese, one answer of each mode."""
    complaint = spoken(ZH_COMPLAINT, "zh", low=(20, 21))
    learning = spoken(ZH_LEARNING, "zh")
    motive = typed(("我喜欢把一件乱糟糟的事情理顺，", "上一份工作里我带过两位新人做客户回访。"), "zh")
    results = (
        scored(
            "communication",
            8.2,
            quote("q1", complaint, "我先把她说的情况重复一遍确认，再承诺一个小时内给答复。", "confirms-understanding"),
            quote("q1", complaint, "第二天我又打电话确认。", "checks-it-landed", strength=0.6),
            not_shown=("adapts",),
        ),
        scored(
            "problem-solving",
            7.9,
            quote("q1", complaint, "我查了仓库，同型号在城西还有一台，就和司机协调当晚九点换货。", "finds-cause"),
            quote("q1", complaint, "三个月里同类投诉从十二单降到四单。", "marker-numbers", strength=0.7),
            quote("q1", complaint, "具体多少单我记不清了。", None, "against", 0.3),
            markers=(("marker-numbers", True),),
        ),
        scored("service", 8.6, quote("q3", motive, "上一份工作里我带过两位新人做客户回访。", "owns-it")),
        scored(
            "learning",
            6.4,
            quote("q2", learning, "我把常用的二十个操作录成小视频，自己先做一遍再对照手册改。", "reuses"),
            not_shown=("reflects",),
        ),
        scored("presence", 7.0),
    )
    return report(
        "lin-xiao-3f2a9c01",
        "林晓",
        results,
        (
            answer("q1", complaint, frames=(StoredFrame(14.0, "frames/q1-00140.jpg"),)),
            answer("q2", learning, "voice"),
            answer("q3", motive, "text"),
        ),
        synthetic=True,
    )


def english() -> InterviewReport:
    """An interview in English; learning was not shown; two of three answered; a second face came into view."""
    complaint = spoken(EN_COMPLAINT, "en")
    signal = Signal(Reason("integrity.second_face", {"spans": "00:12–00:15"}), (Span(12.0, 15.0),))
    results = (
        scored(
            "communication",
            7.4,
            quote(
                "q1",
                complaint,
                "I said back what she had told me, asked whether I had got it right",
                "confirms-understanding",
            ),
            not_shown=("adapts", "checks-it-landed"),
        ),
        scored(
            "problem-solving",
            7.1,
            quote("q1", complaint, "I checked the warehouse, found one across town", "finds-cause"),
            quote("q1", complaint, "I could not tell you the exact number of orders.", None, "against", 0.3),
            markers=(("marker-numbers", True),),
        ),
        scored("service", 6.8, quote("q1", complaint, "The next day I called again to make sure it ran.", "owns-it")),
        not_shown("learning"),
        scored("presence", 6.1),
    )
    return report(
        "taylor-reed-77c1e0aa",
        "Taylor Reed",
        results,
        (
            answer("q1", complaint, signals=(signal,)),
            answer("q2", None, source="", status="cannot_assess", reason=Reason("answer.missing")),
            answer("q3", typed(("I like to put a muddle in order.",), "en"), mode="text", source="reed_q3.txt"),
        ),
        language="en",
        policy="us-ny",
        needs_review=(signal.reason,),
    )


def unassessable() -> InterviewReport:
    """Nothing could be used: recognition was not confident, one file was empty."""
    muffled = replace(
        spoken(("这个嗯那个就是", "听不清"), "zh", low=tuple(range(9))),
        confidence=0.41,
        reason=Reason("transcript.low_confidence", {"confidence": "0.41"}),
    )
    results = tuple(not_shown(c.id, "competency.answers_not_assessable") for c in KIT.competencies)
    return report(
        "chen-yutong-90b1d2c3",
        "陈雨桐",
        results,
        (
            answer("q1", muffled, status="cannot_assess", reason=muffled.reason),
            answer("q2", None, status="cannot_assess", reason=Reason("media.empty")),
            answer("q3", None, source="", status="cannot_assess", reason=Reason("answer.missing")),
        ),
        needs_review=(Reason("transcript.low_confidence", {"confidence": "0.41"}), Reason("media.empty")),
    )

"""Which moments become screenshots."""

from __future__ import annotations

from dataclasses import replace

from report_samples import answer, report, scored, typed

from interview_engine.assessment.report import InterviewReport, StoredFrame
from interview_engine.assessment.scoring import Evidence
from interview_engine.assessment.screenshots import MAX_FRAMES, evidence_times, with_frames

TRANSCRIPT = typed(("我先确认了情况。",), "zh")


def said(start_s: float | None, strength: float = 0.8, question: str = "q1") -> Evidence:
    end_s = None if start_s is None else start_s + 2.0
    return Evidence(question, "我先确认了情况。", 0, start_s, end_s, None, "for", strength, ())


def interview(*evidence: Evidence, mode: str = "video") -> InterviewReport:
    answers = (answer("q1", TRANSCRIPT, mode), answer("q2", TRANSCRIPT, "voice"))
    return report("id", "林晓", (scored("communication", 7.0, *evidence),), answers)


def test_a_screenshot_is_from_the_middle_of_its_quote() -> None:
    assert evidence_times(interview(said(4.0))) == {"q1": (5.0,)}


def test_only_video_answers_have_screenshots() -> None:
    assert evidence_times(interview(said(4.0), said(4.0, question="q2"), mode="voice")) == {}


def test_a_quote_without_times_has_no_screenshot() -> None:
    assert evidence_times(interview(said(None))) == {}


def test_quotes_within_two_seconds_share_the_stronger_ones_picture() -> None:
    assert evidence_times(interview(said(4.0, 0.5), said(5.5, 0.9))) == {"q1": (6.5,)}


def test_the_strongest_quotes_are_kept_when_there_are_too_many() -> None:
    quotes = [said(10.0 * number, strength=0.1 * number) for number in range(1, MAX_FRAMES + 3)]

    (times,) = evidence_times(interview(*quotes)).values()

    assert times == tuple(10.0 * number + 1.0 for number in range(3, MAX_FRAMES + 3))


def test_stored_frames_are_entered_in_the_answer_they_belong_to() -> None:
    frames = {"q1": (StoredFrame(5.0, "frames/q1-00050.jpg"),)}

    found = with_frames(interview(said(4.0)), frames)

    assert [entry.frames for entry in found.answers] == [frames["q1"], ()]
    assert replace(found, answers=interview(said(4.0)).answers) == interview(said(4.0))

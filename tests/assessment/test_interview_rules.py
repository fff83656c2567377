"""What the answers of one interview say together."""

from __future__ import annotations

from dataclasses import replace

from report_samples import KIT, answer, scored, typed

from interview_engine.assessment.delivery.signals import Signal
from interview_engine.assessment.interview_rules import needs_review, report_language, sum_stages
from interview_engine.assessment.reasons import Reason

ZH = typed(("我先把她说的情况重复一遍确认。",), "zh")
EN = typed(("I repeated what she had said and promised an answer within the hour.",), "en")


def test_the_language_asked_for_is_the_reports_language() -> None:
    assert report_language("en", KIT, (answer("q1", ZH, "text"),)) == "en"


def test_the_language_most_of_the_text_is_in_is_the_reports_language() -> None:
    assert report_language("auto", KIT, (answer("q1", ZH, "text"), answer("q2", EN, "text"))) == "en"


def test_an_english_letter_is_less_speech_than_a_chinese_character() -> None:
    short = typed(("I said it to her once more.",), "en")

    assert len(short.text) > len(ZH.text)
    assert report_language("auto", KIT, (answer("q1", ZH, "text"), answer("q2", short, "text"))) == "zh"


def test_an_interview_without_words_is_reported_in_the_kits_first_language() -> None:
    assert report_language("auto", KIT, (answer("q1", None),)) == KIT.languages[0]


def test_signals_unusable_answers_and_the_scorers_remarks_need_review_each_once() -> None:
    second_voice = Signal(Reason("integrity.second_voice"))
    answers = (
        replace(answer("q1", ZH, "text"), signals=(second_voice,)),
        replace(answer("q2", None), signals=(second_voice,), status="cannot_assess", reason=Reason("audio.none")),
    )
    result = replace(scored("communication", 7.0), reasons=(Reason("text.instruction"),))

    found = needs_review(answers, (result,))

    assert [reason.code for reason in found] == ["integrity.second_voice", "audio.none", "text.instruction"]


def test_a_question_nobody_answered_needs_no_review() -> None:
    missing = replace(answer("q1", None), status="cannot_assess", reason=Reason("answer.missing"))

    assert needs_review((missing,), ()) == ()


def test_the_seconds_of_each_stage_add_up_over_the_answers() -> None:
    answers = (
        replace(answer("q1", ZH, "text"), stage_seconds={"watch": 2.0, "transcribe": 1.0}),
        replace(answer("q2", ZH, "text"), stage_seconds={"transcribe": 0.5}),
    )

    assert sum_stages(answers) == {"watch": 2.0, "transcribe": 1.5}

"""What the answers of one interview say together."""

from __future__ import annotations

from dataclasses import replace

from report_samples import KIT, answer, not_shown, scored, typed

from interview_engine.assessment.delivery.signals import Signal
from interview_engine.assessment.interview_rules import (
    NOT_ASKED,
    asked_questions,
    needs_review,
    report_language,
    sum_stages,
    usable_questions,
    with_unread,
)
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


def test_a_knowledge_answer_needs_no_review_for_its_mark_and_its_comparison_alone() -> None:
    marked = Reason("reference.marked", {"question": "2", "mark": "3", "full": "5"})
    compared = Reason("reference.compared", {"said": "index", "missing": "cost"})

    assert needs_review((), (replace(scored("communication", 7.0), reasons=(marked, compared)),)) == ()


def test_a_knowledge_answer_that_seems_to_contradict_its_reference_needs_review() -> None:
    reasons = (Reason("reference.compared", {"said": "index", "missing": "cost"}), Reason("reference.contradicts"))

    found = needs_review((), (replace(scored("communication", 7.0), reasons=reasons),))

    assert [reason.code for reason in found] == ["reference.contradicts"]


def test_a_question_nobody_answered_needs_no_review() -> None:
    missing = replace(answer("q1", None), status="cannot_assess", reason=Reason("answer.missing"))

    assert needs_review((missing,), ()) == ()


def test_a_question_that_was_left_out_does_not_count_as_asked_and_needs_no_review() -> None:
    left_out = replace(answer("q2", None), status="cannot_assess", reason=Reason(NOT_ASKED))
    missing = replace(answer("q3", None), status="cannot_assess", reason=Reason("answer.missing"))
    answers = (answer("q1", ZH, "text"), left_out, missing)

    assert asked_questions(KIT, answers) == len(KIT.questions) - 1
    assert needs_review(answers, ()) == ()


def test_the_seconds_of_each_stage_add_up_over_the_answers() -> None:
    answers = (
        replace(answer("q1", ZH, "text"), stage_seconds={"watch": 2.0, "transcribe": 1.0}),
        replace(answer("q2", ZH, "text"), stage_seconds={"transcribe": 0.5}),
    )

    assert sum_stages(one.stage_seconds for one in answers) == {"watch": 2.0, "transcribe": 1.5}


UNREAD = replace(answer("q1", None), status="cannot_assess", reason=Reason("language.not_covered", {"language": "pt"}))


def test_a28_an_answer_that_could_not_be_read_is_never_taken_for_one_that_shows_nothing() -> None:
    """What a Portuguese answer says of communication is not known, and another question's answer is no stand-in."""
    answers = (UNREAD, answer("q2", ZH, "text"), answer("q3", ZH, "text"))
    given = tuple(not_shown(one.id) for one in KIT.competencies if not one.is_delivery)
    own = {one.id for one in KIT.competencies if any(one.id in q.probes for q in KIT.questions if q.id == "q1")}
    elsewhere = {code for q in KIT.questions if q.id != "q1" for code in q.probes}

    for result in with_unread(KIT, answers, given):
        if result.competency_id in own - elsewhere:
            assert (result.status, result.score, result.not_shown) == ("cannot_assess", None, ())
            assert result.reason == Reason("competency.unread")


def test_a28_a_stray_mention_elsewhere_does_not_stand_in_for_an_unread_answer() -> None:
    answers = (UNREAD, answer("q2", ZH, "text"), answer("q3", ZH, "text"))
    only_q1 = next(one.id for one in KIT.competencies if [q.id for q in KIT.questions if one.id in q.probes] == ["q1"])
    (result,) = with_unread(KIT, answers, (scored(only_q1, 8.0),))
    assert result.score is None
    assert result.reason == Reason("competency.unread")


def test_a28_an_off_topic_or_missing_answer_is_not_an_unread_one() -> None:
    for code in ("text.off_topic", "answer.missing", "text.too_short"):
        unusable = replace(answer("q1", ZH, "text"), status="cannot_assess", reason=Reason(code))
        given = (scored(KIT.competencies[0].id, 5.0),)
        assert with_unread(KIT, (unusable,), given) == given


def test_a28_only_answers_that_could_be_used_count_as_answered() -> None:
    assert usable_questions(KIT, (UNREAD, answer("q2", ZH, "text"), answer("q2", ZH, "text"))) == 1

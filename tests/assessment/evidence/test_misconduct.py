"""A wrong deed told in plain words is found where the speaker did it, and only there (A26)."""

from __future__ import annotations

import pytest

from interview_engine.assessment.evidence import deeds, misconduct


def _strength(text: str, language: str) -> float:
    stops = "。" if language == "zh" else "."
    return misconduct.told([part + stops for part in text.split(stops) if part.strip()], language).strength


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I yelled at the passenger and pulled her by the arm."),
        ("en", "We copied the temperatures from yesterday."),
        ("en", "When the nurse asked I lied to her."),
        ("en", "I pocketed the cash from the raffle."),
        ("en", "I unplugged the smoke detector for the night."),
        ("en", "I read through her messages while she was at lunch."),
        ("en", "I took her name off the paper."),
        ("en", "I made the apprentice sign a statement."),
        ("en", "I put the older ones on nights."),
        ("en", "I hid it under the pallet."),
        ("zh", "我骂了客户一顿。"),
        ("zh", "我照着昨天的数填了表。"),
        ("zh", "我跟领导撒谎。"),
        ("zh", "我把客户的押金扣下，装进自己口袋。"),
        ("zh", "我把烟感报警器拆了。"),
        ("zh", "我偷看她的手机。"),
        ("zh", "我把她的名字去掉，换成我的名字。"),
        ("zh", "我逼徒弟写证明，让他别说出去。"),
        ("zh", "三十五岁以上的女工我一律不要。"),
        ("zh", "我把事故瞒着。"),
    ],
)
def test_a26_an_act_of_the_speaker_in_plain_words_is_found(language: str, text: str) -> None:
    assert _strength(text, language) >= misconduct.SURE


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "My manager yelled at the passenger."),
        ("en", "He lied to the nurse and pocketed the cash."),
        ("en", "She said the driver copied the temperatures from yesterday."),
        ("zh", "主管骂了客户一顿。"),
        ("zh", "他照着昨天的数填了表。"),
        ("zh", "有人把烟感报警器拆了。"),
        ("zh", "店长让我骗客户，我没有答应。"),
    ],
)
def test_what_somebody_else_did_is_not_the_speakers(language: str, text: str) -> None:
    assert _strength(text, language) <= 0.0


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I never yelled at a passenger."),
        ("en", "I did not lie to her."),
        ("en", "I could have lied to her."),
        ("en", "I wanted to yell at him."),
        ("en", "If I lied to her she would find out."),
        ("zh", "我没有骂他。"),
        ("zh", "我差点骂他。"),
        ("zh", "要是我骗客户，早晚会出事。"),
        ("zh", "我被客户骂了一顿。"),
    ],
)
def test_what_was_not_done_is_no_act(language: str, text: str) -> None:
    assert _strength(text, language) <= 0.0


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I shouted at a trainee. I apologised to him in front of everybody."),
        ("en", "I charged her twice. I rang her and refunded it."),
        ("zh", "我吼了徒弟几句。后来当着大家的面跟他道歉。"),
        ("zh", "我照着昨天的数填了表。晚上我跟主管说了，表作废，当天重测。"),
    ],
)
def test_what_was_owned_up_to_and_made_good_counts_no_more(language: str, text: str) -> None:
    assert (
        misconduct.told(text.replace("。", "。\n").split("\n"), language).chance == 0.0
        or _strength(text, language) <= 0
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The customer swore at me. I let him finish and said I would end the call if he went on."),
        ("en", "They wanted the date changed on the certificate. I said no and told the inspector."),
        ("en", "I checked the brakes, found a worn pad and took the lorry off the road."),
        ("zh", "厂长叫我把日期改掉。我说这个不能改，改了我就举报。"),
        ("zh", "我核对了日期，发现标签贴错，把货退了回去。"),
        ("zh", "客户骂我骂得很难听。我听他说完，把问题记在工单里。"),
    ],
)
def test_a_refusal_a_report_and_ordinary_work_are_no_wrong_deeds(language: str, text: str) -> None:
    assert _strength(text, language) <= 0.0


def test_one_doubtful_word_is_not_heard_and_two_sure_acts_are_grave() -> None:
    once = misconduct.told(["Her line was engaged, so I hung up."], "en")
    twice = misconduct.told(["I swore at her.", "I tore up her complaint."], "en")
    assert once.chance == 0.0
    assert twice.chance >= deeds.model().grave


def test_words_speak_beside_the_probes_and_never_take_from_them() -> None:
    told = misconduct.told(["I swore at her."], "en")
    before = deeds.Against((0.3, 0.4, 0.1))
    after = misconduct.with_words(before, told)
    assert after.chances[0] == pytest.approx(1 - 0.7 * (1 - told.chance))
    assert after.chances[1:] == before.chances[1:]
    assert misconduct.with_words(before, misconduct.told(["I called her back."], "en")) == before


def test_the_sentence_that_tells_it_speaks_against_the_deed_and_no_other() -> None:
    told = misconduct.told(["I sold him a lamp.", "I swore at her."], "en")
    quiet = deeds.Deed(0.2, (-4.0, -4.0, -4.0))
    first, second = misconduct.marked([quiet, quiet], told)
    assert (first, second.speaks_against) == (quiet, True)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_list_compiles_and_holds_words(language: str) -> None:
    lists = misconduct.lists(language)
    assert len({name for name, _, _ in lists.acts}) == 10
    assert all(pattern.search("") is None for _, _, pattern in lists.acts)
    assert lists.anyone.search("") is None
    assert lists.made_good.search("") is None

"""What was not said is not kept: loops, prompt echoes, stock phrases of silence, marks for music."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.hearing.transcript_guards import (
    is_echo,
    is_loop,
    is_no_speech,
    is_stock_phrase,
    is_weak_phrase,
    repeats_style,
)

PROMPT = "客户，投诉，退款，满意度，解决方案，沟通，团队。以下是普通话的句子。"
ENGLISH_PROMPT = "customer, complaint, refund, satisfaction, escalation, follow up. Um, so, uh, I was, like, you know."


@pytest.mark.parametrize(
    "text",
    [
        "2-3-4-4-4-4-4-4-4-4-4-4-4-4-4-4-4-4-4-4",
        "今年三月公布了４４４４４４４４４４４４４",
        "Llywodraethau'r " * 5,
        "我们团队很好。" * 3,
        "and then I told him that " * 3,
        "聚、" * 30,
        "今年三月三星公布了﹐﹐﹐﹐﹐﹐﹐﹐﹐﹐",
        "no " * 15,
    ],
)
def test_loops(text: str) -> None:
    assert is_loop(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "here's some more words, words, words, words",
        "对对对对，我同意",
        "no no no, that was not it",
        "I worked there, I worked there for years, and then I left",
        "一三八零零零零一二三四",
        "我觉得我觉得这个问题很重要，因为客户会很生气，所以我先道歉。",
    ],
)
def test_people_repeat_themselves_too(text: str) -> None:
    assert not is_loop(text)


@given(st.lists(st.sampled_from("abcdefgh"), min_size=6, max_size=10, unique=True), st.integers(3, 6))
def test_any_longer_phrase_said_three_times_over_is_a_loop(letters: list[str], times: int) -> None:
    assert is_loop(" ".join([f"{letter}{letter}" for letter in letters] * times))


@pytest.mark.parametrize(
    "text",
    [
        "以下是普通话的句子以下是普通话的句子",
        "以下是普通話的句子。",
        "客户投诉退款满意度解决方案",
        "客户、投诉、退款、满意度、解决方案、沟通、团队。",
    ],
)
def test_echoes_of_the_prompt_and_of_the_vocabulary(text: str) -> None:
    assert is_echo(text, PROMPT)


def test_pieces_of_the_style_sentence_are_seen_anywhere() -> None:
    """Heard from Mandarin speakers' unclear English: 是普通话的句子。 and 这是普通话的句子。大波卡黑黑色。"""
    style = "以下是普通话的句子。"
    for text in ("是普通话的句子。", "尤其是 普通 话的句子。", "这是普通话的句子。大波卡黑黑色。"):
        assert repeats_style(text, style)
    for text in ("我的普通话很好", "以下是我的经历", "", "他说的句子"):
        assert not repeats_style(text, style)
    assert not repeats_style("Um, so, uh, I was thinking", ENGLISH_PROMPT)


def test_echoes_in_english() -> None:
    assert is_echo("Customer, complaint, refund, satisfaction.", ENGLISH_PROMPT)
    assert is_echo("Um, so, uh, I was, like, you know", ENGLISH_PROMPT)


@pytest.mark.parametrize(
    "text", ["客户投诉", "我们团队沟通得很好", "客户投诉了，要求退款，我沟通了一下", "Um, so I called the customer", ""]
)
def test_using_the_words_is_no_echo(text: str) -> None:
    assert not is_echo(text, PROMPT)
    assert not is_echo(text, ENGLISH_PROMPT)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for watching!",
        "Thank you for watching.",
        "Please subscribe to my channel.",
        "Subtitles by the Amara.org community",
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "請不吝點贊訂閱轉發打賞支持明鏡與點點欄目",
        "字幕by索兰娅",
        "字幕志愿者 李宗盛",
        "謝謝觀看",
        "感谢您的观看！",
        "我们下期再见",
        "优优独播剧场——YoYo Television Series Exclusive",
        "作词 李宗盛",
    ],
)
def test_stock_phrases_of_silence(text: str) -> None:
    assert is_stock_phrase(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for listening to my idea, said the customer, and we went on.",
        "I asked our users to subscribe to the newsletter and the number grew by ten percent.",
        "我负责给视频做字幕，也负责剪辑。",
        "我谢谢大家的支持，然后我们一起把项目做完了。",
        "我们让客户关注公众号，三个月涨了两万粉。",
    ],
)
def test_answers_that_only_sound_alike(text: str) -> None:
    assert not is_stock_phrase(text)


@pytest.mark.parametrize("text", ["", "♪♪♪", "...", "[Music]", "（音乐）", "【掌声】 。", "*sighs*"])
def test_marks_are_no_speech(text: str) -> None:
    assert is_no_speech(text)


def test_words_are_speech() -> None:
    assert not is_no_speech("嗯")
    assert not is_no_speech("[Music] Hello")


def test_weak_phrases() -> None:
    assert is_weak_phrase("Thank you.")
    assert is_weak_phrase("You")
    assert is_weak_phrase("谢谢大家。")
    for hummed in ("Um, so, Um.", "Hmm... mhm.", "不不不，不不不不。", "嗯。嗯。"):
        assert is_weak_phrase(hummed), hummed
    assert not is_weak_phrase("Thank you for the question.")
    assert not is_weak_phrase("不用谢")

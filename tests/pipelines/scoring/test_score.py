"""The scorer with the real embedders: behaviour a reader expects, in Chinese and English (A3, A4, A8, A12)."""

# ruff: noqa: E501 — answers are one line each, as they are said

from dataclasses import replace
from functools import cache

import pytest
from real_embedder import real_embedder

from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.scoring import AnswerText, CompetencyResult, Scorer
from interview_engine.assessment.transcript import Segment, Transcript, Word
from interview_engine.errors import WeightsError
from models.weights.registry import WeightStore, default_root
from pipelines.scoring.score import answer_text, evidence_scorer

pytestmark = pytest.mark.slow  # the real embedders score whole answers

STAR = {
    "zh": "有一次一位客户打电话来，说等了四天的生日蛋糕没有送到，非常生气。我先让她把话说完，然后核对了订单，发现是仓库把地址的门牌号录错了。"
    "我跟她道歉，说清楚两个办法：今天下午四点前补送，或者全额退款，她选了补送。我联系了同城的门店，又打电话跟司机确认路线，三点二十送到了。"
    "当天晚上我回访她，她说孩子很高兴。后来我把这次录错的原因写成一条核对规则，加进下单的检查表里，那个月地址错误的投诉从十一起降到两起。",
    "en": "A customer rang because the birthday cake she had ordered four days earlier had not arrived, and she was furious. "
    "I let her finish, then checked the order and found that the warehouse had typed the house number wrong. I apologised "
    "and gave her two choices: a new delivery before four that afternoon or a full refund, and she chose the delivery. I "
    "called the local shop and confirmed the route with the driver, and it arrived at twenty past three. That evening I rang "
    "her back and she said her son was delighted. Afterwards I wrote the mistake up as a check in our order checklist, and "
    "wrong-address complaints fell from eleven to two that month.",
}
WEAK = {
    "vague zh": "客户投诉的话我一般都是好好沟通，态度要好一点，换位思考，尽量让客户满意。反正遇到问题就解决问题，大部分时候都能处理好，"
    "领导也比较放心。我觉得做客服最重要的就是有耐心，心态要好，具体情况具体分析吧。",
    "keywords zh": "客户投诉、核对订单、道歉、补送、退款、回访、检查表、降低投诉、满意度、复盘、流程优化、数据分析、沟通能力",
    "question zh": "请讲一次你应对客户投诉的经历，当时是什么情况，你做了什么，最后结果怎样。",
    "fine zh": "还行",
    "verse zh": "月亮代表我的心，你问我爱你有多深，我爱你有几分，你去想一想，你去看一看，轻轻的一个吻，已经打动我的心。",
    "vague en": "With complaints I usually just communicate well and keep a good attitude, put myself in their shoes and try to "
    "make the customer happy. Whatever comes up we solve it, most of the time it works out. I think the most important thing "
    "in customer service is patience and a positive attitude, it depends on the situation really.",
    "keywords en": "complaint handling, order check, apology, redelivery, refund, follow-up call, checklist, satisfaction",
    "question en": "Tell me about a time you dealt with a customer's complaint. What was the situation, what did you do?",
    "fine en": "fine",
    "verse en": "Twinkle twinkle little star, how I wonder what you are, up above the world so high, like a diamond in the sky.",
    "another question's answer en": "I had two weeks to learn the new stock system. I listed the four chapters of the manual that "
    "concerned us, worked through one every evening in the test environment, noted what I did not understand and asked the "
    "consultant the next day. At the end of the first week I set myself twenty questions, got five wrong and went back over "
    "those. On the first day I taught three colleagues, and the page of common mistakes I wrote is still in use.",
}  # fmt: skip


@cache
def scorer() -> Scorer:
    made = evidence_scorer(WeightStore(default_root()), real_embedder())
    try:
        made.score(kit("customer-service"), [AnswerText("q1", "en", STAR["en"])])
    except WeightsError as error:
        pytest.skip(f"weights not installed: {error.code}")
    return made


@cache
def kit(name: str) -> Kit:
    return load_kit(shipped_kits()[name])


def result(name: str, competency: str, *answers: AnswerText) -> CompetencyResult:
    found = scorer().score(kit(name), answers)
    return next(one for one in found.competencies if one.competency_id == competency)


def value(name: str, competency: str, *answers: AnswerText) -> float:
    found = result(name, competency, *answers)
    return found.score.value if found.score else 0.0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_told_case_is_strong_and_every_quote_is_verbatim(language: str) -> None:
    found = result("customer-service", "complaint-handling", AnswerText("q1", language, STAR[language]))
    assert found.score is not None
    assert found.score.value >= 7
    assert found.evidence
    assert all(quote.quote in STAR[language] for quote in found.evidence)


@pytest.mark.parametrize("name", sorted(WEAK))
def test_a_told_case_beats_what_tells_nothing(name: str) -> None:
    language = name[-2:]
    weak = value("customer-service", "complaint-handling", AnswerText("q1", language, WEAK[name]))
    strong = value("customer-service", "complaint-handling", AnswerText("q1", language, STAR[language]))
    assert weak <= 2.5
    assert strong - weak >= 4


CONVERSION = {
    "zh": ("我先按新老用户分群看转化率，发现新用户在第二步流失了六成。", "然后我用A/B测试比较了两个版本的表单，跑了两周，转化率从百分之三提高到百分之四点五。"),
    "en": ("I segmented the users and saw that new ones left at the second step, sixty percent of them.",
           "Then I ran an A/B test of two forms for two weeks, and conversion went from three to four and a half percent."),
}  # fmt: skip
DENIED = {
    "zh": "我先看了整体的转化率，发现第二步流失了六成。我们没有做过A/B测试，也没有做过用户分群，就直接改了表单，转化率从百分之三到了四点五。",
    "en": "I looked at the overall conversion and saw that sixty percent left at the second step. We never used A/B tests and did "
    "not segment anybody, we changed the form and conversion went from three to four and a half percent.",
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_two_markers_of_the_analyst_are_detected_apart_and_not_when_denied(language: str) -> None:
    def markers(text: str) -> dict[str, bool]:
        return dict(result("data-analyst", "problem-solving", AnswerText("q1", language, text)).markers)

    first, second = CONVERSION[language]
    both = markers(first + " " + second)
    assert both["uses-ab-test"]
    assert both["segments-users"]
    denied = markers(DENIED[language])
    assert not denied["uses-ab-test"]
    assert not denied["segments-users"]


LOGIC = {
    "zh": ["当时我们碰到一个复杂的问题，日活突然掉了百分之八。", "我先把掉的用户按渠道和版本拆开看，", "发现全部集中在安卓的新版本上。", "于是我怀疑是登录接口的问题，",
           "为了验证，我拉了登录日志，失败率从百分之一涨到了九。", "所以我请研发回滚了那个版本，", "第二天日活就恢复了。", "最后我把登录失败率加进了每天的监控。"],
    "en": ["At the time our daily users suddenly fell by eight percent.", "First I split the lost users by channel and version.",
           "They were all on the new Android version.", "So I suspected the login service.",
           "To check that, I pulled the login logs, and failures had risen from one to nine percent.",
           "Therefore I asked the developers to roll that version back.", "The next day the numbers had recovered.",
           "In the end I added login failures to the daily monitoring."],
}  # fmt: skip


@pytest.mark.parametrize(("language", "most"), [("zh", 1.65), ("en", 0.3)])
def test_shuffling_the_sentences_lowers_logic_and_hardly_anything_else(language: str, most: float) -> None:
    """In Mandarin two sentences are alike enough for the later one to be left out as a repetition, whichever it is."""
    parts = [part.rstrip("，") + "。" if part.endswith("，") else part for part in LOGIC[language]]
    glue = "" if language == "zh" else " "
    marked = kit("data-analyst")

    def scores(order: list[int]) -> dict[str, float]:
        answer = AnswerText("q2", language, glue.join(parts[i] for i in order))
        found = scorer().score(marked, [answer])
        return {one.competency_id: one.score.value for one in found.competencies if one.score}

    told = scores(list(range(8)))
    shuffled = [
        scores(order) for order in ([5, 2, 7, 0, 3, 6, 1, 4], [7, 5, 3, 1, 6, 4, 2, 0], [4, 6, 1, 7, 2, 0, 5, 3])
    ]
    logic = [one["logical-thinking"] for one in shuffled]
    assert max(logic) < told["logical-thinking"] - 0.3
    assert all(abs(one["problem-solving"] - told["problem-solving"]) <= most for one in shuffled)


def test_quotes_of_a_spoken_answer_carry_its_times() -> None:
    words, at = [], 0.0
    for token in STAR["en"].split():
        words.append(Word(token, at, at + 0.3, 0.9))
        at += 0.35
    segment = Segment(STAR["en"], 0.0, at, -0.2, 0.0)
    transcript = Transcript("en", 0.99, 0.9, STAR["en"], STAR["en"], (segment,), tuple(words))
    found = result("customer-service", "complaint-handling", answer_text("q1", transcript))
    for quote in found.evidence:
        assert quote.start_s is not None
        assert quote.end_s is not None
        first = next(word for word in words if word.start_s == quote.start_s)
        assert quote.quote.startswith(first.text)


def test_a_knowledge_answer_is_compared_with_its_reference() -> None:
    base = kit("software-engineer")
    question = base.questions[0]
    reference = type(question.text)(
        "索引把列的值排好序，查询不用扫描全表，但每次写入都要更新索引，所以写入变慢。",
        "An index keeps the values of a column sorted, so a query need not scan the whole table, but every write must update "
        "the index, so writes become slower.",
    )
    asked = replace(
        question, text=type(question.text)("数据库索引有什么用，有什么代价？", "What does an index do and what does it cost?"),
        references=(reference,),
    )  # fmt: skip
    knowledge = replace(base, questions=(asked, *base.questions[1:]), sha256="with-reference")
    competency = asked.probes[0]

    def marked(language: str, text: str) -> float:
        found = scorer().score(knowledge, [AnswerText(asked.id, language, text)])
        one = next(entry for entry in found.competencies if entry.competency_id == competency)
        return one.score.value if one.score else 0.0

    right = marked(
        "en",
        "It sorts the column so that queries do not scan the full table, but writes get slower as it must be updated.",
    )
    wrong = marked("en", "It makes a backup of the database every night.")
    assert right - wrong >= 3
    zh_right = marked("zh", "索引就是把这一列排好序，查的时候不用扫全表，代价是每次写入都要更新，写入会变慢。")
    assert zh_right - marked("zh", "不知道，没用过。") >= 3


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_of_two_competencies_that_a_question_probes_is_quoted_with_what_speaks_of_it(language: str) -> None:
    """That complaints fell says nothing of how somebody talks."""
    found = {
        name: [
            one.quote for one in result("customer-service", name, AnswerText("q1", language, STAR[language])).evidence
        ]
        for name in ("communication", "complaint-handling")
    }
    only_handled = {"zh": ("那个月地址错误的投诉",), "en": ("complaints fell from eleven",)}[language]

    assert all(any(part in quote for quote in found["complaint-handling"]) for part in only_handled)
    assert not any(part in quote for part in only_handled for quote in found["communication"])
    assert found["communication"]


@pytest.mark.parametrize("other", ["q2", "q3", "q4", "q5", "q6"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_story_pasted_for_another_question_is_called_a_copy_though_it_is_off_topic_there(
    language: str, other: str
) -> None:
    pasted = [AnswerText(question, language, STAR[language]) for question in ("q1", other)]
    answers = scorer().score(kit("customer-service"), pasted).answers
    assert [one.reason.code if one.reason else "" for one in answers] == ["", "text.same_answer"]


def test_a_thin_answer_in_words_of_its_own_question_is_not_off_topic() -> None:
    """Nearer in meaning to the kit's other questions, as answers of one trade are, and still to the question asked."""
    thin = (
        "We had a customer whose invoice was wrong, and I could not change it myself. So I sent it to accounting, and I "
        "told the customer that they would look at it. Accounting was busy, it was the end of the month. I asked them "
        "again after a few days. In the end a colleague there corrected the invoice, and I sent it to the customer."
    )
    (finding,) = scorer().score(kit("customer-service"), [AnswerText("q5", "en", thin)]).answers
    assert finding.reason is None


CONFESSED = (
    "In May our export job filled the disk at night and customers could not download their invoices. I was on call. I told "
    "support straight away, deleted old temporary files so that downloads worked again, and wrote in the incident channel "
    "what I did and when. In the morning I found that I had forgotten the cleanup step myself in a change two weeks before. "
    "I said so in the review, added the step with a test, and set an alert at eighty percent."
)
HUNG_UP = (
    "去年冬天有位客户打电话来投诉，说热水器装好一个星期就不出热水。我先听他说完，查了订单和安装记录，发现是主板的批次问题。"
    "客户一直说要赔偿，我觉得他没完没了，就跟他吼了几句，把电话挂了，顺手把他号码拉黑。后来主管来问，我在工单里写的是已回访，客户满意。"
)


def test_no_score_falls_by_a_likely_wrong_deed_without_asking_a_person_to_read_it() -> None:
    """The sound confession may be heard as one (a false alarm): what must not be is that nobody is asked about it."""
    heard = []
    for name, competency, answer in (
        ("customer-service", "complaint-handling", AnswerText("q1", "zh", HUNG_UP)),
        ("software-engineer", "ownership", AnswerText("q5", "en", CONFESSED)),
    ):
        found = result(name, competency, answer)
        asked = {reason.code for reason in found.reasons} & {"conduct.wrong_deed", "conduct.perhaps_wrong"}
        if any("wrong_deed" in one.why for one in found.evidence):
            assert len(asked) == 1
            heard += asked
    assert heard[0] == "conduct.wrong_deed"

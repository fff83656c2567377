"""The kits that ship (rows A2, A12, B1, B5): complete in both languages, and of one mind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from interview_engine.assessment.evidence.cues import phrase_pattern
from interview_engine.assessment.kits import yaml_tree
from interview_engine.assessment.kits.delivery_weight import check_kit
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import CounterIndicator, Indicator, Kit
from interview_engine.assessment.policy import POLICIES
from interview_engine.assessment.text import fold
from interview_engine.errors import PolicyError
from interview_engine.i18n import LocalizedText

IDS = ("customer-service", "data-analyst", "online-teacher", "sales", "software-engineer", "store-manager")
DOCUMENT = Path(__file__).parents[3] / "docs" / "kits.md"
HAN = re.compile(r"[\u4e00-\u9fff]")


@cache
def kit_of(kit_id: str) -> Kit:
    return load_kit(shipped_kits()[kit_id])


def indicators_of(kit: Kit) -> Iterator[tuple[str, Indicator]]:
    for competency in kit.competencies:
        for indicator in competency.indicators:
            yield competency.id, indicator


def texts_of(kit: Kit) -> Iterator[tuple[str, LocalizedText]]:
    yield "role", kit.role
    yield "description", kit.description
    for competency in kit.competencies:
        yield competency.id, competency.name
        yield competency.id, competency.definition
        yield from ((f"{competency.id}.{indicator.id}", indicator.text) for indicator in competency.indicators)
        yield from ((f"{competency.id}.{one.id}", one.text) for one in competency.counter_indicators)
        yield from ((f"{competency.id} level {level}", text) for level, text in enumerate(competency.anchors, start=1))
    yield from ((question.id, question.text) for question in kit.questions)


def shows(indicator: Indicator | CounterIndicator, text: str, language: str) -> bool:
    pattern = phrase_pattern(indicator.phrases.get(language), language)
    return pattern is not None and pattern.search(fold(text)) is not None


def test_six_kits_ship_and_each_file_is_named_after_its_id() -> None:
    assert tuple(shipped_kits()) == IDS
    assert [kit_of(kit_id).id for kit_id in IDS] == list(IDS)


@pytest.mark.parametrize("kit_id", IDS)
def test_a_kit_has_competencies_of_all_three_kinds_and_weights_of_100(kit_id: str) -> None:
    kit = kit_of(kit_id)
    assert kit.languages == ("zh", "en")
    assert {competency.kind for competency in kit.competencies} == {"general", "professional", "role"}
    assert 4 <= len(kit.competencies) <= 6
    assert sum(competency.weight for competency in kit.competencies) == 100
    assert 4 <= len(kit.questions) <= 7
    assert kit.vocabulary.zh
    assert kit.vocabulary.en


@pytest.mark.parametrize("kit_id", IDS)
def test_a_kit_has_three_to_six_indicators_each_with_phrases_in_both_languages(kit_id: str) -> None:
    for competency in kit_of(kit_id).competencies:
        if not competency.is_delivery:
            assert 3 <= len(competency.indicators) <= 6, competency.id
    for competency_id, indicator in indicators_of(kit_of(kit_id)):
        for language in ("zh", "en"):
            assert 6 <= len(indicator.phrases.get(language)) <= 25, (competency_id, indicator.id, language)


@pytest.mark.parametrize("kit_id", IDS)
def test_a26_every_content_competency_says_what_a_1_looks_like_in_conduct(kit_id: str) -> None:
    for competency in kit_of(kit_id).competencies:
        counters = competency.counter_indicators
        assert competency.is_delivery or 2 <= len(counters) <= 6, competency.id
        assert competency.is_delivery or any(one.grave for one in counters), competency.id
        for one in counters:
            for language in ("zh", "en"):
                assert 6 <= len(one.phrases.get(language)) <= 25, (competency.id, one.id, language)


def test_a26_a_counter_indicator_means_the_same_deed_wherever_its_id_stands() -> None:
    meanings: dict[str, set[CounterIndicator]] = {}
    for kit_id in IDS:
        for competency in kit_of(kit_id).competencies:
            for one in competency.counter_indicators:
                meanings.setdefault(one.id, set()).add(one)
    assert [one for one, found in meanings.items() if len(found) > 1] == []


@pytest.mark.parametrize("kit_id", IDS)
def test_a26_no_phrase_of_a_wrong_deed_is_in_a_question_or_a_good_anchor(kit_id: str) -> None:
    kit = kit_of(kit_id)
    texts = [question.text for question in kit.questions]
    texts += [anchor for competency in kit.competencies for anchor in competency.anchors[2:]]
    for competency in kit.competencies:
        for one in competency.counter_indicators:
            for text in texts:
                for language in ("zh", "en"):
                    assert not shows(one, text.get(language), language), (competency.id, one.id, text)


@pytest.mark.parametrize("kit_id", IDS)
def test_what_weighs_a_fifth_or_more_is_probed_at_least_twice(kit_id: str) -> None:
    kit = kit_of(kit_id)
    for competency in kit.competencies:
        times = sum(competency.id in question.probes for question in kit.questions)
        assert competency.is_delivery or times >= (2 if competency.weight >= 20 else 1), competency.id


@pytest.mark.parametrize("kit_id", IDS)
def test_chinese_texts_are_chinese_and_english_texts_are_english(kit_id: str) -> None:
    for where, text in texts_of(kit_of(kit_id)):
        assert HAN.search(text.zh), where
        assert not HAN.search(text.en), where
        assert not re.search(r"[\u4e00-\u9fff][,.;:?!]|[,.;:?!][\u4e00-\u9fff]", text.zh), (where, text.zh)
        assert not re.search(r"[A-Za-z]+(?: [a-z]+){2}", text.zh), (where, text.zh)


@pytest.mark.parametrize("kit_id", IDS)
def test_nothing_is_said_of_feelings_or_traits(kit_id: str) -> None:
    for where, text in texts_of(kit_of(kit_id)):
        assert not re.search(
            r"emotion|nervous|confident|personality|charisma|情绪|自信|气质", f"{text.zh} {text.en}"
        ), where


@pytest.mark.parametrize("kit_id", IDS)
def test_reading_a_question_back_shows_no_indicator(kit_id: str) -> None:
    kit = kit_of(kit_id)
    for question in kit.questions:
        for competency_id, indicator in indicators_of(kit):
            for language in ("zh", "en"):
                assert not shows(indicator, question.text.get(language), language), (
                    question.id,
                    competency_id,
                    indicator.id,
                )


@pytest.mark.parametrize("kit_id", IDS)
def test_no_phrase_stands_in_two_indicators_of_a_competency(kit_id: str) -> None:
    for competency in kit_of(kit_id).competencies:
        for language in ("zh", "en"):
            phrases = [phrase for indicator in competency.indicators for phrase in indicator.phrases.get(language)]
            assert len(phrases) == len(set(phrases)), (competency.id, language)


@pytest.mark.parametrize("kit_id", IDS)
def test_a_kit_is_accepted_wherever_the_policy_lets_delivery_weigh(kit_id: str) -> None:
    """A kit that asks for what the policy forbids is refused with the article."""
    kit = kit_of(kit_id)
    for policy in POLICIES.values():
        if policy.delivery_cap_percent or not any(competency.is_delivery for competency in kit.competencies):
            check_kit(kit, policy)
            continue
        with pytest.raises(PolicyError, match=re.escape(policy.article.en)):
            check_kit(kit, policy)


def test_an_id_means_the_same_competency_in_every_kit() -> None:
    """B5: candidates, courses and KPIs refer to competencies by id."""
    meanings: dict[str, set[tuple[str, LocalizedText, LocalizedText]]] = {}
    for kit_id in IDS:
        for competency in kit_of(kit_id).competencies:
            meanings.setdefault(competency.id, set()).add((competency.kind, competency.name, competency.definition))
    assert [competency_id for competency_id, found in meanings.items() if len(found) > 1] == []


def test_the_guide_lists_every_competency_id_with_kind_name_and_definition() -> None:
    rows = {match[1]: match[0] for match in re.finditer(r"^\| `([a-z-]+)` \|.*$", DOCUMENT.read_text("utf-8"), re.M)}
    for kit_id in IDS:
        for competency in kit_of(kit_id).competencies:
            row = rows[competency.id]
            for part in (competency.kind, competency.name.zh, competency.name.en, competency.definition.zh):
                assert part in row, (competency.id, part)
            assert competency.definition.en in row, competency.id


def test_the_example_questions_of_the_capability_list_are_asked() -> None:
    """A2, A12: 为什么选择我们公司, 应对客户投诉, 最复杂的问题, 如何用数据优化转化率."""
    asked = {
        "sales": "为什么选择我们公司",
        "customer-service": "应对客户投诉",
        "software-engineer": "最复杂的",
        "data-analyst": "如何用数据优化一个产品的转化率",
    }
    for kit_id, words in asked.items():
        assert any(words in question.text.zh for question in kit_of(kit_id).questions), kit_id


DEEDS = [
    # kit, competency, what is told, the wrong deeds whose place the phrases find
    (
        "customer-service",
        "complaint-handling",
        "zh",
        "他不讲理，我就骂回去，挂了他的电话，顺手把他拉黑。",
        {"abuses-customer", "retaliates-customer"},
    ),
    (
        "customer-service",
        "complaint-handling",
        "zh",
        "后来我把工单改成客户自己取消的，谁也看不出来。",
        {"falsifies-record"},
    ),
    ("customer-service", "complaint-handling", "zh", "他冲我吼了半天，我没有吵，等他说完再查订单。", set()),
    (
        "customer-service",
        "complaint-handling",
        "en",
        "So I shouted back, hung up on her and put her number on the blacklist.",
        {"abuses-customer", "retaliates-customer"},
    ),
    (
        "customer-service",
        "complaint-handling",
        "en",
        "I told him plainly that the rule does not allow it, and why.",
        set(),
    ),
    (
        "customer-service",
        "service-orientation",
        "en",
        "I gave her number to the other customer so they could sort it out.",
        {"breaks-privacy"},
    ),
    ("sales", "customer-development", "zh", "我冒充他们总部的人，前台就把电话转进去了。", {"deceives-prospect"}),
    (
        "sales",
        "results-drive",
        "en",
        "I had a friend order forty units in April and he returned them in May.",
        {"fakes-results"},
    ),
    ("sales", "negotiation", "en", "I said no three times and explained what we could not go below.", set()),
    ("data-analyst", "problem-solving", "zh", "有两周的数不好看，我挑了好看的那几周放进去。", {"manipulates-figures"}),
    (
        "data-analyst",
        "logical-thinking",
        "en",
        "I dropped the bad weeks and cherry-picked the cities that went up.",
        {"manipulates-figures"},
    ),
    (
        "online-teacher",
        "classroom-guidance",
        "zh",
        "我当众念了他的错题，让全班笑了一阵，他就老实了。",
        {"shames-pupil"},
    ),
    ("online-teacher", "classroom-guidance", "zh", "我先让他把想法说完，再给一个提示，等了他半分钟。", set()),
    (
        "software-engineer",
        "code-quality",
        "en",
        "To make the build pass I commented out the tests and pushed straight to main.",
        {"bypasses-safeguards"},
    ),
    ("software-engineer", "ownership", "zh", "我悄悄改回去，把日志删了，组里没有人知道。", {"hides-fault"}),
    ("software-engineer", "ownership", "zh", "是我改错了，我马上在群里说了，先回滚再查原因。", set()),
    ("store-manager", "inventory-control", "zh", "临期的我让店员换了标签，再摆上去卖。", {"cheats-stock"}),
    (
        "store-manager",
        "inventory-control",
        "en",
        "We split the loss between the staff and took it out of their wages.",
        {"makes-staff-pay"},
    ),
    (
        "store-manager",
        "team-coaching",
        "en",
        "I yelled at him in front of everyone and put his photo on the wall.",
        {"humiliates-staff"},
    ),
    (
        "store-manager",
        "team-coaching",
        "en",
        "I told her in private that the till must balance, and practised it with her.",
        set(),
    ),
]


@pytest.mark.parametrize(("kit_id", "competency_id", "language", "told", "expected"), DEEDS)
def test_a26_the_place_of_a_wrong_deed_is_found_and_a_firm_or_honest_one_is_not(
    kit_id: str, competency_id: str, language: str, told: str, expected: set[str]
) -> None:
    found = {
        one.id for one in kit_of(kit_id).competency(competency_id).counter_indicators if shows(one, told, language)
    }
    assert found == expected


MARKED = [
    # A/B test only, segmentation only, both, neither
    ("zh", "我们做了A/B测试，一版改按钮，一版不动，跑了两周。", {"uses-ab-test"}),
    ("zh", "我找研发把流量五五分流，新页面一半，老页面一半。", {"uses-ab-test"}),
    ("zh", "上线之前先做了 AB 测试，看显著性。", {"uses-ab-test"}),
    ("zh", "我随机抽了一成用户不发券，当对照组。", {"uses-ab-test"}),
    ("zh", "我先把用户分群，新客和老客分开看，发现老客根本没掉。", {"segments-users"}),
    ("zh", "按用户画像拆开，学生这一类流失最厉害。", {"segments-users"}),
    ("zh", "按渠道分了一下，信息流来的那批人几乎不付钱。", {"segments-users"}),
    ("zh", "用户分层之后，只对高价值的人做对照实验。", {"uses-ab-test", "segments-users"}),
    ("zh", "我把按钮颜色改了，文案也重写了，转化就上去了。", set()),
    ("en", "We ran an A/B test on the checkout page for two weeks.", {"uses-ab-test"}),
    ("en", "Half of the visitors got the short form, and we compared the two.", {"uses-ab-test"}),
    ("en", "I set up a control group and looked at significance.", {"uses-ab-test"}),
    ("en", "We split the traffic fifty-fifty between the two pages.", {"uses-ab-test"}),
    ("en", "I segmented the users by age and by acquisition channel.", {"segments-users"}),
    ("en", "Looking at cohorts, only the new sign-ups were dropping.", {"segments-users"}),
    ("en", "New and returning users behaved quite differently.", {"segments-users"}),
    ("en", "Inside each segment we did a split test.", {"uses-ab-test", "segments-users"}),
    ("en", "I changed the button and rewrote the text, and conversion went up.", set()),
]


@pytest.mark.parametrize(("language", "sentence", "expected"), MARKED)
def test_ab_tests_and_segmentation_are_told_apart(language: str, sentence: str, expected: set[str]) -> None:
    """A12: two markers of 问题解决能力, asked for by the conversion question, each found on its own."""
    kit = kit_of("data-analyst")
    competency = kit.competency("problem-solving")
    assert competency.name.zh == "问题解决能力"
    assert "problem-solving" in kit.question("q1").probes
    markers = [indicator for indicator in competency.indicators if indicator.marker]
    assert {marker.id for marker in markers} == {"uses-ab-test", "segments-users"}
    assert {marker.id for marker in markers if shows(marker, sentence, language)} == expected


@pytest.mark.parametrize("kit_id", IDS)
def test_a_kit_reads_the_same_with_either_parser(kit_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kit must not depend on whether PyYAML was built with libyaml."""
    monkeypatch.setattr(yaml_tree, "_LOADER", yaml_tree.yaml.SafeLoader)
    assert load_kit(shipped_kits()[kit_id]) == kit_of(kit_id)

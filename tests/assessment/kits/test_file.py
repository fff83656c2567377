"""Kit files (rows A2, B1, B6): valid ones are read, invalid ones are refused line by line."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
import yaml

from interview_engine.assessment.kits import yaml_tree
from interview_engine.assessment.kits.file import MAX_SHOWN, kit_yaml, load_kit, parse_kit
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.kits.rules import DELIVERY_CAP
from interview_engine.assessment.policy import POLICIES
from interview_engine.errors import FileProblem, KitError

KIT = """\
schema: interview-kit/1
id: shop
version: 3
role: {zh: 店员, en: Shop assistant}
description:
  zh: 一段话，
    分两行写
  en: a text
    on two lines
languages: [zh, en]
vocabulary: {zh: [收银], en: [till]}
competencies:
  - id: service
    kind: role
    name: {zh: 服务意识, en: Service}
    definition: {zh: 为客户着想, en: Thinks of the customer}
    weight: 82.5
    required_level: 3.5
    indicators:
      - id: asks
        text: {zh: 先问清楚, en: Asks first}
        phrases:
          zh: [问清楚, 问…要什么]
          en: [asked what, "asked, twice"]
        marker: true
    counter_indicators:
      - id: scolds
        grave: true
        text: {zh: 骂客户, en: Scolds the customer}
        phrases: {zh: [骂了他], en: [scolded him]}
    anchors:
      1: {zh: 不理客户, en: Ignores the customer}
      2: {zh: 等客户问, en: Waits to be asked}
      3: {zh: 照要求办, en: Does what is asked}
      4: {zh: 先问再办, en: Asks first}
      5: {zh: 推动改进, en: Improves the practice}
  - id: presence
    kind: general
    name: {zh: 表达, en: Delivery}
    definition: {zh: 语速, en: Pace}
    weight: 17.5
    required_level: 2
    indicators: []
    anchors:
      1: {zh: 很急, en: Rushed}
      2: {zh: 偏快, en: Fast}
      3: {zh: 适中, en: Even}
      4: {zh: 有停顿, en: Pauses}
      5: {zh: 有张有弛, en: Paced}
    delivery:
      - {cue: speech_rate_per_min, language: zh, low: 120, high: 190, falloff: 60, weight: 60}
      - {cue: speech_rate_per_min, language: en, low: 110, high: 160, falloff: 50, weight: 60}
      - {cue: pause_share, low: 0.05, high: 0.3, falloff: 0.2, weight: 40}
questions:
  - id: q1
    text: {zh: 请讲一次, en: Tell me about a time}
    think_s: 0
    answer_s: 120
    attempts: 2
    probes: [service]
"""


def problems_of(text: str) -> tuple[FileProblem, ...]:
    with pytest.raises(KitError) as caught:
        parse_kit(text.encode(), "shop.yaml")
    return caught.value.problems


def line_of(text: str, fragment: str) -> int:
    return text[: text.index(fragment)].count("\n") + 1


@pytest.fixture(scope="module")
def shop() -> Kit:
    return parse_kit(KIT.encode(), "shop.yaml")


def test_a_valid_file_becomes_the_kit_it_describes(shop: Kit) -> None:
    assert (shop.id, shop.version, shop.languages) == ("shop", 3, ("zh", "en"))
    assert shop.sha256 == hashlib.sha256(KIT.encode()).hexdigest()
    assert (shop.description.zh, shop.description.en) == ("一段话，分两行写", "a text on two lines")
    assert shop.question("q1").probes == ("service",)


def test_a_competency_has_its_weight_its_indicators_and_its_anchors(shop: Kit) -> None:
    service = shop.competencies[0]
    assert (service.kind, service.weight, service.required_level) == ("role", 82.5, 3.5)
    assert service.indicators[0].phrases.en == ("asked what", "asked, twice")
    assert service.indicators[0].marker
    assert [anchor.en for anchor in service.anchors][::4] == ["Ignores the customer", "Improves the practice"]


def test_a_competency_of_delivery_has_measures_and_no_indicators(shop: Kit) -> None:
    presence = shop.competencies[1]
    assert (presence.is_delivery, presence.indicators) == (True, ())
    assert [measure.language for measure in presence.delivery] == ["zh", "en", None]


def test_a_competency_is_not_of_thought_and_a_question_not_of_knowledge_unless_said(shop: Kit) -> None:
    assert len(shop.competencies) == 2
    assert (shop.competencies[0].coherence, shop.question("q1").references) == (False, ())


def test_a26_a_counter_indicator_has_its_text_its_phrases_and_whether_it_is_grave(shop: Kit) -> None:
    service, presence = shop.competencies
    (scolds,) = service.counter_indicators
    assert (scolds.id, scolds.grave, scolds.text.en, scolds.phrases.zh) == (
        "scolds",
        True,
        "Scolds the customer",
        ("骂了他",),
    )
    assert presence.counter_indicators == ()


def test_conduct_may_be_left_out_and_is_not_grave_unless_it_says_so() -> None:
    """A26: kits written before competencies had counter-indicators stay valid."""
    before = KIT[: KIT.index("    counter_indicators:")] + KIT[KIT.index("    anchors:") :]
    assert parse_kit(before.encode(), "k").competencies[0].counter_indicators == ()
    mild = parse_kit(KIT.replace("        grave: true\n", "").encode(), "k")
    assert not mild.competencies[0].counter_indicators[0].grave


def test_a_competency_of_thought_and_a_knowledge_question_say_so() -> None:
    text = KIT.replace("    required_level: 3.5", "    coherence: true\n    required_level: 3.5")
    kit = parse_kit((text + "    references:\n      - {zh: 一种说法, en: one way}\n").encode(), "k")
    assert kit.competencies[0].coherence
    assert [reference.en for reference in kit.question("q1").references] == ["one way"]
    assert kit.question("q1").marks == ()


def test_the_steps_of_marks_come_back_from_a_written_file() -> None:
    text = KIT + "    references:\n      - {zh: 一种说法, en: one way}\n    marks: [0, 0.5, 1, 2]\n"
    kit = parse_kit(text.encode(), "k")
    assert kit.question("q1").marks == (0, 0.5, 1, 2)
    assert parse_kit(kit_yaml(kit), "k").question("q1") == kit.question("q1")


def test_vocabulary_and_marker_may_be_left_out() -> None:
    kit = parse_kit(KIT.replace("vocabulary: {zh: [收银], en: [till]}\n", "").replace("marker: true", "").encode(), "k")
    assert kit.vocabulary.zh == ()
    assert not kit.competencies[0].indicators[0].marker


def test_a_kit_in_one_language_needs_phrases_in_that_language_only() -> None:
    text = KIT.replace("languages: [zh, en]", "languages: [zh]").replace(
        "          en: [asked", "          zhh: [asked"
    )
    text = re.sub(r"\n +zhh:.*", "", text).replace(
        "      - {cue: speech_rate_per_min, language: en, low: 110, high: 160, falloff: 50, weight: 60}\n", ""
    )
    assert parse_kit(text.encode(), "k").competencies[0].indicators[0].phrases.en == ()


MISTAKES = [
    # what the issue names
    ("weight: 82.5", "weight: 80", "kit.weights", "competencies", "competencies:"),
    ("probes: [service]", "probes: [servce, service]", "kit.unknown_competency", "questions[q1].probes[#1]", "servce"),
    ("probes: [service]", "probes: []", "kit.probes_nothing", "questions[q1].probes", "probes: []"),
    ("probes: [service]", "probes: [presence]", "kit.probes_nothing", "questions[q1].probes", "probes: [presence]"),
    ("probes: [service]", "probes: []", "kit.not_probed", "competencies[service].id", "id: service"),
    ("{zh: 店员, en: Shop assistant}", "{zh: 店员}", "kit.missing_language", "role.en", "role: {zh"),
    ("{zh: 店员, en: Shop assistant}", '{zh: "", en: x}', "kit.empty_text", "role.zh", 'role: {zh: ""'),
    ("      1: {zh: 不理", "      6: {zh: 不理", "kit.anchors", "competencies[service].anchors.6", "6: {zh"),
    ("      1: {zh: 不理", "      6: {zh: 不理", "kit.anchors", "competencies[service].anchors", "anchors:"),
    ("3: {zh: 照要求办", "9: {zh: 照要求办", "kit.anchors", "competencies[service].anchors", "anchors:"),
    ("4: {zh: 先问再办, en: Asks first}", "4: {zh: 先问再办, en: does what is asked}", "kit.same_text",
     "competencies[service].anchors.4.en", "4: {zh: 先问再办"),
    # ids, fields, types
    ("id: q1", "id: Q 1", "kit.id", "questions[Q 1].id", "id: Q 1"),
    ("id: presence", "id: service", "kit.duplicate", "competencies[service].id", "id: service\n    kind: general"),
    ("    think_s: 0", "    thinks_s: 0", "kit.unknown_field", "questions[q1].thinks_s", "thinks_s"),
    ("    think_s: 0", "    thinks_s: 0", "kit.missing_field", "questions[q1].think_s", "id: q1"),
    ("kind: role", "kind: roll", "kit.choice", "competencies[service].kind", "kind: roll"),
    ("marker: true", "marker: yes", "kit.choice", "competencies[service].indicators[asks].marker", "marker: yes"),
    ("version: 3", "version: 3.5", "kit.type", "version", "version: 3.5"),
    ("version: 3", "version: 0", "kit.range", "version", "version: 0"),
    ("weight: 82.5", 'weight: "82.5"', "kit.type", "competencies[service].weight", 'weight: "82.5"'),
    ("weight: 82.5", "weight: .nan", "kit.type", "competencies[service].weight", "weight: .nan"),
    ("weight: 82.5", "weight: 0", "kit.range", "competencies[service].weight", "weight: 0\n"),
    ("required_level: 3.5", "required_level: 5.5", "kit.range", "competencies[service].required_level", "5.5"),
    ("think_s: 0", "think_s: -1", "kit.range", "questions[q1].think_s", "think_s: -1"),
    ("answer_s: 120", "answer_s: 5", "kit.range", "questions[q1].answer_s", "answer_s: 5"),
    ("attempts: 2", "attempts: 0", "kit.range", "questions[q1].attempts", "attempts: 0"),
    ("name: {zh: 表达, en: Delivery}", "name: 表达", "kit.type", "competencies[presence].name", "name: 表达"),
    ("probes: [service]", "probes: service", "kit.type", "questions[q1].probes", "probes: service"),
    ("languages: [zh, en]", "languages: [zh, fr]", "kit.language", "languages[#2]", "languages: [zh, fr]"),
    ("schema: interview-kit/1", "schema: interview-kit/9", "kit.schema", "schema", "schema"),
    ("version: 3\n", "version: 3\nversion: 4\n", "kit.duplicate_key", "version", "version: 4"),
    # phrases
    ("zh: [问清楚, 问…要什么]", "zh: []", "kit.no_phrases", "competencies[service].indicators[asks].phrases.zh",
     "zh: []"),
    ("问…要什么]", "问]", "kit.short_phrase", "competencies[service].indicators[asks].phrases.zh[#2]", "问]"),
    ("问…要什么]", "要什么…]", "kit.gap", "competencies[service].indicators[asks].phrases.zh[#2]", "要什么…]"),
    ("问…要什么]", "问清楚]", "kit.duplicate", "competencies[service].indicators[asks].phrases.zh[#2]", "问清楚]"),
    ("[till]", '["till\\u200b"]', "kit.character", "vocabulary.en[#1]", "vocabulary"),
    # conduct
    ("id: scolds", "id: asks", "kit.duplicate", "competencies[service].counter_indicators[asks].id",
     "id: asks\n        grave"),
    ("[骂了他]", "[骂了他, 问清楚]", "kit.for_and_against",
     "competencies[service].counter_indicators[scolds].phrases.zh[#2]", "[骂了他, 问清楚]"),
    ("grave: true", "grave: very", "kit.choice", "competencies[service].counter_indicators[scolds].grave",
     "grave: very"),
    ("en: [scolded him]", "en: []", "kit.no_phrases", "competencies[service].counter_indicators[scolds].phrases.en",
     "en: []"),
    ("en: Scolds the customer", 'en: ""', "kit.empty_text", "competencies[service].counter_indicators[scolds].text.en",
     "骂客户"),
    ("    delivery:\n", "    counter_indicators: [{id: a, text: {zh: 甲, en: a}, phrases: {zh: [甲乙], en: [ab]}}]\n"
     "    delivery:\n", "kit.counter_indicators", "competencies[presence].counter_indicators", "[{id: a"),
    # what serves the content scorer
    ("attempts: 2", "attempts: 2\n    references: [{zh: 索引}]", "kit.missing_language",
     "questions[q1].references[#1].en", "references:"),
    ("attempts: 2", 'attempts: 2\n    references: [{zh: 索引, en: ""}]', "kit.empty_text",
     "questions[q1].references[#1].en", "references:"),
    ("attempts: 2", "attempts: 2\n    marks: [0, 1]", "kit.marks", "questions[q1].marks", "marks: [0, 1]"),
    ("attempts: 2", "attempts: 2\n    references: [{zh: 索引, en: index}]\n    marks: [1, 2]", "kit.marks",
     "questions[q1].marks", "marks: [1, 2]"),
    ("attempts: 2", "attempts: 2\n    references: [{zh: 索引, en: index}]\n    marks: [0, 2, 2]", "kit.marks",
     "questions[q1].marks", "marks: [0, 2, 2]"),
    ("attempts: 2", "attempts: 2\n    references: [{zh: 索引, en: index}]\n    marks: [0]", "kit.marks",
     "questions[q1].marks", "marks: [0]"),
    ("attempts: 2", "attempts: 2\n    references: [{zh: 索引, en: index}]\n    marks: [0, 500]", "kit.range",
     "questions[q1].marks[#2]", "marks: [0, 500]"),
    ("    delivery:\n", "    coherence: true\n    delivery:\n", "kit.coherence", "competencies[presence].coherence",
     "coherence: true"),
    # delivery
    ("weight: 82.5", "weight: 60", "kit.weights", "competencies", "competencies:"),
    ("falloff: 60, weight: 60", "falloff: 60, weight: 50", "kit.delivery_weights", "competencies[presence].delivery",
     "delivery:"),
    ("cue: pause_share", "cue: pause_shar", "kit.choice", "competencies[presence].delivery[#3].cue", "cue: pause_shar"),
    ("low: 0.05", "low: 0.5", "kit.range", "competencies[presence].delivery[#3].low", "low: 0.5,"),
    ("high: 0.3", "high: 30", "kit.range", "competencies[presence].delivery[#3].high", "high: 30"),
    ("falloff: 0.2", "falloff: 0", "kit.range", "competencies[presence].delivery[#3].falloff", "falloff: 0,"),
    ("language: zh, low", "language: en, low", "kit.duplicate", "competencies[presence].delivery", "delivery:"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "field", "at"), MISTAKES)
def test_a_mistake_is_named_with_line_field_and_remedy(old: str, new: str, code: str, field: str, at: str) -> None:
    text = KIT.replace(old, new, 1)
    assert text != KIT
    found = [problem for problem in problems_of(text) if (problem.code, problem.field) == (code, field)]
    assert len(found) == 1, problems_of(text)
    assert found[0].line == line_of(text, at)
    for language in ("zh", "en"):
        assert found[0].message.get(language)
        assert found[0].next_step.get(language)
        assert field in found[0].text(language)


def test_anchors_out_of_order_are_refused() -> None:
    lines = KIT.split("\n")
    second = next(number for number, line in enumerate(lines) if line.startswith("      2: {zh: 等"))
    lines[second], lines[second + 1] = lines[second + 1], lines[second]
    assert [problem.code for problem in problems_of("\n".join(lines))] == ["kit.anchor_order"]


def test_a_delivery_weight_above_the_strictest_cap_is_refused() -> None:
    assert {policy.delivery_cap_percent for policy in POLICIES.values()} >= {DELIVERY_CAP}
    at_cap = KIT.replace("weight: 82.5", "weight: 80").replace("weight: 17.5", "weight: 20")
    assert parse_kit(at_cap.encode(), "k").competencies[1].weight == DELIVERY_CAP
    above = KIT.replace("weight: 82.5", "weight: 79").replace("weight: 17.5", "weight: 21")
    assert [problem.code for problem in problems_of(above)] == ["kit.delivery_weight"]


def test_a_misspelt_word_is_answered_with_the_likeliest_one() -> None:
    (problem,) = problems_of(KIT.replace("probes: [service]", "probes: [service, presense]"))
    assert "presence" in problem.next_step.en
    assert "presence" in problem.next_step.zh


def test_all_problems_are_reported_at_once_in_file_order() -> None:
    text = (
        KIT.replace("version: 3", "version: x").replace("weight: 82.5", "weight: 10").replace("attempts: 2", "tries: 2")
    )
    problems = problems_of(text)
    assert [problem.code for problem in problems] == [
        "kit.type",
        "kit.weights",
        "kit.missing_field",
        "kit.unknown_field",
    ]
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)


def test_one_mistake_does_not_drag_others_along() -> None:
    for old, new in [
        ("weight: 82.5", "weight: lots"),
        ("    probes: [service]\n", ""),
        ("competencies:\n", "competences:\n"),
        ("questions:\n", "question:\n"),
        ("  - id: service\n    kind", "  - kind"),
    ]:
        codes = {problem.code for problem in problems_of(KIT.replace(old, new))}
        assert codes <= {"kit.type", "kit.missing_field", "kit.unknown_field"}, (old, codes)


def test_the_message_names_the_file_and_every_problem_on_its_own_line() -> None:
    with pytest.raises(KitError) as caught:
        parse_kit(KIT.replace("version: 3", "version: x").replace("attempts: 2", "tries: 2").encode(), "my.yaml")
    error = caught.value
    assert error.code == "kit.invalid"
    english, chinese = error.text("en").split("\n"), error.text("zh").split("\n")
    assert len([line for line in english if line.startswith("my.yaml, line ")]) == len(error.problems) == 3
    assert len([line for line in chinese if line.startswith("my.yaml 第 ")]) == 3


def test_a_very_wrong_file_shows_the_first_problems_and_counts_the_rest() -> None:
    text = KIT + "".join(f"field-{number}: 1\n" for number in range(100))
    with pytest.raises(KitError) as caught:
        parse_kit(text.encode(), "k.yaml")
    assert len(caught.value.problems) == 100
    assert f"… and {100 - MAX_SHOWN} more." in caught.value.text("en")


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "kit.empty", 0),
        (b"# only a comment\n", "kit.empty", 0),
        (b"just words\n", "kit.invalid", 1),
        (b"- a\n- b\n", "kit.invalid", 1),
        (b"a: 1\nb: [1, 2\nc: 3\n", "kit.syntax", 3),
        (b"a: 1\nb: c: d\n", "kit.syntax", 2),
        (b"a: 1\n\tb: 2\n", "kit.tab", 2),
        ("a: 1\nb: 客服\n".encode("gb18030"), "kit.encoding", 2),
        ("a: 1\n".encode("utf-16"), "kit.encoding", 1),
        (b"a: 1\nb: \x00\n", "kit.character", 2),
        (b"a: &x 1\nb: *x\n", "kit.yaml_feature", 1),
        (b"a: *x\n", "kit.yaml_feature", 1),
        (b"a: !!python/object/apply:os.system [ls]\n", "kit.yaml_feature", 1),
        (b"a: 1\n---\nb: 2\n", "kit.yaml_feature", 2),
        (b"? [a]\n: 1\n", "kit.yaml_feature", 1),
        (b"a: " + b"[" * 50_000, "kit.yaml_feature", 1),
        (b"{" * 50_000, "kit.yaml_feature", 1),
        (b"a: 1\nb: " + b"[" * 20 + b"'", "kit.yaml_feature", 2),
        (b"a: ['" + b"[" * 50_000 + b"' b", "kit.syntax", 1),
        (b"a: 1\n" * 300_000, "kit.too_large", 0),
    ],
)
@pytest.mark.parametrize("loader", [yaml_tree._LOADER, yaml.SafeLoader], ids=lambda loader: loader.__name__)
def test_a_file_that_is_no_kit_at_all_says_why(
    loader: type, data: bytes, code: str, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_tree, "_LOADER", loader)
    with pytest.raises(KitError) as caught:
        parse_kit(data, "k.yaml")
    assert caught.value.code == code
    assert caught.value.problems[0].line == line


def test_a_billion_laughs_is_refused_before_it_grows() -> None:
    rows = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    rows += [
        f"{name}: &{name} [{', '.join(['*' + before] * 9)}]"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    with pytest.raises(KitError) as caught:
        parse_kit("\n".join(rows).encode(), "bomb.yaml")
    assert caught.value.code == "kit.yaml_feature"


def test_a_byte_order_mark_and_windows_line_ends_are_no_trouble() -> None:
    plain = parse_kit(KIT.encode(), "k")
    windows = parse_kit(b"\xef\xbb\xbf" + KIT.replace("\n", "\r\n").encode(), "k")
    assert windows.competencies == plain.competencies
    assert windows.sha256 != plain.sha256


def test_words_that_yaml_would_turn_into_something_else_stay_words() -> None:
    kit = parse_kit(KIT.replace("[till]", "[no, yes, null, 12, 1.5, 2020-01-01]").encode(), "k")
    assert kit.vocabulary.en == ("no", "yes", "null", "12", "1.5", "2020-01-01")


def test_a_kit_is_read_from_a_path_in_chinese_with_spaces(tmp_path: Path) -> None:
    path = tmp_path / "面试包 新版.yaml"
    path.write_bytes(KIT.encode())
    assert load_kit(path).id == "shop"


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path, code in [(tmp_path / "none.yaml", "kit.missing"), (tmp_path, "kit.unreadable")]:
        with pytest.raises(KitError) as caught:
            load_kit(path)
        assert caught.value.code == code
        assert str(path) in caught.value.text("zh")
        assert str(path) in caught.value.text("en")


def test_a_file_that_may_not_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(KitError) as caught:
        load_kit(Path("k.yaml"))
    assert caught.value.code == "kit.unreadable"
    assert "Permission denied" in caught.value.text("en")


ANSWERS = """\
    anchor_answers:
      - {level: 2, text: {zh: 我让他等一下, en: I let him wait}}
      - {level: 4.5, text: {zh: 我先问清楚再去办, en: I asked first and then did it}}
    anchors:
"""


def test_a_kit_may_hold_anchor_answers_and_say_who_scores() -> None:
    text = KIT.replace("    anchors:\n", ANSWERS, 1).replace("version: 3\n", "version: 3\nscorer: hybrid\n")
    kit = parse_kit(text.encode(), "k")
    assert [(one.level, one.text.en) for one in kit.competencies[0].anchor_answers] == [
        (2.0, "I let him wait"),
        (4.5, "I asked first and then did it"),
    ]
    assert kit.scorer == "hybrid"
    again = parse_kit(kit_yaml(kit), "k")
    assert (again.competencies, again.scorer) == (kit.competencies, "hybrid")


def test_a_kit_leaves_both_out_unless_it_says_so(shop: Kit) -> None:
    assert shop.scorer is None
    assert shop.competencies[0].anchor_answers == ()


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ("level: 4.5", "level: 2", "kit.duplicate", "competencies[service].anchor_answers[#2].level"),
        ("level: 4.5", "level: 6", "kit.range", "competencies[service].anchor_answers[#2].level"),
        ("en: I let him wait", 'en: ""', "kit.empty_text", "competencies[service].anchor_answers[#1].text.en"),
        ("scorer: hybrid", "scorer: model", "kit.choice", "scorer"),
    ],
)
def test_a_mistake_in_them_is_named(old: str, new: str, code: str, field: str) -> None:
    text = KIT.replace("    anchors:\n", ANSWERS, 1).replace("version: 3\n", "version: 3\nscorer: hybrid\n")
    assert (code, field) in [(one.code, one.field) for one in problems_of(text.replace(old, new, 1))]


def test_one_anchor_answer_alone_is_refused() -> None:
    one = "".join(line for line in ANSWERS.splitlines(keepends=True) if "4.5" not in line)
    (problem,) = problems_of(KIT.replace("    anchors:\n", one, 1))
    assert (problem.code, problem.field) == ("kit.count", "competencies[service].anchor_answers")


def test_a_written_kit_reads_back_to_itself() -> None:
    kit = parse_kit(KIT.encode(), "k")
    again = parse_kit(kit_yaml(kit), "k")
    assert (again.competencies, again.questions, again.role) == (kit.competencies, kit.questions, kit.role)
    assert kit_yaml(again) == kit_yaml(kit)

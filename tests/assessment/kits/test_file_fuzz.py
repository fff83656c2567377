"""Kit files: whatever the bytes, a Kit or a KitError; and any kit survives writing and reading."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from interview_engine.assessment.kits.file import kit_yaml, parse_kit, shipped_kits
from interview_engine.assessment.kits.kit import (
    Competency,
    CounterIndicator,
    DeliveryMeasure,
    Indicator,
    Kit,
    Phrases,
    Question,
)
from interview_engine.assessment.kits.rules import broken_rules
from interview_engine.errors import KitError
from interview_engine.i18n import LocalizedText

pytestmark = pytest.mark.slow

SHIPPED = shipped_kits()["customer-service"].read_bytes()
DOCUMENT = yaml.safe_load(SHIPPED)
FUZZ = settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def kit_or_error(data: bytes) -> None:
    """A valid kit that breaks no rule, or an error with at least one problem, each printable on one line."""
    try:
        kit = parse_kit(data, "fuzz.yaml")
    except KitError as error:
        check_error(error, data)
    else:
        assert broken_rules(kit) == ()


def check_error(error: KitError, data: bytes) -> None:
    assert error.problems
    for problem in error.problems:
        assert problem.message.zh
        assert problem.message.en
        assert problem.text("zh").isprintable()
        assert problem.text("en").isprintable()
        assert 0 <= problem.line <= len(data) + 1


@FUZZ
@given(st.binary(max_size=400))
def test_any_bytes_end_in_a_kit_or_a_kit_error(data: bytes) -> None:
    kit_or_error(data)


@FUZZ
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_ends_in_a_kit_or_a_kit_error(text: str) -> None:
    kit_or_error(text.encode())


@FUZZ
@given(st.text(alphabet=":-[]{}&*!|>'\"%@`#?,\\ \n0a客~.", max_size=120))
def test_any_yaml_punctuation_ends_in_a_kit_or_a_kit_error(text: str) -> None:
    kit_or_error(text.encode())
    kit_or_error(b"schema: interview-kit/1\ncompetencies:\n  " + text.encode())


@FUZZ
@given(
    st.integers(0, len(SHIPPED)),
    st.integers(0, 400),
    st.one_of(st.binary(max_size=12), st.sampled_from([b"\n", b": ", b"[", b"]", b"- ", b"  ", b"null", b'"', b"{}"])),
)
def test_a_damaged_kit_ends_in_a_kit_or_a_kit_error(start: int, removed: int, added: bytes) -> None:
    kit_or_error(SHIPPED[:start] + added + SHIPPED[start + removed :])


@settings(FUZZ, max_examples=60)
@given(st.data())
def test_shuffled_and_repeated_lines_end_in_a_kit_or_a_kit_error(data: st.DataObject) -> None:
    lines = SHIPPED.split(b"\n")
    first = data.draw(st.integers(0, len(lines) - 1))
    picked = data.draw(st.lists(st.sampled_from(lines), max_size=12))
    kit_or_error(b"\n".join(lines[:first] + picked + lines[first + data.draw(st.integers(0, 12)) :]))


_ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("zh"), st.just("q1")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["zh", "en", "id", "1"]), inner)
    ),
    max_leaves=6,
)
_PATHS = [
    ("id",),
    ("role",),
    ("languages",),
    ("vocabulary", "zh"),
    ("competencies",),
    ("competencies", 0),
    ("competencies", 0, "weight"),
    ("competencies", 0, "anchors"),
    ("competencies", 0, "anchors", 3),
    ("competencies", 1, "indicators"),
    ("competencies", 1, "indicators", 0, "phrases"),
    ("competencies", 1, "counter_indicators"),
    ("competencies", 1, "counter_indicators", 0),
    ("competencies", 1, "counter_indicators", 0, "grave"),
    ("competencies", 1, "delivery"),
    ("questions",),
    ("questions", 2),
    ("questions", 2, "probes"),
    ("questions", 2, "answer_s"),
]


@settings(FUZZ, max_examples=150)
@given(st.sampled_from(_PATHS), _ANYTHING)
def test_any_value_in_any_field_ends_in_a_kit_or_a_kit_error(path: tuple[str | int, ...], value: object) -> None:
    document = copy.deepcopy(DOCUMENT)
    place = document
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    kit_or_error(yaml.dump(document, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False).encode())


_TEXT = (
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=2, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: len(text.replace("…", "").replace("*", "").replace(" ", "")) > 1)
    .filter(lambda text: text == text.strip("…"))
)
_CHINESE = st.text(alphabet="客服先问清楚，再给办法。“”……A/B1 :#-'\"[]{}", min_size=2, max_size=30).map(
    lambda text: "说" + "".join(text.split()) + "话"
)
_BILINGUAL = st.builds(LocalizedText, _CHINESE, _TEXT)
_ID = st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True)
_NUMBER = st.integers(1, 20_000).map(lambda number: number / 1000)


def _phrases(minimum: int) -> st.SearchStrategy[Phrases]:
    many = st.lists(_TEXT, min_size=minimum, max_size=4, unique_by=str.casefold).map(tuple)
    chinese = st.lists(_CHINESE, min_size=minimum, max_size=4, unique_by=str.casefold).map(tuple)
    return st.builds(Phrases, chinese, many)


_INDICATOR = st.builds(Indicator, _ID, _BILINGUAL, _phrases(1), st.booleans())
_COUNTERS = st.lists(
    st.builds(CounterIndicator, _ID.map(lambda one: f"x{one}"[:40]), _BILINGUAL, _phrases(1), st.booleans()),
    max_size=2,
    unique_by=lambda one: one.id,
).map(tuple)


def _names_and_phrases(entries: tuple[Indicator, ...] | tuple[CounterIndicator, ...]) -> set[str]:
    phrases = {phrase.casefold() for one in entries for phrase in (*one.phrases.zh, *one.phrases.en)}
    return phrases | {f"id {one.id}" for one in entries}


@st.composite
def kits(draw: st.DrawFn) -> Kit:
    """A valid kit of any shape: one to four competencies, perhaps one of them delivery."""
    ids = draw(st.lists(_ID, min_size=1, max_size=4, unique=True))
    delivery_weight = draw(st.sampled_from([0.0, 0.5, 7.125, 20.0])) if len(ids) > 1 else 0.0
    content = len(ids) - (1 if delivery_weight else 0)
    weights = [(100 - delivery_weight) / content] * content + [delivery_weight] * (len(ids) - content)
    competencies = []
    for competency_id, weight in zip(ids, weights, strict=True):
        anchors = draw(
            st.lists(
                _BILINGUAL, min_size=5, max_size=5, unique_by=(lambda a: a.zh.casefold(), lambda a: a.en.casefold())
            )
        )
        measures = (
            DeliveryMeasure("pause_share", 0.05, 0.25, draw(_NUMBER), 62.5),
            DeliveryMeasure("speech_rate_per_min", 100, 180.5, 40, 37.5, "zh"),
            DeliveryMeasure("speech_rate_per_min", 100, 160, 40, 37.5, "en"),
        )
        indicators = tuple(draw(st.lists(_INDICATOR, min_size=1, max_size=3, unique_by=lambda i: i.id)))
        counters = () if weight == delivery_weight else draw(_COUNTERS)
        assume(not _names_and_phrases(indicators) & _names_and_phrases(counters))
        competencies.append(
            Competency(
                competency_id,
                draw(st.sampled_from(["general", "professional", "role"])),
                draw(_BILINGUAL),
                draw(_BILINGUAL),
                weight,
                draw(st.integers(100, 500)) / 100,
                indicators,
                tuple(anchors),
                measures if weight == delivery_weight else (),
                weight != delivery_weight and draw(st.booleans()),
                counters,
            )
        )
    probes = tuple(ids[:content])
    questions = draw(
        st.lists(
            st.builds(
                Question,
                _ID,
                _BILINGUAL,
                st.integers(0, 600),
                st.integers(10, 1800),
                st.integers(1, 10),
                st.just(probes),
                st.lists(_BILINGUAL, max_size=2).map(tuple),
            ),
            min_size=1,
            max_size=3,
            unique_by=(lambda q: q.id, lambda q: q.text.zh.casefold(), lambda q: q.text.en.casefold()),
        )
    )
    return Kit(
        id=draw(_ID),
        version=draw(st.integers(1, 999_999)),
        role=draw(_BILINGUAL),
        description=draw(_BILINGUAL),
        languages=("zh", "en"),
        competencies=tuple(competencies),
        questions=tuple(questions),
        vocabulary=draw(_phrases(0)),
        sha256="",
    )


@settings(FUZZ, max_examples=60)
@given(kits())
def test_any_valid_kit_survives_writing_and_reading(kit: Kit) -> None:
    assert broken_rules(kit) == ()
    again = parse_kit(kit_yaml(kit), "round.yaml")
    assert [round(competency.weight, 6) for competency in again.competencies] == [
        round(competency.weight, 6) for competency in kit.competencies
    ]
    same_weights = tuple(
        replace(new, weight=old.weight) for new, old in zip(again.competencies, kit.competencies, strict=True)
    )
    assert replace(again, sha256="", competencies=same_weights) == kit

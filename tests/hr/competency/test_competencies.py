"""Kits in versions, profiles that sum to 100, surveys, episodes, portraits, growth, outcomes (A17, A19, B1–B7)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from unittest.mock import patch

import pytest
from hiring_world import World
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.assessment.kits.file import parse_kit, shipped_kits
from interview_engine.assessment.kits.kit import Kit
from interview_engine.errors import ConflictError, GoneError, InvalidInput, KitError, NotFoundError, PermissionDenied
from interview_engine.hr.competency import kits, service
from interview_engine.hr.competency.portrait import Measure, growth
from interview_engine.hr.competency.profiles import Requirement, check_requirements
from interview_engine.hr.competency.survey_rules import count_items, self_ratings
from interview_engine.hr.competency.tables import CompetencyEvidence, CompetencyRow, RoleProfile
from interview_engine.hr.people.tables import Person
from interview_engine.i18n import LocalizedText
from interview_engine.store.rows import stamp
from interview_engine.store.tables import OutboxMessage

KIT_TEXT = shipped_kits()["customer-service"].read_text(encoding="utf-8")


# Kits


def test_a2_a_kit_is_published_as_the_next_version_and_never_changed(small_world: World) -> None:
    world, hr = small_world, small_world.actor("hr")
    changed = "# 一条注释\n" + KIT_TEXT.replace("answer_s: 120", "answer_s: 130")
    with world.database.transaction() as session:
        same = service.publish_kit(session, hr, KIT_TEXT, "", world.clock)
        assert same.id == world.kit_version_id
        second = service.publish_kit(session, hr, changed, "更长的作答时间", world.clock)
        assert second.version == same.version + 1
        assert second.text.startswith("# 一条注释\n")  # what people wrote stays as they wrote it
        assert service.kit(session, second.id).version == second.version
        assert service.kit(session, world.kit_version_id).sha256 == same.sha256
        kits = service.list_kits(session, hr, kit_id="customer-service")
        assert [(one.version, one.latest) for one in kits] == [(2, True), (1, False)]


def test_a_kit_with_errors_is_refused_with_every_line(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        with pytest.raises(KitError) as caught:
            service.publish_kit(
                session, world.actor("hr"), KIT_TEXT.replace("weight: 25", "weight: 24"), "", world.clock
            )
        assert caught.value.problems
        with pytest.raises(PermissionDenied):
            service.publish_kit(session, world.actor("recruiter"), KIT_TEXT, "", world.clock)


def named(english: str, chinese: str, kit_id: str = "night-service") -> str:
    """The shipped kit as the text of another one."""
    return (
        KIT_TEXT.replace("id: customer-service", f"id: {kit_id}", 1)
        .replace("客服专员", chinese, 1)
        .replace("Customer service representative", english, 1)
    )


def test_two_new_kits_that_were_made_at_once_are_two(world: World) -> None:
    hr, boss = world.actor("hr"), world.actor("administrator")
    with world.database.transaction() as session:
        one = service.publish_kit(session, hr, named("Night service", "夜间客服"), "", world.clock, new=True)
        other = service.publish_kit(session, boss, named("Late service", "深夜客服"), "", world.clock, new=True)
        assert (one.kit_id, other.kit_id) == ("night-service", "late-service")
        assert (one.version, other.version) == (1, 1)
        assert service.kit(session, other.id).id == "late-service"


def test_a_new_kit_is_not_called_as_another(world: World) -> None:
    with world.database.transaction() as session:
        service.publish_kit(session, world.actor("hr"), named("Night service", "夜间客服"), "", world.clock, new=True)
    for english, chinese in (("NIGHT  service", "另一个"), ("Another", "夜间客服")):
        text = named(english, chinese, "another")
        with pytest.raises(ConflictError) as caught, world.database.transaction() as session:
            service.publish_kit(session, world.actor("administrator"), text, "", world.clock, new=True)
        assert caught.value.code == "kit.name_taken"


def test_a_new_kit_that_was_sent_twice_is_one(world: World) -> None:
    hr = world.actor("hr")
    with world.database.transaction() as session:
        ids = {
            service.publish_kit(session, hr, named("Night service", "夜间客服"), "", world.clock, new=True).id
            for _ in range(2)
        }
        assert len(ids) == 1


def test_two_versions_at_the_same_moment_are_one_and_a_refusal(world: World) -> None:
    barrier = Barrier(2)
    with_version = kits._with_version

    def met(text: str, draft: Kit, version: int) -> tuple[str, Kit]:
        if version == 2:  # both have seen that there is one
            barrier.wait(timeout=10)
        return with_version(text, draft, version)

    def publish(comment: str) -> str:
        text = f"# {comment}\n{KIT_TEXT}"
        try:
            with world.database.transaction() as session:
                service.publish_kit(session, world.actor("hr"), text, "", world.clock)
            return "published"
        except ConflictError as refused:
            return refused.code

    if world.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite lets one transaction write at a time")
    with patch.object(kits, "_with_version", met), ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(publish, ("one", "other"))) == ["kit.at_once", "published"]


def test_b1_a_kit_brings_its_competencies_into_the_model(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        service.import_shipped_kits(session, world.clock)
        assert service.import_shipped_kits(session, world.clock) == ()
        model = service.competency_model(session, world.actor("hr"))
        kits = [parse_kit(path.read_bytes(), path.name) for path in shipped_kits().values()]
        assert {row.code for row in model} == {c.id for one in kits for c in one.competencies}
        assert {row.kind for row in model} == {"general", "professional", "role"}
        assert all(len(row.anchors) == 5 and row.definition["zh"] and row.definition["en"] for row in model)
        told_by_cues = {c.id for one in kits for c in one.competencies if c.is_delivery}
        assert {row.code for row in model if not row.indicators} == told_by_cues


def test_b1_a_competency_of_one_s_own_needs_five_anchors(small_world: World) -> None:
    world, hr = small_world, small_world.actor("hr")
    text = LocalizedText("设备操作", "Operating equipment")
    new = service.NewCompetency("equipment", "professional", text, text, (text,) * 5, (text,))
    with world.database.transaction() as session:
        assert service.add_competency(session, hr, new, world.clock).code == "equipment"
        with pytest.raises(ConflictError):
            service.add_competency(session, hr, new, world.clock)
        for bad in (
            replace(new, anchors=(text,) * 4),
            replace(new, code="No Good"),
            replace(new, name=LocalizedText("", "x")),
        ):
            with pytest.raises(InvalidInput):
                service.add_competency(session, hr, bad, world.clock)


# Profiles


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=8))
def test_b6_weights_that_do_not_sum_to_100_are_never_accepted(weights: list[float]) -> None:
    rows = [Requirement(f"c{place}", weight, 3) for place, weight in enumerate(weights)]
    known = frozenset(row.competency for row in rows)
    if abs(sum(weights) - 100) <= 0.004:
        check_requirements(rows, known)
    elif abs(sum(weights) - 100) > 0.006:
        with pytest.raises(InvalidInput) as caught:
            check_requirements(rows, known)
        assert caught.value.code == "profile.weights"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "profile.empty"),
        ([Requirement("x", 100, 3)], "profile.unknown_competency"),
        ([Requirement("a", 50, 3), Requirement("a", 50, 3)], "profile.twice"),
        ([Requirement("a", float("nan"), 3)], "profile.weight"),
        ([Requirement("a", 100, 6)], "profile.level"),
    ],
)
def test_a_profile_s_rows_are_checked(rows: list[Requirement], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_requirements(rows, frozenset({"a"}))
    assert caught.value.code == code


def test_b5_one_profile_version_of_a_role_is_in_use(small_world: World) -> None:
    world, hr = small_world, small_world.actor("hr")
    rows = (Requirement("communication", 60, 3.5), Requirement("complaint-handling", 40, 4))
    new = service.NewProfile("agent", LocalizedText("客服", "Agent"), rows)
    with world.database.transaction() as session:
        first = service.publish_profile(
            session, hr, service.create_profile(session, hr, new, world.clock).id, world.clock
        )
        second = service.create_profile(session, hr, new, world.clock)
        service.publish_profile(session, hr, second.id, world.clock)
        states = select(RoleProfile.version, RoleProfile.state).where(RoleProfile.code == "agent")
        assert dict(session.execute(states).tuples().all()) == {1: "retired", 2: "published"}
        assert service.requirements_of(second) == rows
        with pytest.raises(ConflictError):
            service.publish_profile(session, hr, first.id, world.clock)


# Surveys

QUESTIONS = [
    {
        "id": "team",
        "kind": "open",
        "text": {"zh": "过去 6 个月的团队合作", "en": "Teamwork in six months"},
        "competency": "communication",
    },
    {"id": "skills", "kind": "top3", "text": {"zh": "最核心的 3 项专业技能", "en": "Three core skills"}},
    {
        "id": "clear",
        "kind": "scale",
        "text": {"zh": "我讲得清楚", "en": "I speak clearly"},
        "competency": "communication",
    },
    {"id": "listens", "kind": "scale", "text": {"zh": "我会倾听", "en": "I listen"}, "competency": "communication"},
]


def people_of(session: Session, world: World, count: int) -> list[str]:
    rows = [Person(**stamp("system", world.clock), name=f"员工{number}", language="zh") for number in range(count)]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def answered_survey(session: Session, world: World) -> tuple[str, list[str], list[str]]:
    """A survey that three people have answered: its id, their ids and the tokens of their links."""
    hr, clock = world.actor("hr"), world.clock
    survey = service.create_survey(session, hr, LocalizedText("半年问卷", "Half-year survey"), QUESTIONS, clock)
    people = people_of(session, world, 3)
    issued = service.send_survey(session, hr, survey.id, [*people, people[0]], clock)
    assert len(issued) == 3
    skills = (["Excel", "投诉处理", "SQL"], ["ＥＸＣＥＬ ", "沟通"], ["投诉处理。", "excel"])
    for one, named in zip(issued, skills, strict=True):
        assert not service.open_survey(session, one.token, clock).answered
        given = {"skills": named, "clear": 4, "listens": 5, "team": " 我们一起做了大促。 "}
        service.answer_survey(session, one.token, given, clock)
    return survey.id, list(people), [one.token for one in issued]


def test_b2_a_survey_is_answered_once(small_world: World) -> None:
    with small_world.database.transaction() as session:
        _, _, tokens = answered_survey(session, small_world)
        again = {"skills": ["x"], "clear": 1, "listens": 1}
        with pytest.raises(ConflictError) as caught:
            service.answer_survey(session, tokens[0], again, small_world.clock)
        assert caught.value.code == "survey.answered"


def test_b2_answers_are_counted_whatever_their_spelling(small_world: World) -> None:
    with small_world.database.transaction() as session:
        survey_id, _, _ = answered_survey(session, small_world)
        results = service.survey_results(session, small_world.actor("hr"), survey_id)
        assert (results.sent, results.answered) == (3, 3)
        by_id = {one.question["id"]: one for one in results.questions}
        assert [(one.item, one.people) for one in by_id["skills"].items[:2]] == [("Excel", 3), ("投诉处理", 2)]
        assert by_id["clear"].scale is not None
        assert (by_id["clear"].scale.mean, by_id["clear"].scale.n) == (4.0, 3)


def test_b2_answers_are_folded_into_the_competency_record(small_world: World) -> None:
    with small_world.database.transaction() as session:
        answered_survey(session, small_world)
        evidence = session.scalars(select(CompetencyEvidence)).all()
        assert {(row.source, row.competency_code, row.score) for row in evidence} == {("survey", "communication", 8.75)}
        assert len(evidence) == 3


def test_b2_everybody_is_sent_a_survey_once(small_world: World) -> None:
    with small_world.database.transaction() as session:
        _, people, _ = answered_survey(session, small_world)
        sent = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "survey.sent")).all()
        assert {one.recipient for one in sent} == {f"person:{person}" for person in people}


@pytest.mark.parametrize(
    "answers",
    [
        {"skills": ["a"], "clear": 6, "listens": 1},
        {"skills": ["a"], "clear": True, "listens": 1},
        {"skills": ["a"], "clear": 4},
        {"skills": [], "clear": 4, "listens": 1},
        {"skills": ["a", "A "], "clear": 4, "listens": 1},
        {"skills": ["a", "b", "c", "d"], "clear": 4, "listens": 1},
        {"skills": "abc", "clear": 4, "listens": 1},
        {"skills": ["a"], "clear": 4, "listens": 1, "else": 2},
    ],
)
def test_answers_that_do_not_fit_the_questions_are_refused(small_world: World, answers: dict[str, object]) -> None:
    world, hr, clock = small_world, small_world.actor("hr"), small_world.clock
    with world.database.transaction() as session:
        survey = service.create_survey(session, hr, LocalizedText("问卷", "Survey"), QUESTIONS, clock)
        (issued,) = service.send_survey(session, hr, survey.id, people_of(session, world, 1), clock)
        with pytest.raises(InvalidInput):
            service.answer_survey(session, issued.token, answers, clock)
        assert session.scalar(select(func.count()).select_from(CompetencyEvidence)) == 0


def test_a_survey_sent_again_ends_the_old_link_and_a_closed_one_takes_nothing(small_world: World) -> None:
    world, hr, clock = small_world, small_world.actor("hr"), small_world.clock
    with world.database.transaction() as session:
        survey = service.create_survey(
            session, hr, LocalizedText("问卷", "Survey"), QUESTIONS, clock, closes_at=clock.now() + timedelta(days=5)
        )
        people = people_of(session, world, 1)
        (first,) = service.send_survey(session, hr, survey.id, people, clock)
        (second,) = service.send_survey(session, hr, survey.id, people, clock)
        with pytest.raises(NotFoundError):
            service.open_survey(session, first.token, clock)
        clock.pass_days(6)
        with pytest.raises(GoneError):
            service.open_survey(session, second.token, clock)


def test_two_answers_at_once_are_one(world: World) -> None:
    hr, clock = world.actor("hr"), world.clock
    with world.database.transaction() as session:
        survey = service.create_survey(session, hr, LocalizedText("问卷", "Survey"), QUESTIONS, clock)
        (issued,) = service.send_survey(session, hr, survey.id, people_of(session, world, 1), clock)
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def send() -> None:
        start.wait()
        try:
            with world.database.transaction() as session:
                service.answer_survey(session, issued.token, {"skills": ["a"], "clear": 4, "listens": 4}, clock)
            outcomes.append("kept")
        except ConflictError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["kept", "survey.answered"]
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CompetencyEvidence)) == 1


@given(st.lists(st.lists(st.sampled_from(["Excel", "excel ", "SQL", "沟通", "沟通。"]), max_size=3), max_size=12))
def test_items_are_counted_by_people_however_they_are_spelled(named: list[list[str]]) -> None:
    counted = count_items(named)
    assert sum(row.people for row in counted) <= sum(len(items) for items in named)
    assert all(1 <= row.people <= len(named) for row in counted)
    assert len(counted) <= 3


@given(st.integers(1, 5), st.integers(1, 5))
def test_a_self_rating_has_the_band_of_its_coarse_scale(first: int, second: int) -> None:
    (score, low, high, items) = self_ratings(QUESTIONS_STORED, {"clear": first, "listens": second})["communication"]
    assert items == 2
    assert 0 <= low <= score <= high <= 10
    assert high - low <= 2.5


QUESTIONS_STORED = [{**one, "competency": one.get("competency")} for one in QUESTIONS]


# Portrait, growth, outcomes


def measured(at: datetime, score: float, half: float, ruler: str = "kit v1") -> Measure:
    return Measure(at, "interview", score, score - half, score + half, ruler, "assessment:x")


def test_b7_growth_has_an_error_and_is_told_apart_only_beyond_it() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    clear = growth([measured(start, 4.0, 0.3), measured(start + timedelta(days=180), 4.6, 0.4)])
    assert clear is not None
    assert (round(clear.difference, 2), round(clear.percent or 0)) == (0.6, 15)  # 沟通技巧 +15 %
    assert (round(clear.low, 2), round(clear.high, 2)) == (0.1, 1.1)
    assert clear.told_apart
    vague = growth([measured(start, 4.0, 1.0), measured(start + timedelta(days=180), 4.6, 1.0)])
    assert vague is not None
    assert not vague.told_apart


def test_b7_measures_of_different_rulers_are_not_subtracted() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert growth([measured(start, 4.0, 0.3, "kit v1"), measured(start, 8.0, 0.3, "kit v2")]) is None
    assert growth([]) is None
    none = growth([measured(start, 0.1, 0.1), measured(start, 5.0, 0.3)])
    assert none is not None
    assert none.percent is None


def test_b4_every_source_adds_dated_evidence_to_one_portrait(small_world: World) -> None:
    world, hr, clock = small_world, small_world.actor("hr"), small_world.clock
    with world.database.transaction() as session:
        (person,) = people_of(session, world, 1)
        for days, source, score in ((0, "interview", 5.0), (30, "survey", 7.5), (60, "training", 6.0)):
            session.add(
                CompetencyEvidence(
                    **stamp("system", clock),
                    person_id=person,
                    competency_code="communication",
                    source=source,
                    measured_at=clock.now() + timedelta(days=days),
                    score=score,
                    low=score - 1,
                    high=score + 1,
                    ruler=source,
                    reference=f"{source}:1",
                    detail={},
                )
            )
        session.flush()
        found = service.portrait(session, hr, person, profile_id=world.profile_id)
        (one,) = found.competencies
        assert [measure.source for measure in one.history] == ["interview", "survey", "training"]
        assert (one.latest.source, one.latest.score, one.required_level) == ("training", 6.0, 3.5)
        assert "complaint-handling" in found.missing
        with pytest.raises(PermissionDenied):
            service.portrait(session, world.actor("auditor"), person)


def test_a17_a_seeded_difference_comes_back_with_n_and_interval(small_world: World) -> None:
    world, hr, clock = small_world, small_world.actor("hr"), small_world.clock
    with world.database.transaction() as session:
        people = people_of(session, world, 40)
        for place, person in enumerate(people):
            session.add(
                CompetencyEvidence(
                    **stamp("system", clock),
                    person_id=person,
                    competency_code="logic",
                    source="interview",
                    measured_at=clock.now(),
                    score=8.0 if place % 2 else 4.0,
                    low=3.0,
                    high=9.0,
                    ruler="kit v1",
                    reference="assessment:x",
                    detail={},
                )
            )
        session.flush()
        rating = {person: (92.0 if place % 2 else 80.0) + place % 5 - 2 for place, person in enumerate(people)}
        link = service.outcome_link(session, hr, "logic", {**rating, "0" * 32: 1.0}, cut=6.0)
        assert (link.difference.first_n, link.difference.second_n, link.unmatched) == (20, 20, 1)
        assert link.difference.percent == pytest.approx(15, abs=0.5)
        assert link.difference.low > 0
        with pytest.raises(ConflictError):
            service.outcome_link(session, hr, "logic", dict(list(rating.items())[:2]), cut=6.0)
        assert session.scalar(select(func.count()).select_from(CompetencyRow).where(CompetencyRow.code == "logic")) == 0

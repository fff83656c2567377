"""B4: the competency record: dated measures that other areas add, read and take out by their source."""

from __future__ import annotations

from datetime import timedelta

from hiring_world import World
from sqlalchemy import func, select

from interview_engine.hr.competency.evidence import NewMeasure, newest_scores, people_with, record, remove
from interview_engine.hr.competency.service import kit_labels, kit_version, versions_of
from interview_engine.hr.competency.tables import CompetencyEvidence


def measure(world: World, code: str, score: float, days: float = 0.0, reference: str = "assessment:a") -> NewMeasure:
    at = world.clock.at + timedelta(days=days)
    return NewMeasure(code, "interview", at, score, score - 1, score + 1, "kit v1", reference, {})


def test_of_several_measures_of_a_competency_the_newest_is_shown(small_world: World) -> None:
    world, person = small_world, small_world.actor("auditor").person_id or ""
    with world.database.transaction() as session:
        measures = [measure(world, "logic", 8, days=2), measure(world, "logic", 5), measure(world, "empathy", 6)]
        record(session, world.actor("hr"), person, measures, world.clock)
        assert newest_scores(session, [person, "unknown"]) == {person: {"logic": 8.0, "empathy": 6.0}}


def test_a_person_is_found_by_a_score_of_at_least_so_much(small_world: World) -> None:
    world, person = small_world, small_world.actor("auditor").person_id or ""
    with world.database.transaction() as session:
        record(session, world.actor("hr"), person, [measure(world, "logic", 7)], world.clock)
        assert session.scalars(people_with("logic", 7.0)).all() == [person]
        assert session.scalars(people_with("logic", 7.1)).all() == []


def test_what_came_from_one_source_goes_and_the_rest_stays(small_world: World) -> None:
    world, person = small_world, small_world.actor("auditor").person_id or ""
    with world.database.transaction() as session:
        measures = [measure(world, "logic", 7), measure(world, "logic", 6, reference="survey:b")]
        record(session, world.actor("hr"), person, measures, world.clock)
        assert remove(session, ["assessment:a"]) == {"competency_evidence": 1, "episode": 0}
        assert session.scalar(select(func.count()).select_from(CompetencyEvidence)) == 1


def test_kit_versions_are_named_in_one_statement(small_world: World) -> None:
    world = small_world
    with world.database.reading() as session:
        version = kit_version(session, world.kit_version_id)
        (label,) = kit_labels(session, [world.kit_version_id, world.kit_version_id, "unknown"]).values()
        assert (label.kit_id, label.version, label.sha256) == (version.kit_id, 1, version.sha256)
        assert label.role.zh == version.name["zh"]
        assert session.scalars(versions_of(version.kit_id)).all() == [world.kit_version_id]

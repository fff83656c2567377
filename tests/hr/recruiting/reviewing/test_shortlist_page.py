"""A page of the ranked list is a piece of the whole one: places, groups and reasons alike (A9, A18)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import console_data
import pytest
from console_data import Company
from console_pages import StoredCompany
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from interview_engine.assessment.comparing.ranking import EntryCompetency
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.reviewing import reviews, shortlist
from interview_engine.hr.recruiting.reviewing.shortlist import RankedRow
from interview_engine.hr.recruiting.reviewing.shortlist_page import ListWanted, compared_rows, list_page
from interview_engine.hr.recruiting.tables import Application, Assessment, Invitation
from interview_engine.store.ids import new_id

MANY = 130


@pytest.fixture(scope="module")
def made(hiring_company: StoredCompany, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    company = hiring_company.copy(tmp_path_factory.mktemp("shortlist"))
    with company.context.database.transaction() as session:
        multiply(session, company)
    yield company
    company.context.database.close()


def counted(row: RankedRow) -> float | None:
    """The score that counts: a person's where one was given."""
    engine = row.place.entry.score
    return row.human_score if row.human_score is not None else None if engine is None else engine.value


def competency(row: RankedRow, code: str) -> EntryCompetency:
    """The row's competency of this code."""
    [found] = [one for one in row.place.entry.competencies if one.competency_id == code]
    return found


def copied(row: object, **other: object) -> dict[str, object]:
    """A row's columns as values of a new row."""
    return {column.name: getattr(row, column.name) for column in type(row).__table__.columns} | other  # type: ignore[attr-defined]


def with_communication(competencies: list[dict[str, Any]], value: float) -> list[dict[str, Any]]:
    """Stored competencies, "communication" with another score of 0 to 10."""
    other = {"score": value, "low": max(0.0, value - 0.8), "high": min(10.0, value + 0.8)}
    return [one | other if one["id"] == "communication" else one for one in competencies]


def multiply(session: Session, made: Company) -> None:
    """Many more candidates like one there is, with other scores, sections, stages and a second scorer."""
    chance = random.Random(20261121)
    application = session.get_one(Application, made.applications["林晓"])
    assessment = session.get_one(Assessment, application.assessment_id)
    invitation = session.get_one(Invitation, assessment.invitation_id)
    person = session.get_one(Person, application.person_id)
    now = console_data.CLOCK.now()
    for number in range(MANY):
        ids = {name: new_id(now) for name in ("person", "application", "assessment", "invitation")}
        section = chance.choice(["ranked", "ranked", "ranked", "needs_review", "cannot_assess"])
        value = round(chance.uniform(0, 10), 1)
        score = None if section == "cannot_assess" else value
        bounds = (None, None) if score is None else (max(0.0, value - 0.8), min(10.0, value + chance.uniform(0.2, 0.9)))
        scores = {"score_value": score, "score_low": bounds[0], "score_high": bounds[1]}
        match = None if score is None else 10 * value
        session.execute(
            insert(Person).values(
                copied(
                    person,
                    id=ids["person"],
                    name=f"人{number % 40}",
                    email="",
                    phone="",
                    email_key=None,
                    phone_key=None,
                )
            )
        )
        session.execute(
            insert(Application).values(
                copied(
                    application,
                    id=ids["application"],
                    person_id=ids["person"],
                    assessment_id=ids["assessment"],
                    section=section,
                    match_percent=match,
                    stage=chance.choice(["review", "review", "offer", "rejected"]),
                    channel=chance.choice(["内推", "官网"]),
                    human_score=chance.choice([None, None, 9.0]),
                    **scores,
                )
            )
        )
        session.execute(
            insert(Invitation).values(
                copied(invitation, id=ids["invitation"], application_id=ids["application"], token_hash=f"{number:064x}")
            )
        )
        session.execute(
            insert(Assessment).values(
                copied(
                    assessment,
                    id=ids["assessment"],
                    application_id=ids["application"],
                    invitation_id=ids["invitation"],
                    inputs_sha256=f"{number:064x}",
                    status="cannot_assess" if score is None else "assessed",
                    match_percent=match,
                    needs_review=[{"code": "x", "zh": "请听", "en": "listen"}] if section == "needs_review" else [],
                    reason={"code": "y", "zh": "听不清", "en": "unclear"} if score is None else None,
                    scorer=chance.choice(["evidence/1", "evidence/1", "evidence/2"]),
                    competencies=with_communication(assessment.competencies, number % 11),
                    **scores,
                )
            )
        )


@pytest.mark.parametrize("over", [False, True])
@pytest.mark.parametrize("role", ["hr", "interviewer"])
def test_a18_all_pages_together_are_the_whole_list(made: Company, role: str, over: bool) -> None:
    actor = made.actors[role]
    with made.context.database.reading() as session:
        whole = shortlist.ranked(session, actor, made.requisition_id, with_over=over)
        lists = {(one.ruler.kit_id, one.ruler.kit_version, one.ruler.scorer): one for one in whole.lists}
        assert len(lists) >= 2
        for number in range(len(lists)):
            wanted = ListWanted(with_over=over, ruler=number)
            first = list_page(session, actor, made.requisition_id, wanted, size=17)
            ruler = first.rulers[first.ruler]
            rows = [
                row
                for page in range(1, first.pages + 1)
                for row in list_page(session, actor, made.requisition_id, wanted, page=page, size=17).rows
            ]
            expected = lists[ruler.kit_id, ruler.kit_version, ruler.scorer].rows
            assert [row.application_id for row in rows] == [row.application_id for row in expected]
            assert [(row.place.section, row.place.group) for row in rows] == [
                (row.place.section, row.place.group) for row in expected
            ]
            assert [row.reasons for row in rows] == [row.reasons for row in expected]
            assert first.total == first.matching == len(expected)
            assert (first.above, first.below) == tuple(
                sum(row.above_bar is side for row in expected) for side in (True, False)
            )
        assert first.waiting == len(whole.waiting)


@pytest.mark.parametrize("sort", ["name", "recent", "match", "score", "communication"])
def test_a18_the_list_is_sorted_and_narrowed(made: Company, sort: str) -> None:
    actor = made.actors["hr"]
    with made.context.database.reading() as session:
        wanted = ListWanted(sort=sort, channel="内推", stage="review", meets="communication")
        found = list_page(session, actor, made.requisition_id, wanted, size=200)
        anybody = list_page(session, actor, made.requisition_id, replace(wanted, meets=""), size=200)
    communication = {row.application_id: competency(row, "communication") for row in anybody.rows}
    reached = {key for key, one in communication.items() if one.meets}
    assert 0 < len(reached) < len(communication)
    assert {row.application_id for row in found.rows} == reached
    assert {row.channel for row in found.rows} == {"内推"}
    assert {row.stage for row in found.rows} == {"review"}
    keys = {
        "name": [row.name for row in found.rows],
        "recent": [-row.stage_since.timestamp() for row in found.rows],
        "match": [-(row.place.entry.match_percent or -1) for row in found.rows],
        "score": [1.0 if (score := counted(row)) is None else -score for row in found.rows],
        "communication": [-score.value for row in found.rows if (score := competency(row, "communication").score)],
    }[sort]
    assert keys == sorted(keys)  # type: ignore[type-var]


@pytest.mark.parametrize("sort", ["name", "recent", "match", "score", "communication"])
def test_an_order_turned_around_keeps_those_without_a_value_last(made: Company, sort: str) -> None:
    actor = made.actors["hr"]

    def value(row: RankedRow) -> object:
        scores = {one.competency_id: one.score for one in row.place.entry.competencies}
        score = scores.get(sort)
        plain = {"name": row.name, "recent": row.stage_since, "match": row.place.entry.match_percent}
        plain["score"] = counted(row)
        return plain.get(sort, None if score is None else score.value)

    with made.context.database.reading() as session:
        ways = [
            list_page(session, actor, made.requisition_id, ListWanted(sort=sort, backwards=backwards), size=200).rows
            for backwards in (False, True)
        ]
    values = [[value(row) for row in rows] for rows in ways]
    forwards, turned = ([one for one in way if one is not None] for way in values)
    assert forwards == turned[::-1]
    assert all(None not in way[: len(forwards)] for way in values)


def test_a18_the_list_is_narrowed_to_those_whom_a_person_scored(made: Company) -> None:
    actor = made.actors["recruiter"]
    chosen = made.applications["林晓"]
    with made.context.database.transaction() as session:
        reviews.override(session, actor, chosen, "communication", 2.0, "听下来不是这样", console_data.CLOCK)
        rulers = list_page(session, actor, made.requisition_id, ListWanted()).rulers
        pages = [
            list_page(session, actor, made.requisition_id, ListWanted(overridden=True, ruler=ruler), size=200)
            for ruler in range(len(rulers))
        ]
        session.rollback()
    rows = [row for page in pages for row in page.rows]
    assert {row.application_id: row.human_scores for row in rows} == {chosen: {"communication": 2.0}}


def test_a18_compared_candidates_keep_their_groups(made: Company) -> None:
    actor = made.actors["hr"]
    with made.context.database.reading() as session:
        whole = shortlist.ranked(session, actor, made.requisition_id, with_over=True)
        rows = whole.lists[0].rows
        some = [rows[-1], rows[len(rows) // 2], rows[0]]
        ids = [row.application_id for row in some]
        found = compared_rows(session, actor, made.requisition_id, [*ids, "0" * 32])
    assert [row.application_id for row in found] == ids
    assert [row.place.group for row in found] == [row.place.group for row in some]


def test_names_are_no_way_in_for_who_may_not_see_them(made: Company) -> None:
    with made.context.database.reading() as session:
        name = session.scalars(select(Person.name).where(Person.name == "人7")).first()
        found = list_page(session, made.actors["interviewer"], made.requisition_id, ListWanted(name="人7"))
    assert name == "人7"
    assert found.matching == found.total
    assert {row.name for row in found.rows} == {"—"}

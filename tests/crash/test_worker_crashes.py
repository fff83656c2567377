"""kill -9 of a worker at every boundary between two steps (rows A9, A10): nothing is lost, nothing is there twice."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from crash_runs import plan_for, run_plan, submitted
from crash_site import crossings
from sqlalchemy import select
from work_rows import Rows

from interview_engine.hr.recruiting.tables import Answer, Application, Assessment
from interview_engine.store.blobs import BlobStore, open_blobs
from interview_engine.store.engine import Database
from interview_engine.store.tables import Blob, OutboxMessage, WorkItem

pytestmark = pytest.mark.slow

ANSWER = (
    "claimed",
    "begun",
    "fetched",
    "measured",
    "kept",
    "measure-recorded",
    "entering",
    "before-commit",
    "committed",
    "enter-recorded",
)
INTERVIEW = (
    "claimed",
    "begun",
    "fetched",
    "measured",
    "frames-kept",
    "kept",
    "score-recorded",
    "entering",
    "before-commit",
    "committed",
    "enter-recorded",
)
"""Every boundary a worker crosses, in order; the test below fails when the product crosses another one."""

AFTER_COMMIT = {"committed", "enter-recorded"}
RECORDED = {"measure-recorded", "score-recorded", "entering", "before-commit"}
"""Where the expensive step is in the journal already, so that nobody does it again."""


def _assert_whole(database: Database, blobs: BlobStore, made: list[tuple[Rows, str]]) -> None:
    """Each interview was assessed once in effect, and what the rows name is in the store with those very bytes."""
    with database.reading() as session:
        for rows, answer_id in made:
            answer = session.get_one(Answer, answer_id)
            assert answer.measured_blob is not None
            assert json.loads(blobs.read(answer.measured_blob))["answer"]["transcript"]["text"] == answer.text
            (assessment,) = session.scalars(select(Assessment).where(Assessment.invitation_id == rows.invitation_id))
            report = json.loads(blobs.read(assessment.report_sha256))
            assert report["interview"]["id"] == rows.invitation_id
            application = session.get_one(Application, rows.application_id)
            assert application.assessment_id == assessment.id
            assert application.score_value == assessment.score_value == report["overall"]["score"]["value"]
            to_owner = select(OutboxMessage).where(OutboxMessage.recipient == f"account:{rows.owner_account_id}")
            messages = session.scalars(to_owner).all()
            assert sorted(message.channel for message in messages) == ["inbox", "person"]
            assert {message.payload["assessment"] for message in messages} == {assessment.id}
            for sha256 in (answer.measured_blob, assessment.report_sha256):
                assert session.get_one(Blob, sha256).size == blobs.size(sha256)
        assert set(session.scalars(select(WorkItem.state))) == {"done"}
        assert len(session.scalars(select(WorkItem.id)).all()) == 2 * len(made)


def test_a_kill_at_every_boundary_loses_nothing_and_doubles_nothing(database: Database, tmp_path: Path) -> None:
    made = submitted(database, max(len(ANSWER), len(INTERVIEW)))
    kills = {answer_id: (name, 1) for (_, answer_id), name in zip(made, ANSWER, strict=False)}
    kills |= {rows.invitation_id: (name, 1) for (rows, _), name in zip(made, INTERVIEW, strict=True)}
    plan = plan_for(database, tmp_path, kills=kills)
    killed = run_plan(plan)
    crossed = crossings(plan)

    assert killed == len(ANSWER) + len(INTERVIEW)
    _assert_whole(database, open_blobs(plan.blobs_url), made)
    assert {line["name"] for line in crossed if line["kind"] == "answer"} == set(ANSWER)
    assert {line["name"] for line in crossed if line["kind"] == "interview"} == set(INTERVIEW)
    with database.reading() as session:
        attempts = {item.subject_id: item.attempts for item in session.scalars(select(WorkItem))}
    for subject, (name, _) in kills.items():
        mine = [line for line in crossed if line["subject"] == subject]
        assert attempts[subject] == (1 if name in AFTER_COMMIT else 2), name
        assert len({line["worker"] for line in mine}) == attempts[subject], name
        again = Counter(line["name"] for line in mine)["measured"]
        assert again == (1 if name in RECORDED | AFTER_COMMIT | {"claimed", "begun", "fetched"} else 2), name

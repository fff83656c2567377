"""A person is planted with marks in every place, erased, and looked for in files, log, blobs and columns (A16)."""

from __future__ import annotations

import logging
import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hiring_world import PUBLIC, World
from sqlalchemy import String, cast, inspect, select, text
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError
from interview_engine.hr.access.rules import SYSTEM, Actor, candidate_actor
from interview_engine.hr.area import Round
from interview_engine.hr.competency.tables import CompetencyEvidence, Episode, Survey, SurveyResponse
from interview_engine.hr.house import house
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.messaging.tables import InboundEvent, SubscriptionCredit
from interview_engine.hr.people import identities
from interview_engine.hr.people.tables import PersonFlag
from interview_engine.hr.privacy import erasure
from interview_engine.hr.privacy.tables import ErasureRequest
from interview_engine.hr.recruiting.applying import contact_changes
from interview_engine.hr.recruiting.applying.applications import NewPerson, NewResume, apply, attach_resume
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.interviewing import answers, invitations
from interview_engine.hr.recruiting.reviewing import reviews
from interview_engine.hr.recruiting.tables import Invitation
from interview_engine.service_settings import read_service_settings
from interview_engine.store import idempotency
from interview_engine.store.base import Base
from interview_engine.store.blobs import BlobStore, open_blobs
from interview_engine.store.engine import Database
from interview_engine.store.idempotency import Kept
from interview_engine.store.rows import stamp
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import OutboxMessage, Webhook

pytestmark = pytest.mark.slow

PHONE, OTHER_PHONE = "13987650123", "13987650124"
PLACES = (
    "name", "oldname", "mail", "resume-text", "resume-file", "resume-name", "answer", "correction", "recording",
    "measured", "note", "reason", "rerating", "offer-note", "flag-name", "survey", "episode", "evidence", "wechat-text",
    "openid", "message",
)  # fmt: skip
BOX = SecretBox("for-tests-only-" + "z" * 32)


def mark(place: str) -> str:
    """What is planted there; ASCII, so that it stands in a file as it is written here."""
    return f"MARK{place.replace('-', '').upper()}QZ"


MARKS = {place: mark(place) for place in PLACES} | {"phone": PHONE, "other phone": OTHER_PHONE}


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return open_blobs(f"file://{tmp_path / 'blobs'}")


def plant(session: Session, world: World, blobs: BlobStore) -> tuple[str, str]:
    """A candidate with a mark in each place, and a receiver of every event; ids of person and invitation."""
    clock, recruiter = world.clock, world.actor("recruiter")
    told = [f"{subject.name}.*" for subject in house().subjects.values() if subject.told]
    session.add(Webhook(**stamp("system", clock), url="https://r.example/", events=told, secret_encrypted="v1:"))
    session.flush()
    posting = world.post(session, world.open_job(session))
    application = apply(
        session, PUBLIC, posting.code, NewPerson(mark("oldname"), f"{mark('mail')}@example.com", PHONE), clock
    )
    person_id = application.person_id
    doubtful = NewPerson(mark("flag-name"), f"{mark('mail')}@example.com", OTHER_PHONE)
    apply(session, PUBLIC, posting.code, doubtful, clock)
    resume = NewResume(
        f"{mark('resume-name')}.pdf",
        "application/pdf",
        blobs.put(mark("resume-file").encode(), "application/pdf"),
        mark("resume-text"),
    )
    attach_resume(session, recruiter, application.id, resume, clock)
    invitation, candidate = _interviewed(session, world, blobs, application.id)
    reviews.note(session, recruiter, application.id, mark("note"), clock)
    reviews.request_rerating(session, candidate, invitation, mark("rerating"), clock)
    reviews.decide(session, recruiter, application.id, "advance", mark("reason"), clock)
    new = offers.NewOffer("clerk", Decimal(9000), date(2027, 1, 1), mark("offer-note"))
    offers.draft_offer(session, recruiter, application.id, new, clock)
    _plant_elsewhere(session, world, person_id)
    return person_id, invitation.id


def _interviewed(session: Session, world: World, blobs: BlobStore, application_id: str) -> tuple[Invitation, Actor]:
    clock = world.clock
    issued = invitations.invite(session, world.actor("recruiter"), application_id, clock)
    opened = invitations.open_invitation(session, issued.token, None, clock)
    candidate = candidate_actor(opened.invitation.id, opened.person.id, "zh")
    given = invitations.ConsentGiven(recording=True, voice=True, face=True, automated=True)
    invitations.give_consent(session, candidate, opened.invitation, given, clock)
    questions = [question.id for question in opened.kit.questions]
    answer = answers.record_answer(session, candidate, opened.invitation, questions[0], "text", mark("answer"), clock)
    invitations.submit(session, candidate, opened.invitation, clock, allow_missing=True)
    answer.correction = mark("correction")
    answer.blob_sha256 = blobs.put(mark("recording").encode(), "video/webm")
    answer.measured_blob = blobs.put(mark("measured").encode(), "application/json")
    session.flush()
    return opened.invitation, candidate


def _plant_elsewhere(session: Session, world: World, person_id: str) -> None:
    clock = world.clock
    survey = Survey(**stamp("system", clock), title={"zh": "x", "en": "x"}, questions=[])
    session.add(survey)
    session.flush()
    columns = {"person_id": person_id, "competency_code": "c", "reference": "assessment:1"}
    identities.bind(session, person_id, "official", "wx", mark("openid"), clock, actor_id="system")
    session.add_all(
        (
            SurveyResponse(
                **stamp("system", clock), survey_id=survey.id, person_id=person_id, token_hash="t" * 64,
                answers={"q": mark("survey")},
            ),
            Episode(
                **stamp("system", clock), **columns, situation=mark("episode"), action="a", result="r", quotes=[]
            ),
            CompetencyEvidence(
                **stamp("system", clock), **columns, source="interview", measured_at=clock.now(), score=3.0, low=2.0,
                high=4.0, ruler="r", detail={"quote": mark("evidence")},
            ),
            InboundEvent(
                **stamp("system", clock), channel="official", unique_key="1", kind="text",
                body={"FromUserName": mark("openid"), "Content": mark("wechat-text")},
            ),
            SubscriptionCredit(**stamp("system", clock), app_id="wx", openid=mark("openid"), template_id="t"),
        )
    )  # fmt: skip
    tell_person(session, person_id, "k", "rerating.answered", {"title": mark("message")}, clock)


def found_in(folder: Path, logged: str = "") -> set[str]:
    """Places whose mark stands in any file below, or was logged."""
    everything = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()) + logged.encode()
    return {place for place, marked in MARKS.items() if marked.encode() in everything}


def test_no_mark_of_an_erased_person_is_left_in_any_file(
    small_world: World, blobs: BlobStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = small_world
    caplog.set_level(logging.DEBUG, logger="interview_engine")
    with world.database.transaction() as session:
        person_id, _ = plant(session, world, blobs)
        assert session.scalar(select(PersonFlag.id).limit(1)) is not None
    with world.database.transaction() as session:  # what stood there before is in the file too
        contact_changes.correct_contact(session, SYSTEM, person_id, world.clock, name=mark("name"))
    assert found_in(tmp_path) == set(MARKS), "each mark must be there first, or its absence shows nothing"
    with world.database.transaction() as session:
        request = erasure.request_erasure(session, SYSTEM, world.clock, person_id=person_id)
    given = Round(world.database, blobs, world.clock, read_service_settings({"INTERVIEW_ENGINE_DATA": str(tmp_path)}))
    assert erasure.erase_what_is_asked(given) == 1
    assert found_in(tmp_path, caplog.text) == set()
    with world.database.reading() as session:
        assert erasure.verify_receipt(session.get_one(ErasureRequest, request.id).receipt or {})


def test_no_column_of_either_database_holds_a_mark_of_an_erased_person(world: World, blobs: BlobStore) -> None:
    with world.database.transaction() as session:
        person_id, _ = plant(session, world, blobs)
    assert _columns_with_marks(world.database)
    with world.database.transaction() as session:
        payloads = session.scalars(select(OutboxMessage.payload).where(OutboxMessage.channel == "webhook")).all()
        assert {payload["type"] for payload in payloads} >= {"application.create", "resume.attach", "answer.record"}
        assert not any(marked in str(payloads) for marked in MARKS.values())
        request = erasure.request_erasure(session, SYSTEM, world.clock, person_id=person_id)
        erasure.erase(session, blobs, request.id, world.clock)
    assert _columns_with_marks(world.database) == set()


def _columns_with_marks(database: Database) -> set[str]:
    there = set(inspect(database.engine).get_table_names())
    held = set()
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in there:
                continue
            for column in table.columns:
                values = session.scalars(select(cast(column, String)))
                if any(marked in value for value in values if value for marked in MARKS.values()):
                    held.add(f"{table.name}.{column.name}")
    return held


def test_a_reader_in_the_way_delays_the_emptying_of_the_log_and_the_next_round_does_it(
    small_world: World, blobs: BlobStore, tmp_path: Path
) -> None:
    world = small_world
    with world.database.transaction() as session:
        person_id, _ = plant(session, world, blobs)
    given = Round(world.database, blobs, world.clock, read_service_settings({"INTERVIEW_ENGINE_DATA": str(tmp_path)}))
    with world.database.reading() as reading:
        reading.execute(text("SELECT count(*) FROM person"))  # holds the log as it was
        with world.database.transaction() as session:
            erasure.request_erasure(session, SYSTEM, world.clock, person_id=person_id)
        erasure.erase_what_is_asked(given)
        assert found_in(tmp_path)
    assert erasure.empty_the_log(given)
    assert found_in(tmp_path) == set()


def test_deleted_rows_are_overwritten_in_the_file(sqlite_database: Database) -> None:
    with sqlite_database.reading() as session:
        assert session.scalar(text("PRAGMA secure_delete")) == 1
    with sqlite3.connect(str(sqlite_database.engine.url.database)) as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_answer_kept_for_a_repeated_request_goes_and_the_key_stays(world: World, blobs: BlobStore) -> None:
    clock = world.clock
    with world.database.transaction() as session:
        person_id, _ = plant(session, world, blobs)
        assert idempotency.begin(session, BOX, "account:a", "k", "sha", clock) is None
        idempotency.keep(session, BOX, "account:a", "k", Kept(201, mark("name")))
    with world.database.transaction() as session:
        request = erasure.request_erasure(session, SYSTEM, clock, person_id=person_id)
        erasure.erase(session, blobs, request.id, clock)
    with world.database.transaction() as session, pytest.raises(ConflictError, match=r"idempotency\.forgotten"):
        idempotency.begin(session, BOX, "account:a", "k", "sha", clock)

"""What a candidate said and is called stands in no record of the workflow engine, no message and no webhook payload."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from databases import copied_sqlite
from sqlalchemy import String, Table, cast, func, inspect, select
from sqlalchemy.orm import Session
from work_rows import CLOCK, KIT, Rows, make_invitation

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.all_tables import Base
from interview_engine.hr.house import house
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy import erasure
from interview_engine.hr.recruiting import withdrawing
from interview_engine.hr.recruiting.interviewing.answers import record_answer
from interview_engine.hr.recruiting.tables import Invitation
from interview_engine.settings import Settings
from interview_engine.store.blob_keys import BlobKeys
from interview_engine.store.blobs import BlobStore, open_blobs
from interview_engine.store.engine import Database, open_database
from interview_engine.store.rows import stamp
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import OutboxMessage, Webhook, WorkItem
from pipelines.service.child_tasks import ANSWER, AnswerDone, AnswerTask
from pipelines.service.children import Report
from pipelines.service.lease import LeaseTimes
from pipelines.service.worker import WorkerOptions, run_worker
from pipelines.service.workflow import journal_url

SAID, BREAKS, NAME, MAIL = "MARKSAIDQZ", "MARKBREAKSQZ", "MARKNAMEQZ", "MARKMAILQZ"
MARKS = (SAID, BREAKS, NAME, MAIL)


def repeat(task: AnswerTask, settings: Settings, progress: Report) -> AnswerDone:
    """A child that gives back what was said, and fails with it in its error's text where it is to break."""
    words = task.source.path.read_text(encoding="utf-8")
    progress("transcribe", 0.5)
    if BREAKS in words:
        raise RuntimeError(words)
    (task.folder / ANSWER).write_text(words, encoding="utf-8")
    return AnswerDone("assessed", 1.0)


def marked(session: Session) -> Rows:
    """A candidate with a mark in their name and mail who gave two answers, and a receiver of every event."""
    subjects = sorted(subject.name for subject in house().subjects.values() if subject.told)
    session.add(
        Webhook(
            **stamp("system", CLOCK), url="https://receiver.example/", events=[f"{name}.*" for name in subjects],
            secret_encrypted="v1:", active=True,
        )
    )  # fmt: skip
    rows = make_invitation(session)
    person = session.get_one(Person, rows.candidate.person_id or "")
    person.name, person.email = NAME, f"{MAIL}@example.com"
    invitation = session.get_one(Invitation, rows.invitation_id)
    for question, words in zip(KIT.questions, (SAID, BREAKS), strict=False):
        record_answer(session, rows.candidate, invitation, question.id, "text", words, CLOCK)
    return rows


def worked(database: Database, blobs: BlobStore, folder: Path) -> None:
    """A worker runs until one answer is measured and the other has failed once."""
    stop, seen = threading.Event(), threading.Event()

    def look(name: str, _: object) -> None:
        if name in ("enter-recorded", "begun"):
            seen.set()

    options = WorkerOptions(
        hands=1, poll_s=0.05, lease=LeaseTimes(0.1, 30.0), scratch=folder / "scratch", start_method="fork",
        do=repeat, boundary=look,
    )  # fmt: skip
    url = database.engine.url.render_as_string(hide_password=False)
    worker = threading.Thread(target=run_worker, args=(database, blobs, url, Settings(), CLOCK, stop, options))
    worker.start()
    try:
        for _ in range(600):
            seen.wait(0.2)
            seen.clear()
            with database.reading() as session:
                states = {(item.state, item.reason is not None) for item in session.scalars(select(WorkItem))}
            if states == {("done", False), ("waiting", True)}:
                return
        raise AssertionError(f"the answers did not come to their ends: {states}")
    finally:
        stop.set()
        worker.join(timeout=60)


def in_journal(database: Database) -> str:
    """Everything that the workflow engine keeps: its file beside SQLite with its log, its schema on PostgreSQL."""
    if database.is_sqlite:
        path = Path(journal_url(str(database.engine.url)).removeprefix("sqlite:///"))
        raw = b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
        with closing(sqlite3.connect(path)) as plain:
            names = [name for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = [str(plain.execute(f'SELECT * FROM "{name}"').fetchall()) for name in names]
        return raw.decode("latin-1") + "\n".join(rows)
    found = []
    with database.engine.connect() as connection:
        for name in inspect(connection).get_table_names(schema="dbos"):
            table = Table(name, Base.metadata.__class__(), schema="dbos", autoload_with=connection)
            for column in table.columns:
                found += [str(value) for value in connection.scalars(select(cast(column, String)))]
    return "\n".join(found)


def in_tables(database: Database) -> set[str]:
    held = set()
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                values = session.scalars(select(cast(column, String)))
                if any(mark in value for value in values if value for mark in MARKS):
                    held.add(f"{table.name}.{column.name}")
    return held


@dataclass(frozen=True, slots=True)
class Story:
    """What is kept after a worker has run, and after the candidate was erased."""

    held: set[str]
    journal: str
    items: Sequence[str]
    payloads: Sequence[dict[str, Any]]
    held_afterwards: set[str]
    journal_afterwards: str
    told_afterwards: Sequence[str]
    messages_to_persons: int | None


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("marks")
    with ExitStack() as stack:
        if request.param == "sqlite":
            database = copied_sqlite(request.getfixturevalue("_sqlite_template"), folder / "engine.db")
        else:
            template = request.getfixturevalue("_postgres_template")
            database = open_database(stack.enter_context(request.getfixturevalue("postgres").fresh(template)))
        stack.callback(database.close)
        yield told(database, folder)


def told(database: Database, folder: Path) -> Story:
    blobs = open_blobs(f"file://{folder / 'blobs'}", keys=BlobKeys(database, SecretBox("m" * 40), CLOCK))
    with database.transaction() as session:
        rows = marked(session)
    worked(database, blobs, folder)
    held, journal = in_tables(database), in_journal(database)
    of_webhooks = OutboxMessage.channel == "webhook"
    with database.reading() as session:
        items = session.scalars(select(WorkItem.id)).all()
        payloads = session.scalars(select(OutboxMessage.payload).where(of_webhooks)).all()
    with database.transaction() as session:
        withdrawing.withdraw(session, rows.candidate, session.get_one(Invitation, rows.invitation_id), CLOCK)
        erasure.request_erasure(session, SYSTEM, CLOCK, person_id=rows.candidate.person_id or "")
        asked = [one.request_id for one in erasure.due(session, CLOCK)]
    for request_id in asked:
        with database.transaction() as session:
            erasure.erase(session, blobs, request_id, CLOCK)
    with database.reading() as session:
        templates = session.scalars(select(OutboxMessage.template).where(of_webhooks)).all()
        to_persons = session.scalar(select(func.count()).where(OutboxMessage.recipient.like("person:%")))
    return Story(held, journal, items, payloads, in_tables(database), in_journal(database), templates, to_persons)


def marks_in(text: str) -> list[str]:
    return [mark for mark in MARKS if mark in text]


def test_no_mark_stands_in_the_journal_of_running_work(story: Story) -> None:
    assert all(item in story.journal for item in story.items), "what is searched must be the journal"
    assert marks_in(story.journal) == []


def test_no_mark_stands_in_what_a_webhook_is_told(story: Story) -> None:
    assert {payload["type"] for payload in story.payloads} >= {"answer.measured"}
    assert marks_in(str(story.payloads)) == []


def test_no_mark_is_left_anywhere_after_the_erasure(story: Story) -> None:
    assert story.held >= {"answer.text", "person.name", "person.email"}
    assert story.held_afterwards == set()
    assert marks_in(story.journal_afterwards) == []


def test_the_receiver_is_told_of_the_erasure_and_no_message_to_the_person_is_left(story: Story) -> None:
    assert "erasure.done" in story.told_afterwards
    assert story.messages_to_persons in (0, None)

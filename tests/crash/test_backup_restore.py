"""Backup and restore as docs/operations.md tells people to (row L5), with work in hand, on both databases."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from crash_runs import plan_for, run_plan, submitted
from databases import PostgresServer, binaries
from sqlalchemy import select
from work_rows import CLOCK

from interview_engine.hr.recruiting.tables import Answer, Assessment
from interview_engine.store import audit
from interview_engine.store.blobs import open_blobs
from interview_engine.store.engine import Database, open_database
from interview_engine.store.migrate import migrate
from interview_engine.store.tables import Blob, Worker, WorkItem
from interview_engine.store.work_run import claim

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "operations.md"

pytestmark = pytest.mark.slow


def _follow(block: str, **variables: str | Path) -> None:
    """Run a named block of the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    found = re.search(rf"^```bash {block}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found is not None, block
    path = f"{binaries()}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path} | {name: str(value) for name, value in variables.items()}
    done = subprocess.run(["bash", "-euc", found[1]], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _work_in_hand(database: Database) -> None:
    """One interview waits; of another a worker holds the answer, and will not come back."""
    _, (_, held) = submitted(database, 2)
    with database.transaction() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.subject_id == held)).one()
        session.add(Worker(id="gone", host="h", pid=1, started_at=CLOCK.now(), heartbeat_at=CLOCK.now()))
        assert claim(session, item.id, "gone", CLOCK) is not None


def _assert_goes_on(database: Database, folder: Path) -> None:
    with database.reading() as session:
        assert sorted(session.scalars(select(WorkItem.state))) == ["running"] + ["waiting"] * 3
        assert audit.verify(session) is None
    assert run_plan(plan_for(database, folder, together=2, dead_after_s=3.0)) == 0
    blobs = open_blobs(f"file://{folder / 'blobs'}")
    with database.reading() as session:
        assert set(session.scalars(select(WorkItem.state))) == {"done"}
        assert len(session.scalars(select(Assessment)).all()) == 2
        assert all(session.scalars(select(Answer.measured_blob)))
        assert all(blobs.exists(sha256) for sha256 in session.scalars(select(Blob.sha256)))
        assert audit.verify(session) is None


def test_a_restored_sqlite_service_goes_on_where_the_backup_was_made(tmp_path: Path) -> None:
    data, backup = tmp_path / "data", tmp_path / "backup"
    data.mkdir()
    backup.mkdir()
    database = open_database(f"sqlite:///{data / 'interview-engine.db'}")
    migrate(database)
    _work_in_hand(database)
    (data / "blobs").mkdir()
    _follow("sqlite-backup", DATA=data, BACKUP=backup)
    assert run_plan(plan_for(database, data, together=2, dead_after_s=3.0)) == 0
    database.close()
    journal = (data / "interview-engine-journal.db").read_bytes()
    shutil.rmtree(data / "blobs")

    _follow("sqlite-restore", DATA=data, BACKUP=backup)
    assert not (data / "interview-engine-journal.db").exists()
    # somebody kept it: it says that the work is done which the restored database has still to do
    (data / "interview-engine-journal.db").write_bytes(journal)

    with closing(open_database(f"sqlite:///{data / 'interview-engine.db'}")) as restored:
        _assert_goes_on(restored, data)


def test_a_restored_postgresql_service_goes_on_where_the_backup_was_made(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    with postgres.fresh() as url:
        database = open_database(url)
        migrate(database)
        _work_in_hand(database)
        _follow("postgresql-backup", DATABASE_URL=url, BACKUP=tmp_path)
        database.close()
    name = "interview_engine_restored"
    postgres.execute(f"DROP DATABASE IF EXISTS {name}")
    restored_url = postgres.url(name)
    _follow("postgresql-restore", SERVER_URL=postgres.url("postgres"), RESTORED_URL=restored_url, BACKUP=tmp_path)
    with closing(open_database(restored_url)) as restored:
        _assert_goes_on(restored, tmp_path)
    postgres.execute(f"DROP DATABASE {name}")

"""An outage is a 503 with a time to come again, a line in the log and no trace; what only reads goes on."""

from __future__ import annotations

import errno
import logging
import os
import re
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from api_world import Program, token_for
from applications import application
from console_data import CLOCK, PASSWORD, Company, company, make_context
from databases import PostgresServer
from sqlalchemy import text, update
from starlette.testclient import TestClient

from api.limits import Buckets
from api.serving import open_context
from interview_engine.errors import UsageError
from interview_engine.hr.accounts.tables import ApiToken, LoginSession
from interview_engine.hr.all_tables import Base
from interview_engine.service_settings import ServiceSettings, read_service_settings
from interview_engine.settings import read_settings
from interview_engine.store import engine
from interview_engine.store.engine import Database, open_database
from interview_engine.store.outages import outage_of


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 300)
    context = make_context(tmp_path)
    yield company(context)
    context.database.close()


def programs(made: Company) -> Program:
    client = TestClient(application(made.context, Buckets({})), raise_server_exceptions=False)
    return Program(client, token_for(made, made.accounts["administrator"].id))


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Another connection writes and does not finish."""
    with database.engine.connect() as connection:
        connection.execute(text("UPDATE audit_head SET sequence = sequence"))
        yield
        connection.rollback()


def long_ago(made: Company) -> None:
    """Every token and session was last seen an hour ago, so that a visit would be noted."""
    with made.context.database.transaction() as session:
        before = CLOCK.now() - timedelta(hours=1)
        session.execute(update(ApiToken).values(last_used_at=before))
        session.execute(update(LoginSession).values(last_seen_at=before))


def assert_outage(answer: object, caplog: pytest.LogCaptureFixture) -> None:
    status, headers = answer.status_code, answer.headers  # type: ignore[attr-defined]
    assert status == 503
    assert int(headers["retry-after"]) > 0
    assert headers["connection"] == "close"
    found = [one for one in caplog.records if one.name == "interview_engine.api"]
    assert len(found) == 1
    assert found[0].levelno == logging.WARNING
    assert found[0].exc_info is None


def test_a_locked_database_refuses_writes_with_503_and_reads_go_on(
    made: Company, caplog: pytest.LogCaptureFixture
) -> None:
    call = programs(made)
    long_ago(made)
    with locked(made.context.database), caplog.at_level(logging.WARNING):
        for path in ("/operations", "/requisitions", "/webhooks"):
            assert call("GET", path).status_code == 200, path
        answer = call("POST", "/legal-entities", json={"name": "新公司", "city": "上海"})
        assert answer.json()["code"] == "server.outage"
        assert_outage(answer, caplog)
    assert call("POST", "/legal-entities", json={"name": "新公司", "city": "上海"}).status_code == 201


@pytest.mark.parametrize("layer", ["route", "around the routes"])
def test_a_lock_that_the_driver_itself_reports_is_503_wherever_it_is_met(
    made: Company, monkeypatch: pytest.MonkeyPatch, layer: str
) -> None:
    path = made.context.database.engine.url.database
    assert path is not None
    busy = pytest.raises(sqlite3.OperationalError)
    with locked(made.context.database), closing(sqlite3.connect(path, timeout=0)) as other, busy as met:
        other.execute("BEGIN IMMEDIATE")

    def refused(*_: object, **__: object) -> None:
        raise met.value

    call = programs(made)
    target = (Database, "reading") if layer == "route" else (Buckets, "wait_s")
    monkeypatch.setattr(*target, refused)
    answer = call("GET", "/requisitions")
    assert answer.status_code == 503
    assert answer.json()["code"] == "server.outage"
    assert int(answer.headers["retry-after"]) > 0


def test_an_outage_in_a_group_of_errors_is_an_outage() -> None:
    full = OSError(errno.ENOSPC, "no room")
    assert outage_of(ExceptionGroup("two", [ValueError(), full])) == "full"
    assert outage_of(ExceptionGroup("one", [ValueError()])) is None


def test_the_console_can_be_read_while_the_database_is_locked(made: Company) -> None:
    client = TestClient(
        application(made.context, Buckets({})), base_url="http://127.0.0.1:8000", headers={"accept": "text/html"}
    )
    door = re.search(r'name="door" value="([^"]+)"', client.get("/sign-in").text)
    assert door is not None
    form = {"login": "administrator", "password": PASSWORD, "door": door[1]}
    assert client.post("/sign-in", data=form, follow_redirects=False).status_code == 303
    long_ago(made)
    with locked(made.context.database):
        page = client.get("/console/operations")
        assert page.status_code == 200
        refused = client.get("/console/audit/export")
        assert refused.status_code == 503
        assert "html" in refused.headers["content-type"]


def test_connections_that_postgresql_ended_are_503_and_then_all_is_well(
    postgres: PostgresServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with postgres.fresh() as url:
        database = open_database(url)
        Base.metadata.create_all(database.engine)
        made = company(replace(make_context(tmp_path), database=database))
        call = programs(made)
        assert call("GET", "/requisitions").status_code == 200
        name = url.partition("/?")[0].rpartition("@/")[2].partition("?")[0] or database.engine.url.database
        postgres.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        with caplog.at_level(logging.WARNING, "interview_engine.api"):
            answer = call("POST", "/legal-entities", json={"name": "新公司", "city": "上海"})
        assert_outage(answer, caplog)
        postgres.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
        assert call("GET", "/requisitions").status_code == 200
        database.close()


FULL = """
import os, resource, sys
from pathlib import Path
sys.path.insert(0, {samples!r})
from api_world import Program, token_for
from console_data import company, make_context
from starlette.testclient import TestClient
from api.app import create_app
from api.limits import Buckets

made = company(make_context(Path({folder!r})))
call = Program(TestClient(create_app(made.context, Buckets({{}})), raise_server_exceptions=False),
               token_for(made, made.accounts["administrator"].id))
files = [path for path in Path({folder!r}).glob("test.db*")]
resource.setrlimit(resource.RLIMIT_FSIZE, (min(path.stat().st_size for path in files if path.stat().st_size) // 2,) * 2)
statuses = []
for number in range(400):
    answer = call("POST", "/legal-entities", json={{"name": "n" * 80 + str(number), "city": "上海"}})
    statuses.append(answer.status_code)
    if answer.status_code >= 500:
        break
print(statuses[-1], answer.headers.get("retry-after"), call("GET", "/operations").status_code)
"""


def test_a_full_disk_is_503_and_what_only_reads_goes_on(tmp_path: Path) -> None:
    samples = str(Path(__file__).parents[1] / "samples")
    code = FULL.format(samples=samples, folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout.split() == ["503", "10", "200"], done.stderr[-2000:]
    assert "Traceback" not in done.stderr


# Starting -------------------------------------------------------------------------------------------------------------


def settings_in(folder: Path, **more: str) -> ServiceSettings:
    return ServiceSettings(
        data=folder,
        database_url=more.get("database_url", f"sqlite:///{folder / 'test.db'}"),
        blobs_url=more.get("blobs_url", f"file://{folder / 'blobs'}"),
        secret="x" * 20 + "y" * 20,
    )


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"database_url": "postgresql://tester@/x?host=/nowhere"}, "store.away"),
        ({"database_url": "sqlite:////proc/nowhere/test.db"}, "store.away"),
        ({"blobs_url": "file:///proc/nowhere/blobs"}, "store.away"),
    ],
)
def test_a_start_without_database_or_disk_says_what_to_do(tmp_path: Path, more: dict[str, str], code: str) -> None:
    with pytest.raises(UsageError) as refused:
        open_context(settings_in(tmp_path, **more), read_settings({}), CLOCK)
    assert refused.value.code == code
    assert refused.value.next_step.zh
    assert refused.value.next_step.en


def test_an_address_in_such_words_shows_no_password(tmp_path: Path) -> None:
    address = "postgresql://tester:hush@127.0.0.1:1/x"
    with pytest.raises(UsageError) as refused:
        open_context(settings_in(tmp_path, database_url=address), read_settings({}), CLOCK)
    assert "hush" not in refused.value.message.en
    assert "127.0.0.1" in refused.value.message.en


def test_the_own_secret_is_read_before_anything_is_written(tmp_path: Path) -> None:
    environment = {"INTERVIEW_ENGINE_DATA": str(tmp_path)}
    before = read_service_settings(environment).secret
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        assert read_service_settings(environment).secret == before
        (tmp_path / "secret").rename(tmp_path / "away")
        with pytest.raises(UsageError) as refused:
            read_service_settings(environment)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refused.value.code == "settings.secret_unwritable"
    assert [path.name for path in tmp_path.iterdir()] == ["away"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user who may not write there")
def test_a_folder_that_cannot_be_written_to_ends_the_start_in_words(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o555)
    for each in (tmp_path, *tmp_path.parents[:3]):
        if each.stat().st_uid == 0 and each != Path("/tmp"):
            each.chmod(each.stat().st_mode | 0o555)
    code = (
        "import os\n"
        "from interview_engine.service_settings import read_service_settings\n"
        "os.setgid(65534)\n"
        "os.setuid(65534)\n"
        f"read_service_settings({{'INTERVIEW_ENGINE_DATA': {str(folder)!r}}})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "settings.secret_unwritable" in done.stderr or "secret of this installation" in done.stderr

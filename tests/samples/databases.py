"""Databases for tests: a SQLite file and a throwaway PostgreSQL server, each with the tables of the application.

Making the tables is the slow part, so it is done once; each test gets a copy of its own.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event

from interview_engine.hr.all_tables import Base
from interview_engine.store import engine
from interview_engine.store.engine import Database, open_database

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "200",
    "autovacuum": "off",
}
"""It lives for minutes and may lose everything: only the answers have to be PostgreSQL's."""


def binaries() -> Path | None:
    """The folder of `initdb` and `postgres`, newest version first; None where PostgreSQL is not installed."""
    on_path = shutil.which("initdb")
    if on_path is not None and shutil.which("postgres") is not None:
        return Path(on_path).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return versions[-1] if versions else None


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server that only this machine reaches, through a socket in `folder`."""

    folder: Path

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://tester@/{name}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """A statement that may not run in a transaction."""
        with psycopg.connect(f"user=tester dbname=postgres host={self.folder}", autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self, name: str, template: str) -> None:
        """A copy of a database that nobody is connected to. Copying its files takes a quarter of writing each page into
        the log, which is the default from PostgreSQL 15 on; older ones copy files and know no other way."""
        with psycopg.connect(f"user=tester dbname=postgres host={self.folder}", autocommit=True) as connection:
            strategy = " STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}{strategy}".encode())

    @contextmanager
    def fresh(self, template: str = "template0") -> Iterator[str]:
        """The address of a new database, gone afterwards."""
        name = f"test_{secrets.token_hex(6)}"
        self.create(name, template)
        yield self.url(name)
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def empty(self, name: str) -> None:
        """Make a database as it was: no rows, nothing that a test added. A hundred times faster than a new one."""
        with psycopg.connect(f"user=tester dbname={name} host={self.folder}", autocommit=True) as connection:
            run = connection.execute
            run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip
            run("SET session_replication_role = replica")  # neither foreign keys nor the append-only triggers
            added = run("SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|public$|information_schema$)'")
            for (schema,) in added.fetchall():
                run(f'DROP SCHEMA "{schema}" CASCADE'.encode())
            for (table,) in run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
                known = table in Base.metadata.tables
                run(f'{"DELETE FROM" if known else "DROP TABLE"} "{table}"'.encode())
            run("ALTER TABLE audit_event ENABLE TRIGGER USER")


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server in a temporary folder. PostgreSQL refuses to run as root, so root gives it to another user."""
    found = binaries()
    if found is None:
        pytest.skip("no PostgreSQL on this machine (apt-get install -y postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: a socket's path has at most 107 characters
    other: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = _unprivileged()
        os.chown(folder, user.pw_uid, user.pw_gid)
        other = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = folder / "data"
    subprocess.run(
        [found / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        check=True,
        capture_output=True,
        cwd=folder,
        **other,
    )
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [found / "postgres", "-D", data, "-k", folder, *settings], stdout=log, stderr=log, cwd=folder, **other
        )
    try:
        server = PostgresServer(folder)
        _wait(server, process)
        yield server
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(30)
        shutil.rmtree(folder)


def _unprivileged() -> pwd.struct_passwd:
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _wait(server: PostgresServer, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            server.execute("SELECT 1")
            return
        except psycopg.OperationalError:
            if process.poll() is not None:
                raise RuntimeError((server.folder / "log").read_text(errors="replace")) from None
            time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start in 30 s")


KEPT_STATEMENTS = 3_000
"""Compiled statements that a test process keeps: more than all tests of the domain have."""


def compile_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all databases of this process share compiled statements, one set for each kind of database.

    The engine of each test would compile what the one before has compiled: a third of a test's time. What is compiled
    belongs to a dialect; the first one that has seen a server is everybody's.
    """
    own = engine.create_engine
    shared: dict[str, tuple[Any, Any]] = {}

    def sharing(url: Any, **options: Any) -> Engine:
        made = own(url, query_cache_size=KEPT_STATEMENTS, **options)
        name = made.dialect.name
        if name in shared:
            made.dialect, made._compiled_cache = shared[name]
        else:
            held = (made.dialect, made._compiled_cache)
            event.listen(made, "connect", lambda *_: shared.setdefault(name, held))
        return made

    monkeypatch.setattr(engine, "create_engine", sharing)


def make_tables(url: str) -> None:
    """Every table of the application, from the metadata."""
    database = open_database(url)
    Base.metadata.create_all(database.engine)
    database.close()


def copied_sqlite(template: Path, path: Path) -> Database:
    """A database of its own from a file that holds the tables."""
    shutil.copyfile(template, path)
    return open_database(f"sqlite:///{path}")

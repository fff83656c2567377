"""The migrated database is the one the code speaks of, on both databases."""

from __future__ import annotations

import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

from interview_engine.clock import SystemClock
from interview_engine.errors import UsageError
from interview_engine.hr.access.tables import Grant
from interview_engine.hr.all_tables import Base
from interview_engine.hr.employment.assignments import places
from interview_engine.hr.employment.numbers import number_of
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.lists.tables import SavedView
from interview_engine.hr.people.identities import person_of
from interview_engine.hr.privacy import erasure
from interview_engine.hr.privacy.tables import ErasureRequest
from interview_engine.hr.recruiting.tables import Posting, Requisition
from interview_engine.store.engine import open_database
from interview_engine.store.migrate import FOLDER, migrate, write_revision
from interview_engine.store.tables import Webhook

pytestmark = pytest.mark.slow


def test_a_migrated_database_has_the_tables_of_the_metadata(database_url: str) -> None:
    database = open_database(database_url)
    migrate(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    database.close()


def test_a_database_of_the_first_version_is_brought_up_to_date_with_its_rows(database_url: str) -> None:
    database = open_database(database_url)
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO webhook (id, created_at, updated_at, actor, url, events, secret_encrypted, active) "
                "VALUES ('w', '2026-01-01', '2026-01-01', 'system', 'https://a.example/', '[]', 's', true)"
            )
        )
    assert migrate(database) > "0001"
    with database.reading() as session:
        hook = session.get_one(Webhook, "w")
        assert (hook.url, hook.failures, hook.paused_until) == ("https://a.example/", 0, None)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    database.close()


def test_deletions_that_the_old_job_asked_for_are_planned_and_a_person_s_are_not(database_url: str) -> None:
    database = open_database(database_url)
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    row = "'2026-01-01', '2026-01-01', "
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.execute(
            text(
                "INSERT INTO person (id, created_at, updated_at, actor, name, email, phone, language, level, "
                f"synthetic, talent_pool) VALUES ('p', {row} 'system', '李雷', '', '', 'zh', NULL, true, false)"
            )
        )
        for number, actor in enumerate(("system", "candidate:c")):
            connection.execute(
                text(
                    "INSERT INTO erasure_request (id, created_at, updated_at, actor, person_id, kind, due_at) "
                    f"VALUES ('{number}', {row} '{actor}', 'p', 'person', '2026-01-31')"
                )
            )
    migrate(database)
    with database.reading() as session:
        planned, asked = (session.get_one(ErasureRequest, one) for one in ("0", "1"))
        assert planned.planned_for is not None
        assert planned.planned_for > datetime.now(UTC) + timedelta(days=6)
        assert asked.planned_for is None
        assert [one.request_id for one in erasure.due(session, SystemClock())] == ["1"]
    database.close()


def test_userids_of_wecom_are_brought_to_one_case_and_nobody_gets_another_s(database_url: str) -> None:
    database = open_database(database_url)
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    row = "'2026-01-01', '2026-01-01', 'system'"
    held = {"1": ("p", "ZhangSan"), "2": ("q", "zhangsan"), "3": ("p", "LiSi"), "4": ("q", "LISI"), "5": ("p", "wang")}
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        for person in ("p", "q"):
            connection.execute(
                text(
                    "INSERT INTO person (id, created_at, updated_at, actor, name, email, phone, language, synthetic, "
                    f"talent_pool) VALUES ('{person}', {row}, '李雷', '', '', 'zh', true, false)"
                )
            )
        for number, (person, userid) in held.items():
            connection.execute(
                text(
                    "INSERT INTO wechat_identity (id, created_at, updated_at, actor, person_id, channel, app_id, "
                    f"openid) VALUES ('{number}', {row}, '{person}', 'wecom', 'ww', '{userid}')"
                )
            )
    migrate(database)
    with database.reading() as session:
        owners = {name: person_of(session, "wecom", "ww", name) for name in ("ZHANGSAN", "lisi", "wang")}
        assert {name: person and person.id for name, person in owners.items()} == {
            "ZHANGSAN": "q",
            "lisi": "p",
            "wang": "p",
        }
    database.close()


def test_migrating_again_changes_nothing(database_url: str) -> None:
    database = open_database(database_url)
    assert migrate(database) == migrate(database)
    database.close()


def test_two_processes_may_migrate_at_once(database_url: str) -> None:
    databases = [open_database(database_url) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        revisions = set(pool.map(migrate, databases))
    assert len(revisions) == 1
    for database in databases:
        database.close()


def test_a_database_of_a_later_version_is_refused(database_url: str) -> None:
    database = open_database(database_url)
    migrate(database)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UsageError) as caught:
        migrate(database)
    assert caught.value.code == "store.newer"
    database.close()


def test_a_database_that_no_migration_made_is_refused(database_url: str) -> None:
    database = open_database(database_url)
    Base.metadata.create_all(database.engine)
    with pytest.raises(UsageError) as caught:
        migrate(database)
    assert caught.value.code == "store.unversioned"
    database.close()


def test_a_changed_table_makes_a_revision(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'engine.db'}")
    migrate(database)
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE legal_entity DROP COLUMN city"))
    written = write_revision(database, Base.metadata, "city of the company", folder=tmp_path / "versions")
    assert "add_column" in written.read_text()
    assert "'city'" in written.read_text()
    assert str(tmp_path) not in written.read_text()
    database.close()


def test_no_absolute_path_in_the_migrations() -> None:
    folder = Path(migrate.__code__.co_filename).parent / "migrations"
    for file in folder.rglob("*.py"):
        assert "/" + "work" not in file.read_text()
        assert "sqlite:///" not in file.read_text()


def test_amounts_of_before_are_kept_to_the_fen_and_who_works_here_gets_a_number_and_a_place(database_url: str) -> None:
    database = open_database(database_url)
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    row = "'2026-01-01', '2026-01-01', 'system'"
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0013")
        for statement in (
            "INSERT INTO person (id, created_at, updated_at, actor, name, email, phone, language, synthetic, "
            f"talent_pool) VALUES ('p', {row}, '李雷', '', '', 'zh', true, false)",
            f"INSERT INTO account (id, created_at, updated_at, actor, person_id, login, password_hash, role, language, "
            f"active, must_change_password) VALUES ('a', {row}, 'p', 'a', '', 'hr', 'zh', true, false)",
            f"INSERT INTO legal_entity (id, created_at, updated_at, actor, name, city) VALUES ('e', {row}, '甲', '')",
            "INSERT INTO department (id, created_at, updated_at, actor, legal_entity_id, name, path) "
            f"VALUES ('d', {row}, 'e', '客服', '/d/')",
            "INSERT INTO access_grant (id, created_at, updated_at, actor, account_id, scope, field_class, action, "
            f"effect, role, reason) VALUES ('g', {row}, 'a', 'all', 'pay', 'read', 'allow', 'hr', '')",
            "INSERT INTO requisition (id, created_at, updated_at, actor, legal_entity_id, department_id, title, "
            "owner_account_id, headcount, description, requirements, policy, language, bar, state, place, "
            f"employment_type, pay_low, pay_high) VALUES ('r', {row}, 'e', 'd', '客服', 'a', 1, '', '[]', 'cn', 'zh', "
            "6, 'open', '', 'full_time', 8000, 9000)",
            "INSERT INTO posting (id, created_at, updated_at, actor, requisition_id, channel, code, cost, "
            f"automatic_invitation) VALUES ('o', {row}, 'r', 'x', 'c', 1234.56, true)",
            "INSERT INTO employment (id, created_at, updated_at, actor, person_id, legal_entity_id, department_id, "
            f"title, start_date, state) VALUES ('m', {row}, 'p', 'e', 'd', '客服', '2026-02-01', 'pending')",
        ):
            connection.execute(text(statement))
    migrate(database)
    with database.reading() as session:
        assert session.get_one(Posting, "o").cost == Decimal("1234.56")
        job = session.get_one(Requisition, "r")
        assert (job.pay_low, job.pay_high) == (8000, 9000)
        assert number_of(session, "p", "e") == "00001"
        held = session.get_one(Employment, "m")
        assert [(one.row.id, one.first) for one in places(session, "m")] == [(held.assignment_id, date(2026, 2, 1))]
        classes = session.scalars(select(Grant.field_class).where(Grant.account_id == "a").order_by(Grant.field_class))
        assert Counter(classes.all()) == {"health": 1, "identity": 2, "pay": 1, "payroll": 4, "succession": 4}
    database.close()


def test_views_of_the_ranked_list_are_kept_among_those_of_all_lists(database_url: str) -> None:
    database = open_database(database_url)
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    row = "'2026-01-01', '2026-01-01', 'account:a', "
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0021")
        connection.execute(
            text(
                "INSERT INTO person (id, created_at, updated_at, actor, name, email, phone, language, level, "
                f"synthetic, talent_pool) VALUES ('p', {row}'李雷', '', '', 'zh', NULL, true, false)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO account (id, created_at, updated_at, actor, person_id, login, role, password_hash, "
                f"must_change_password, active, language) VALUES ('a', {row}'p', 'lilei', 'hr', '', false, true, 'zh')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO ranking_view (id, created_at, updated_at, actor, account_id, name, query) "
                f"VALUES ('v', {row}'a', '高分在前', 'sort=score')"
            )
        )
    migrate(database)
    with database.reading() as session:
        view = session.get_one(SavedView, "v")
        assert (view.account_id, view.list_name, view.name, view.query) == ("a", "ranking", "高分在前", "sort=score")
        assert view.legal_entity_id is None
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0021")
        assert connection.execute(text("SELECT id, name FROM ranking_view")).all() == [("v", "高分在前")]
    database.close()


def test_links_to_contracts_that_were_sent_lead_there_after_they_get_a_table(database_url: str) -> None:
    database = open_database(database_url)
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0034")
    day = "'2026-11-01'"
    rows = [
        "INSERT INTO signature_request (id, created_at, updated_at, actor, contract_id, employment_id, person_id, "
        "legal_entity_id, department_id, template_version_id, state, provider, reference, address, terms, paper, "
        "token_hash, code_tries, codes_sent, expires_at, reason, certificate, paper_sha256) "
        f"VALUES ('{name}', {day}, {day}, 'account:x', 'c', 'e', 'p', 'l', 'd', 't', '{state}', 'own', '', '', "
        f"'{{}}', '{{}}', 'hash-{name}', 0, 0, {day}, '', '', 's')"
        for name, state in (("a", "sent"), ("b", "draft"), ("c", "signed"))
    ]
    # the rows that these belong to are not what is looked at here
    if database.is_sqlite:
        with sqlite3.connect(database_url.removeprefix("sqlite:///")) as plain:
            for row in rows:
                plain.execute(row)
        plain.close()
    else:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for row in rows:
                connection.exec_driver_sql(row)
    with database.engine.connect() as connection:
        if database.is_sqlite:
            held = connection.connection.dbapi_connection
            assert held is not None
            held.cursor().execute("PRAGMA foreign_keys=OFF")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        config.attributes["connection"] = connection
        command.upgrade(config, "0035")
        connection.commit()
        found = connection.execute(
            text("SELECT request_id, token_hash, expires_at, revoked_at FROM signature_link ORDER BY request_id")
        ).all()
        assert [tuple(row) for row in found] == [("a", "hash-a", None, None), ("c", "hash-c", None, None)]
        command.downgrade(config, "0034")
        back = connection.execute(text("SELECT id, token_hash FROM signature_request ORDER BY id")).all()
        assert [tuple(row) for row in back] == [("a", "hash-a"), ("b", "b"), ("c", "hash-c")]
        connection.rollback()
    database.close()

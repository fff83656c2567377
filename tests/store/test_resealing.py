"""A new secret, and the end of the old one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hiring_world import MovingClock
from sqlalchemy import select

from api.serving import open_context
from interview_engine.errors import UsageError
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.all_tables import Base
from interview_engine.hr.messaging.webhooks import create_webhook
from interview_engine.service_settings import ServiceSettings
from interview_engine.settings import read_settings
from interview_engine.store.engine import Database
from interview_engine.store.resealing import SUFFIX, reseal
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import Webhook


def hook(database: Database, box: SecretBox) -> str:
    with database.transaction() as session:
        _, secret = create_webhook(
            session, SYSTEM, box, "http://127.0.0.1:1/", ["offer.*"], MovingClock(), private=True
        )
    return secret


def sealed(database: Database) -> str:
    with database.reading() as session:
        return session.scalars(select(Webhook.secret_encrypted)).one()


def test_after_a_new_secret_the_old_one_can_be_forgotten(database: Database) -> None:
    secret = hook(database, SecretBox("old"))
    both = SecretBox("new", ("older", "old"))
    for expected in (1, 0):
        with database.transaction() as session:
            assert reseal(session, both, Base.metadata) == expected
    assert SecretBox("new").decrypt(sealed(database)) == secret


def test_a_secret_that_opens_nothing_changes_nothing(database: Database) -> None:
    hook(database, SecretBox("old"))
    before = sealed(database)
    with pytest.raises(UsageError), database.transaction() as session:
        reseal(session, SecretBox("new", ("wrong",)), Base.metadata)
    assert sealed(database) == before


def test_a_service_that_starts_with_its_old_secret_beside_the_new_one_writes_all_anew(tmp_path: Path) -> None:
    first, second = "f" * 20 + "one-secret-" * 2, "s" * 20 + "another-secret-" * 2

    def start(secret: str, *old: str) -> Database:
        url, blobs = f"sqlite:///{tmp_path / 'engine.db'}", f"file://{tmp_path / 'blobs'}"
        service = ServiceSettings(tmp_path, url, blobs, secret, old_secrets=old)
        return open_context(service, read_settings({}), MovingClock()).database

    database = start(first)
    secret = hook(database, SecretBox(first))
    database.close()
    start(second, first).close()
    database = start(second)
    assert SecretBox(second).decrypt(sealed(database)) == secret
    database.close()


def test_what_is_encrypted_is_known_by_its_name() -> None:
    named = {f"{t.name}.{c.name}" for t in Base.metadata.sorted_tables for c in t.columns if c.name.endswith(SUFFIX)}
    assert {"account.totp_secret_encrypted", "webhook.secret_encrypted"} <= named

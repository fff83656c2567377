"""Settings of the service: a secret of one's own, and no start with somebody else's."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from interview_engine.errors import UsageError
from interview_engine.service_settings import DEMO_SECRET, read_service_settings

GOOD = "k3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3yk3y"


def test_the_embedded_installation_makes_its_own_secret_once(tmp_path: Path) -> None:
    first = read_service_settings({"INTERVIEW_ENGINE_DATA": str(tmp_path)})
    again = read_service_settings({"INTERVIEW_ENGINE_DATA": str(tmp_path)})
    assert first.secret == again.secret
    assert len(first.secret) >= 32
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert first.secret not in repr(first)


@pytest.mark.parametrize("secret", ["short", "changeme" * 6, "secret-" * 8, DEMO_SECRET])
def test_a_weak_or_known_secret_refuses_to_start(tmp_path: Path, secret: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_service_settings({"INTERVIEW_ENGINE_DATA": str(tmp_path), "INTERVIEW_ENGINE_SECRET": secret})
    assert caught.value.code == "settings.secret_weak"


def test_postgresql_needs_a_secret_that_is_set(tmp_path: Path) -> None:
    shared = {"INTERVIEW_ENGINE_DATA": str(tmp_path), "INTERVIEW_ENGINE_DATABASE_URL": "postgresql://db/x"}
    with pytest.raises(UsageError) as caught:
        read_service_settings(shared)
    assert caught.value.code == "settings.secret_missing"
    assert read_service_settings({**shared, "INTERVIEW_ENGINE_SECRET": GOOD}).secret == GOOD


def test_the_demo_does_not_serve_other_machines(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_service_settings({"INTERVIEW_ENGINE_DATA": str(tmp_path), "INTERVIEW_ENGINE_HOST": "0.0.0.0"}, demo=True)
    assert caught.value.code == "settings.demo_public"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "http"),
        ("PUBLIC_URL", "ftp://x"),
        ("MAX_UPLOAD_MB", "-1"),
        ("WORKER_IN_PROCESS", "maybe"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_service_settings({"INTERVIEW_ENGINE_DATA": str(tmp_path), f"INTERVIEW_ENGINE_{name}": value})
    assert caught.value.code == "settings.invalid"
    assert name in caught.value.message.en

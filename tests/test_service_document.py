"""docs/service.md says what the code reads: every setting, its default, and nothing else."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from interview_engine.service_settings import ServiceSettings, read_service_settings
from interview_engine.settings import PREFIX

TEXT = (Path(__file__).parents[1] / "docs" / "service.md").read_text(encoding="utf-8")
ROW = re.compile(rf"^\| `{PREFIX}([A-Z0-9_]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
TABLE = {name: (default, meaning) for name, default, meaning in ROW.findall(TEXT)}

NOT_BY_VARIABLE = {"demo"}
"""Set on the command line."""

OTHERS = {
    "DATA": "/somewhere",
    "DATABASE_URL": "postgresql://a:b@c/d",
    "BLOBS_URL": "s3://bucket/x",
    "S3_ENDPOINT": "http://127.0.0.1:9000",
    "SECRET": "s" * 20 + "t" * 20,
    "PUBLIC_URL": "https://hire.example.com",
    "HOST": "0.0.0.0",
    "PORT": "9000",
    "WORKER_IN_PROCESS": "off",
    "MAX_UPLOAD_MB": "10",
    "TRUSTED_PROXIES": "10.0.0.1,10.0.0.2",
    "SMTP_URL": "smtp://mail.example.com:587",
    "MAIL_FROM": "hire@example.com",
    "WEBHOOK_PRIVATE": "on",
    "WEBHOOK_PORTS": "443,9443",
    "SECOND_FACTOR": "on",
    "DELETION_DAYS": "14",
    "DELETION_SHARE": "5",
    "TRAIL_ANCHOR": "on",
    "OLD_SECRETS": "o" * 20 + "p" * 20,
}
"""A value that is not the default, for each."""


def test_the_table_names_every_setting_and_no_other() -> None:
    assert set(TABLE) == {one.name.upper() for one in fields(ServiceSettings)} - {n.upper() for n in NOT_BY_VARIABLE}
    assert set(OTHERS) == set(TABLE)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_default_in_the_table_is_the_default_of_the_code(name: str) -> None:
    written = TABLE[name][0]
    found = next(one for one in fields(ServiceSettings) if one.name == name.lower())
    if found.default is MISSING:
        assert not re.fullmatch(r"`[^`]*`", written), "it follows from others, which the table says in words"
        return
    default = ",".join(map(str, found.default)) if isinstance(found.default, tuple) else found.default
    shown = {True: "`on`", False: "`off`", "": "empty"}.get(default, f"`{default}`")
    assert written == shown


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_variable_in_the_table_is_read(name: str, tmp_path: Path) -> None:
    base = {f"{PREFIX}DATA": str(tmp_path), f"{PREFIX}SECRET": "x" * 20 + "y" * 20}
    before = read_service_settings(base)
    after = read_service_settings({**base, f"{PREFIX}{name}": OTHERS[name]})
    assert getattr(after, name.lower()) != getattr(before, name.lower())


def test_files_that_the_document_names_are_there() -> None:
    root = Path(__file__).parents[1]
    for name in ("compose.yaml", "compose.env.example", "docs/operations.md", "bench/console.py", "bench/load.py"):
        assert (root / name).is_file(), name

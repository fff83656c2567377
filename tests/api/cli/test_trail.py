"""An exported audit trail is checked by whoever has the file, without the database it came from (L10)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hiring_world import MovingClock

from api.cli.main import main
from interview_engine.store import audit
from interview_engine.store.audit import Anchor
from interview_engine.store.engine import Database


@pytest.fixture
def trail(sqlite_database: Database) -> tuple[list[str], Anchor]:
    clock = MovingClock()
    for number in range(4):
        with sqlite_database.transaction() as session:
            audit.record(session, "account:a", "report.read", f"assessment:{number}", {"number": number}, clock)
    with sqlite_database.reading() as session:
        return list(audit.exported(session)), audit.anchor(session)


@pytest.fixture
def checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def run(lines: list[str], *more: str) -> tuple[int, str]:
        file = tmp_path / "audit.jsonl"
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        status = main(["trail", str(file), *more])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def test_a_whole_trail_holds(trail: tuple[list[str], Anchor], checked: Callable[..., tuple[int, str]]) -> None:
    lines, end = trail
    status, said = checked([*lines, ""], "--end", f"{end.sequence}:{end.hash}")
    assert status == 0
    assert f"{len(lines)} events" in said


def test_a_changed_event_is_named(trail: tuple[list[str], Anchor], checked: Callable[..., tuple[int, str]]) -> None:
    lines, _ = trail
    event = {**json.loads(lines[1]), "actor": "account:b"}
    status, said = checked([lines[0], json.dumps(event), *lines[2:]])
    assert status == 3
    assert "event 2: an event was changed" in said


def test_an_end_that_was_kept_elsewhere_shows_what_is_missing(
    trail: tuple[list[str], Anchor], checked: Callable[..., tuple[int, str]]
) -> None:
    lines, end = trail
    status, said = checked(lines[:-1], "--end", f"{end.sequence}:{end.hash}")
    assert status == 3
    assert "events are missing at the end" in said


@pytest.mark.parametrize("line", ["not JSON", "[]", "{}", '{"at": 1}', '{"at": "soon"}'])
def test_what_is_no_trail_is_refused(line: str, checked: Callable[..., tuple[int, str]]) -> None:
    status, said = checked([line])
    assert status == 2
    assert "trail.unreadable" in said


def test_a_missing_file_and_a_wrong_end_are_refused(
    tmp_path: Path, checked: Callable[..., tuple[int, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked([], "--end", "4")[0] == 2
    assert main(["trail", str(tmp_path / "nothing")]) == 2
    assert "trail.unreadable" in capsys.readouterr().err

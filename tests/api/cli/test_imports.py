"""`interview-engine import`, `import-rollback` and `contract certificate`, run as commands on a service's database."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli.main import main
from interview_engine.clock import SystemClock
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts import service as accounts
from interview_engine.hr.org import service as org
from interview_engine.store.engine import open_database
from interview_engine.store.migrate import migrate

SECRET = "for-tests-only-" + "c" * 32
HEADS = ["工号", "姓名", "部门", "岗位", "手机", "入职日期"]
HE = ["E001", "何小满", "客户服务部", "客服", "13800006701", "2024-03-05"]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a service with a company, a department and somebody of HR."""
    path = tmp_path_factory.mktemp("service") / "hr.db"
    database, clock = open_database(f"sqlite:///{path}"), SystemClock()
    migrate(database)
    with database.transaction() as session:
        entity = org.create_legal_entity(session, SYSTEM, "启明家居", "上海", clock)
        org.create_department(session, SYSTEM, entity.id, "客户服务部", clock)
        new = accounts.NewAccount("anna", "安娜", "administrator", password="a-long-password-9")
        accounts.create_account(session, SYSTEM, new, clock)
    database.empty_log()
    database.close()
    return path


@pytest.fixture
def company(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a service with a copy of that database, also of this process."""
    path = tmp_path / "hr.db"
    shutil.copyfile(prepared, path)
    own = {
        "INTERVIEW_ENGINE_DATA": str(tmp_path), "INTERVIEW_ENGINE_DATABASE_URL": f"sqlite:///{path}",
        "INTERVIEW_ENGINE_SECRET": SECRET,
    }  # fmt: skip
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    return {**os.environ, **own}


def run(environment: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    """As a process, as a person runs it."""
    command = [sys.executable, "-c", "from api.cli.main import main; raise SystemExit(main())", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    return done.returncode, done.stdout, done.stderr


Here = Callable[..., tuple[int, str, str]]


@pytest.fixture
def here(company: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Here:
    """The same in this process: seconds of starting less."""

    def run_here(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        return code, *capsys.readouterr()

    return run_here


def sheet(folder: Path, *rows: list[str]) -> str:
    path = folder / "staff.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([HEADS, *rows])
    return str(path)


def test_a_sheet_is_checked_written_and_rolled_back_by_command(
    company: dict[str, str], here: Here, tmp_path: Path
) -> None:
    path = sheet(tmp_path, HE, ["E002", "李雷", "没有的部门", "客服", "", "2024-03-06"])
    code, out, wrong = run(company, "import", path, "--account", "anna", "--list", "employees")
    assert code == 3, wrong
    assert "checked made=1" in out
    assert "3\t部门\t" in out
    code, out, wrong = here("import", path, "--account", "anna", "--list", "employees", "--write")
    assert code == 3, wrong
    batch_id, state = out.split()[:2]
    assert (len(batch_id), state) == (32, "done")
    code, out, _ = here("import", sheet(tmp_path, HE), "--account", "anna", "--list", "employees", "--write")
    assert (code, "same=1" in out) == (0, True)
    code, out, wrong = here("import-rollback", batch_id, "--account", "anna")
    assert (code, "undone" in out, "taken_back=1" in out) == (0, True, True), wrong


@pytest.mark.parametrize(
    "arguments",
    [("import", "missing.csv", "--account", "anna", "--list", "employees"),
     ("import", "{sheet}", "--account", "nobody", "--list", "employees"),
     ("import", "{sheet}", "--account", "anna", "--list", "nothing"),
     ("import", "{sheet}", "--account", "anna", "--list", "employees", "--map", "工号"),
     ("import", "{sheet}", "--account", "anna", "--list", "employees", "--company", "别家"),
     ("import-rollback", "0" * 32, "--account", "anna")],
    ids=["file", "account", "list", "pair", "company", "batch"],
)  # fmt: skip
def test_what_a_command_cannot_do_is_said_in_both_languages(
    here: Here, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    path = sheet(tmp_path, HE)
    code, _, wrong = here(*(one.format(sheet=path) for one in arguments))
    assert code not in (0, 3)
    assert "Traceback" not in wrong
    assert wrong.strip()


def test_a_certificate_is_made_shown_and_renewed_by_command(company: dict[str, str], here: Here) -> None:
    code, out, wrong = run(company, "contract", "certificate", "show")
    assert code == 0, wrong
    first = next(line for line in out.splitlines() if line.startswith("sha256 "))
    code, again, _ = here("contract", "certificate", "show")
    assert (code, first in again) == (0, True)
    code, pem, _ = here("contract", "certificate", "show", "--pem")
    assert (code, pem.startswith("-----BEGIN CERTIFICATE-----")) == (0, True)
    code, renewed, wrong = here("contract", "certificate", "renew")
    assert code == 0, wrong
    assert first not in renewed

"""The threat model names tests that exist, and answers every row of the standard that it should."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.candidate import received
from api.limits import BODIES, RATES
from interview_engine.hr.accounts import failures, passwords, second_factor, sign_in
from interview_engine.hr.messaging import mail
from interview_engine.store import blob_format, engine, outbox, webhooks
from pipelines.resumes import pdf
from pipelines.service import resume

HERE = Path(__file__).parent
DOCUMENT = (HERE.parent / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_test_that_is_named_exists() -> None:
    files = {path.relative_to(HERE).as_posix(): path for path in HERE.rglob("test_*.py")}
    named = re.findall(r"`([\w/]*test_\w+\.py)(?:::(test_\w+))?`", DOCUMENT)
    assert len(named) > 100
    missing = [
        f"{file}::{function}"
        for file, function in named
        if file not in files or (function and f"def {function}(" not in files[file].read_text(encoding="utf-8"))
    ]
    assert missing == []


def test_every_threat_names_a_test() -> None:
    section = DOCUMENT.partition("## Who might do harm")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| who")]
    assert len(rows) > 25
    assert [row for row in rows if not re.search(r"`[\w/]*test_", row)] == []


ROWS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4
5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2
8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3
11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7
16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""
"""Sections of ASVS 5.0.0 and the last of their rows of level 1 or 2; those of level 3 come after."""


def rows_of_the_standard() -> set[str]:
    sections = (part.split(":") for part in ROWS.split())
    return {f"{section}.{row}" for section, last in sections for row in range(1, int(last) + 1)}


def rows_in(label: str) -> set[str]:
    """The rows that a label of the table speaks of: "1.2.6–1.2.8", "4.3, 4.4", "10.3–10.7", "17"."""
    found: set[str] = set()
    for part in label.replace("(L3)", "").split(","):
        first, _, last = (piece.strip() for piece in part.partition("–"))
        stem, _, low = first.rpartition(".")
        high = last.rpartition(".")[2] or low
        for number in range(int(low), int(high) + 1):
            name = f"{stem}.{number}".lstrip(".")
            found |= {row for row in rows_of_the_standard() if row == name or row.startswith(f"{name}.")}
    return found


def answers() -> list[tuple[str, str]]:
    table = DOCUMENT.partition("## OWASP ASVS")[2]
    rows = [line.split("|") for line in table.splitlines() if re.match(r"\| \d", line)]
    return [(row[1].strip(), row[2].strip()) for row in rows]


def test_every_row_of_levels_one_and_two_is_answered_once() -> None:
    named = [row for label, _ in answers() for row in rows_in(label)]
    assert sorted(rows_of_the_standard() - set(named)) == []
    assert len(named) == len(set(named))


def test_answers_are_of_the_five_kinds() -> None:
    assert {answer for _, answer in answers()} <= {"yes", "partly", "no", "operator", "–"}


def test_every_answer_of_yes_or_partly_names_a_test_or_says_why_there_is_none() -> None:
    table = DOCUMENT.partition("## OWASP ASVS")[2]
    rows = [line for line in table.splitlines() if re.match(r"\| \d.*\| (yes|partly) \|", line)]
    assert len(rows) > 80
    assert [row for row in rows if not re.search(r"`[\w/]*test_\w+\.py|\(no test: ", row)] == []


def said() -> dict[str, str]:
    """Sentences of the document with the numbers of the code in them, each under what it is about."""
    idle, longest, first_step = sign_in.IDLE, sign_in.LONGEST, sign_in.TO_SECOND_FACTOR
    rate = RATES["sign_in"]
    sizes = {pattern.pattern: size for pattern, size in BODIES}
    pauses = ("10 s", "1 min", "5 min", "30 min", "2 h", "8 h", "24 h")
    assert outbox.BACKOFF_S == (10, 60, 300, 1800, 7200, 8 * 3600, 24 * 3600), "`pauses` below are these in words"
    return {
        "length": f"{passwords.SHORTEST} to {passwords.LONGEST} characters of any kind, "
        f"at least {passwords.LEAST_STRENGTH} of 4 on zxcvbn's scale",
        "own part": f"at least {passwords.LEAST_BEYOND} characters besides the owner's name",
        "handed over": f"to change it, for {sign_in.HANDED_OVER.days} days",
        "failures": f"{failures.FREE} free, then {failures.FIRST_PAUSE_S} s doubling to "
        f"{failures.LONGEST_PAUSE_S // 3600} h",
        "by address": f"{rate.burst:.0f} at once, then one in {1 / rate.per_s:.0f} s",
        "sessions": f"idle {idle.total_seconds() / 3600:.0f} h, at most {longest.total_seconds() / 3600:.0f} h",
        "codes": f"may be one step ({second_factor.STEP_S} s) early or late; the first step of two is good for "
        f"{first_step.total_seconds() / 60:.0f} minutes",
        "recovery": f"recovery codes have {8 * second_factor.CODE_BYTES}",
        "recordings": f"one hour, {received.MAX_PIXELS // 2160} × 2160",
        "résumés": f"{resume.MAX_BYTES >> 20} MB, {pdf.MAX_PAGES} pages, {resume.MAX_UNPACKED >> 20} MB unpacked",
        "bodies": f"Other bodies {(sizes[''] or 0) >> 20} MB, forms with files {(sizes['^/(p|i)/'] or 0) >> 20} MB",
        "chunks": f"in chunks of {blob_format.CHUNK >> 10} KiB",
        "deadlines": f"a webhook is given {webhooks.TIMEOUT_S:.0f} s and a mail {mail.TIMEOUT_S:.0f} s by the wall, "
        f"a database lock on SQLite {engine.BUSY_TIMEOUT_MS // 1000} s",
        "pool": f"The pool holds {engine.POOL} connections and {engine.POOL_MORE} more at once",
        "retries": f"Retries: {', '.join(pauses)}, then failed and shown",
    }


@pytest.mark.parametrize("subject", said())
def test_the_rules_that_can_be_looked_up_are_those_of_the_code(subject: str) -> None:
    assert second_factor.AHEAD_AND_BEHIND == 1, "`codes` says one step"
    assert received.LONGEST_ANSWER_S == 3600, "`recordings` says one hour"
    assert said()[subject] in " ".join(DOCUMENT.split())


def test_passwords_are_hashed_as_the_document_says(product_hashing: object) -> None:
    hasher = product_hashing.hasher  # type: ignore[attr-defined]
    assert (
        f"Argon2id, {hasher.memory_cost // 1024} MiB, {hasher.time_cost} passes, {hasher.parallelism} lane" in DOCUMENT
    )

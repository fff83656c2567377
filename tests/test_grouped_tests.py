"""Tests that share what is dear to make run in one process: `make test` spreads groups, not single tests."""

import subprocess
import sys
from pathlib import Path

import pytest

GROUPED = """
import os
from pathlib import Path
import pytest

pytestmark = pytest.mark.xdist_group("shared")

@pytest.mark.parametrize("number", range(4))
def test_one(number):
    Path(__file__).with_name(f"ran-{number}").write_text(str(os.getpid()))
"""


@pytest.mark.slow
def test_tests_of_one_group_run_in_one_process(tmp_path: Path) -> None:
    """pytest 9.2 with pytest-xdist 3.8 lost the groups without a word."""
    (tmp_path / "test_grouped.py").write_text(GROUPED)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "-p",
        "no:cacheprovider",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    processes = [path.read_text() for path in tmp_path.glob("ran-*")]
    assert len(processes) == 4, done.stdout
    assert len(set(processes)) == 1

"""Tests that share what is dear to make run in one process: `make test` spreads groups, not single tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent / "samples"

TESTS = """
import os
from pathlib import Path
import pytest

{mark}

@pytest.mark.parametrize("number", range(4))
def test_one(number):
    Path(__file__).with_name(f"ran-{{number}}").write_text(str(os.getpid()))
"""


@pytest.mark.slow
@pytest.mark.parametrize("mark", ['pytestmark = pytest.mark.xdist_group("shared")', ""], ids=["group", "file"])
def test_tests_of_one_group_or_file_run_in_one_process(tmp_path: Path, mark: str) -> None:
    """pytest 9.2 with pytest-xdist 3.8 lost the groups without a word."""
    (tmp_path / "test_grouped.py").write_text(TESTS.format(mark=mark))
    options = ["-n", "2", "--dist", "loadgroup", "-p", "xdist", "-p", "grouping", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        # other plugins take seconds to start, in three processes
        env={**os.environ, "PYTHONPATH": str(SAMPLES), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    processes = [path.read_text() for path in tmp_path.glob("ran-*")]
    assert len(processes) == 4, done.stdout + done.stderr
    assert len(set(processes)) == 1

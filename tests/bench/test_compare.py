"""Two results of one benchmark side by side: which figures meet, and when they may not be compared."""

import copy
import json

import pytest

from bench.compare import differences, main, pairs, read
from interview_engine.errors import UsageError

RESULT = {
    "schema": "bench-e2e/1",
    "run": {"machine": {"processor": "A", "cores": 2}, "threads": 1, "load": 0.1},
    "weights": {"whisper-base": "d01c"},
    "invalid": False,
    "targets": [{"number": "1", "name": "naive", "figure": 7.0}, {"number": "3", "name": "vision", "figure": 200.0}],
    "runs": [{"clip": "zh", "profile": "ours", "cpu_s": 4.0}, {"clip": "zh", "profile": "ours", "cpu_s": 5.0}],
}


def changed(**parts):
    return {**copy.deepcopy(RESULT), **parts}


def test_rows_meet_by_their_names_whatever_their_order():
    other = changed(targets=[{"number": "3", "name": "vision", "figure": 100.0}, RESULT["targets"][0]])
    figures = {path: (a, b) for path, a, b in pairs(RESULT, other)}
    assert figures["targets[3 vision].figure"] == (200.0, 100.0)
    assert figures["targets[1 naive].figure"] == (7.0, 7.0)
    assert figures["runs[zh ours #2].cpu_s"] == (5.0, 5.0)
    assert not any(path.startswith("run.") for path in figures)


def test_results_of_one_machine_and_weights_are_comparable():
    assert differences(RESULT, changed()) == []


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"schema": "bench-asr/1"}, "command"),
        ({"weights": {"whisper-base": "ffff"}}, "weights"),
        ({"run": {**RESULT["run"], "machine": {"processor": "B", "cores": 2}}}, "machine"),
        ({"run": {**RESULT["run"], "threads": 2}}, "threads"),
        ({"invalid": True}, "disturbed"),
        ({"runs": [{"clip": "zh", "profile": "ours", "invalid": True}]}, "disturbed"),
    ],
)
def test_what_differs_is_said(parts, words):
    (warning,) = differences(RESULT, changed(**parts))
    assert words in warning


def test_the_command_prints_ratios_and_its_exit_code_says_whether_they_hold(tmp_path, capsys):
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    first.write_text(json.dumps(RESULT))
    second.write_text(json.dumps(changed(targets=[{"number": "1", "name": "naive", "figure": 14.0}])))
    assert main([str(first), str(second)]) == 0
    assert "x   2.000" in capsys.readouterr().out
    second.write_text(json.dumps(changed(invalid=True)))
    assert main([str(first), str(second)]) == 1
    assert "NOT COMPARABLE" in capsys.readouterr().out


def test_a_file_that_is_no_result_is_refused(tmp_path):
    (tmp_path / "list.json").write_text("[]")
    for name in ("none.json", "list.json"):
        with pytest.raises(UsageError) as caught:
            read(tmp_path / name)
        assert caught.value.code == "bench.no_result"

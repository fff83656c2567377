"""What every benchmark says about its machine and its runs."""

import json

from bench.conventions import INSTRUCTIONS, drifted, installed, machine, run_info, write_json


def test_a_machine_is_named_by_what_matters_and_not_by_its_name():
    found = machine()
    assert found["cores"] >= 1
    assert set(found["instructions"]) <= set(INSTRUCTIONS)
    assert set(found) == {"processor", "instructions", "cores", "memory_gib", "system"}


def test_a_drift_of_more_than_15_percent_either_way_is_a_disturbance():
    assert not drifted(1.0, 1.14)
    assert drifted(1.0, 1.16)
    assert drifted(1.0, 0.84)


def test_versions_are_of_the_libraries_that_are_there():
    assert installed(("numpy", "no-such-library")) == ("numpy",)
    assert run_info(installed(("numpy", "no-such-library")), threads=1).versions.keys() == {"numpy", "python"}


def test_a_result_appears_whole(tmp_path):
    write_json(tmp_path / "deep" / "a.json", {"中": 1})
    assert json.loads((tmp_path / "deep" / "a.json").read_text(encoding="utf-8")) == {"中": 1}
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["a.json"]

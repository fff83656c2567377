"""`python -m bench asr`: prints and stores the figures with the circumstances of the run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import __main__ as bench_main
from bench import asr
from bench.asr import Sample, by_confidence, summary
from bench.conventions import drifted, machine, write_json
from bench.setting import shared_data
from interview_engine.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]


def sample(**changes: object) -> Sample:
    values: dict[str, object] = {
        "set": "s",
        "clip": "c",
        "language": "zh",
        "duration_s": 10.0,
        "wall_s": 2.0,
        "cpu_s": 1.5,
        "found_language": "zh",
        "confidence": 0.8,
        "reason": None,
        "expected": None,
        "dropped": (),
        "text": "你好",
        "reference": "你好",
        "errors": 1,
        "units": 10,
    }
    return Sample(**(values | changes))  # type: ignore[arg-type]


def test_a_set_pools_its_units_and_seconds() -> None:
    figures = summary([sample(), sample(errors=0, units=30, duration_s=30.0), sample(language="en", errors=1, units=4)])
    assert figures["cer"] == {"rate": 0.025, "errors": 1, "units": 40}
    assert figures["wer"]["rate"] == 0.25
    assert figures["rtfx"] == pytest.approx(50.0 / 6.0, abs=0.01)


def test_fillers_and_guard_reasons_are_counted() -> None:
    figures = summary(
        [
            sample(language="en", text="Um, so, uh, yes", reference="um so uh yes uh"),
            sample(reason="audio.no_speech", expected="audio.no_speech", text="", reference="", units=0),
            sample(dropped=("transcript.hallucination",)),
        ]
    )
    assert figures["fillers"] == {"spoken": 3, "written": 2}
    assert figures["reasons"] == {"audio.no_speech": 1}
    assert figures["as_expected"] == 3
    assert figures["dropped"] == {"transcript.hallucination": 1}


def test_error_rates_by_confidence() -> None:
    rows = by_confidence([sample(confidence=0.25, errors=9), sample(confidence=0.95, errors=0), sample(confidence=1.0)])
    assert rows == [{"from": 0.2, "n": 1, "error_rate": 0.9}, {"from": 0.9, "n": 2, "error_rate": 0.05}]


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys; from bench.__main__ import main; main(['--help']); "
        "print([m for m in ('numpy', 'av', 'ctranslate2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "asr" in done.stdout
    assert done.stdout.rstrip().endswith("[]")


def test_an_unknown_command_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench_main.main(["nonsense"]) == 2
    assert "asr" in capsys.readouterr().err


@pytest.mark.parametrize("own", [["--model", "x"], ["--device", "cpu"], ["--vocabulary", "customer-service"]])
def test_another_recogniser_takes_none_of_the_products_settings(
    own: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        asr.main(["--by", "practice", *own])
    assert left.value.code == 2
    assert "--by" in capsys.readouterr().err


def test_results_appear_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "results" / "x.json"
    write_json(path, {"字": 1})
    assert json.loads(path.read_text(encoding="utf-8")) == {"字": 1}
    with pytest.raises(TypeError):
        write_json(path, {"bad": object()})
    assert json.loads(path.read_text(encoding="utf-8")) == {"字": 1}


def test_a_disturbed_run_is_seen() -> None:
    assert drifted(1.0, 1.2)
    assert not drifted(1.0, 1.1)


def test_the_machine_is_described_without_its_name() -> None:
    assert set(machine()) == {"processor", "cores", "memory_gib", "system", "instructions"}


@pytest.mark.slow
def test_a_run_writes_its_summary_and_a_line_for_every_clip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        shared_data()
    except UsageError as error:
        pytest.skip(str(error))
    out, lines = tmp_path / "asr.json", tmp_path / "samples.jsonl"
    assert asr.main(["--sets", "aishell", "guards", "--limit", "2", "--out", str(out), "--samples", str(lines)]) == 0
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["sets"]["aishell"]["n"] == 2
    assert document["sets"]["guards"]["as_expected"] == 2
    assert document["run"]["git_revision"] or not (ROOT / ".git").exists()
    rows = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    assert {"clip", "duration_s", "wall_s", "text", "reference"} <= set(rows[0])
    assert "CER" in capsys.readouterr().out

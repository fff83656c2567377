"""How the end-to-end benchmark pairs its runs, holds figures against their bars and counts what a profile did."""

import json
import sys

import numpy as np
import pytest

from bench.e2e import targets
from bench.e2e_parts import encoder, latency, memory, ratio, workers
from bench.e2e_parts.target import Target
from bench.e2e_profiles.measured import heard_of, speech_of
from bench.e2e_profiles.ours import Watched, pictures_in
from bench.process_cost import StageClock, cpu_s, run_alone
from interview_engine.assessment.transcript import Word
from interview_engine.errors import UsageError


def run(
    profile: str, cpu: float, *, repeat: int = 0, clip: str = "zh-20s", invalid: bool = False, hearing: float = 0.1
):
    seen = {"faces_per_s": 5.0, "hands_per_s": 1.0, "pose_per_s": 2.5, "faces_found": 1.0, "hands_found": 0.2}
    return {
        "clip": clip,
        "repeat": repeat,
        "attempt": 0,
        "duration_s": 20.0,
        "profile": profile,
        "cpu_s": cpu,
        "wall_s": cpu,
        "peak_mib": 900.0,
        "measure": "CER",
        "errors": 10,
        "units": 100,
        "language": "zh",
        "stages_cpu_s": {"recognition": hearing, "faces": 1.0, "hands": 0.5, "pose": 0.5},
        "invalid": invalid,
        "seen": seen,
        "heard": {"pauses": 2, "rate_per_min": 200.0, "pitch_hz": None},
    }


def test_ratios_are_of_the_same_repeat_of_the_same_clip():
    runs = [run("naive", 80.0), run("ours", 10.0), run("naive", 60.0, repeat=1), run("ours", 20.0, repeat=1)]
    assert ratio.paired(runs, "naive", "ours", ratio.total) == ([8.0, 3.0], True)


def test_a_disturbed_run_is_left_out_and_its_rerun_counts():
    runs = [run("naive", 80.0), run("ours", 40.0, invalid=True), run("ours", 10.0), run("naive", 10.0, repeat=1)]
    assert ratio.paired(runs, "naive", "ours", ratio.total) == ([8.0], True)


def test_where_every_run_was_disturbed_the_ratio_says_so():
    runs = [run("naive", 80.0, invalid=True), run("ours", 10.0)]
    assert ratio.paired(runs, "naive", "ours", ratio.total) == ([8.0], False)
    assert ratio.paired([run("ours", 1.0)], "naive", "ours", ratio.total) == ([], False)


def test_targets_of_the_ratio_hold_figures_against_their_bars():
    runs = [run("naive", 80.0, hearing=6.0), run("practice", 15.0, hearing=0.5), run("ours", 10.0, hearing=1.0)]
    found = {(target.number, target.name): target for target in ratio.targets(runs)}
    assert found["1", "end to end, times the naive script"].met
    assert not found["1", "end to end, times the best practice"].met
    assert found["2", "recognition, times openai-whisper"].figure == pytest.approx(6.0)
    assert found["3", "vision, CPU-ms a video second"].figure == pytest.approx(100.0)
    assert all(target.valid for target in found.values())


def test_the_table_shows_cost_quality_and_ratios_of_every_profile():
    runs = [run("naive", 80.0), run("ours", 10.0)]
    text = "\n".join(ratio.table(ratio.summarise(runs)))
    assert "CER 0.100" in text
    assert "naive / ours: total 8.00" in text
    assert "pose 2.5" in text


def test_a_figure_is_met_from_its_own_side():
    assert Target("5", "", 1.0, 1.05, False, "x", "", True).met
    assert not Target("6", "", 1.7, 1.8, True, "x", "", True).met
    assert "INVALID" in Target("6", "", 1.9, 1.8, True, "x", "", False).line()


def test_memory_targets_are_peaks_and_their_growth():
    def part(peaks, seconds, cpu=5.0):
        clips = [{"cpu_s": cpu, "wall_s": 6.0, "peak_mib": peak} for peak in peaks]
        return {"clip": f"zh-{seconds}s", "duration_s": seconds, "clips": clips, "invalid": False}

    found = {
        "batch": part([800.0, 810.0, 820.0], 20.0, cpu=5.2),
        "single": part([800.0], 20.0),
        "lengths": [part([790.0], 60.0), part([900.0], 900.0)],
    }
    figures = {target.name: target for target in memory.targets(found)}
    assert figures["peak memory of a worker"].figure == 900.0
    assert figures["peak memory, 3 clips over 1"].met
    assert not figures["peak memory, the longest clip over the shortest"].met
    assert figures["cost a media minute, batch of 3 over 1"].figure == pytest.approx(1.04)
    assert figures["time a media second, p95 over p50"].figure == 1.0


def test_two_workers_are_held_against_one_pair_by_pair():
    runs = [
        {"workers": 1, "wall_s": 40.0, "invalid": False, "answer_s": [4.0]},
        {"workers": 2, "wall_s": 20.0, "invalid": False, "answer_s": [4.0, 4.0, 4.0, 8.0]},
    ]
    two, even = workers.targets({"clip": "zh-20s", "duration_s": 20.0, "count": 8, "runs": runs})
    assert (two.figure, two.met) == (2.0, True)
    assert (even.figure, even.met) == (2.0, False)


def test_answers_that_are_assessed_as_they_arrive_leave_only_the_last_one_to_wait_for():
    assert latency.waits_s([180.0, 360.0, 540.0], [90.0, 90.0, 90.0]) == 90.0
    assert latency.waits_s([0.0, 0.0, 0.0], [90.0, 90.0, 90.0]) == 270.0
    assert latency.waits_s([10.0, 20.0], [30.0, 5.0]) == 25.0  # the second waits for the first


def test_quantiles_are_values_that_occurred():
    assert memory.quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert memory.quantile([1.0, 2.0, 3.0, 9.0], 0.95) == 9.0


def test_operations_of_the_encoder_are_those_of_whisper_base():
    """At 700 G operations a second a window costs at least 0.125 CPU seconds."""
    assert encoder.operations(layers=6, width=512, mels=80) / 700e9 == pytest.approx(0.125, rel=0.02)


def test_targets_of_the_parts_that_were_measured_come_in_order_of_number():
    document = {"ratio": {"runs": [run("naive", 80.0), run("ours", 10.0)]}, "reading": []}
    numbers = [target.number for target in targets(document)]
    assert numbers == sorted(numbers)
    assert numbers


def test_speech_of_word_times_counts_pauses_as_the_product_does():
    words = [Word("hello", 0.5, 1.0, 1.0), Word("there", 1.1, 1.5, 1.0), Word("friend", 2.5, 3.0, 1.0)]
    heard = speech_of(words, "en", 4.0, 120.0)
    assert (heard.pauses, heard.pitch_hz) == (1, 120.0)
    assert heard.rate_per_min == pytest.approx(60 * 3 / 2.0, abs=0.1)  # of the pause of 1 s, half a second counts
    assert heard_of(None, None).rate_per_min is None


def test_pictures_are_counted_one_by_one_and_in_blocks():
    picture = np.zeros((36, 64, 3), np.uint8)
    assert [pictures_in(value) for value in (picture, [picture, picture], np.stack([picture] * 3), [])] == [1, 2, 3, 0]


def test_a_watched_detector_counts_its_calls_and_keeps_its_answers():
    class Detector:
        side = 128

        def find(self, pictures):
            return [self.one(picture) for picture in pictures]

        def one(self, picture):
            return picture.sum()

    watched = Watched(Detector())
    assert watched.find([np.ones((2, 2, 3)), np.ones((2, 2, 3))]) == [12.0, 12.0]
    assert watched.side == 128
    seconds, pictures = watched.take()
    assert (pictures, seconds >= 0.0) == (2, True)
    assert watched.take() == (0.0, 0)


def test_stages_add_up_over_many_visits():
    clock = StageClock()
    before_s = cpu_s()
    for _ in range(3):
        with clock.stage("decode"):
            sum(range(200_000))
    assert 0.0 < clock.cpu["decode"] <= cpu_s() - before_s


def test_a_measurement_has_a_process_with_one_thread_and_returns_what_it_wrote(tmp_path, monkeypatch):
    script = "import json, os, sys\njson.dump(os.environ['OMP_NUM_THREADS'], open(sys.argv[-1], 'w'))"
    (tmp_path / "measuring.py").write_text(script)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert run_alone("measuring", []) == "1"


def test_a_measurement_that_fails_says_what_it_printed(tmp_path, monkeypatch):
    (tmp_path / "failing.py").write_text("raise SystemExit('no weights here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(UsageError) as caught:
        run_alone("failing", [])
    assert "no weights here" in caught.value.message.en
    assert caught.value.code == "bench.child_failed"


def test_a_comparison_without_its_libraries_names_the_extra(monkeypatch):
    from bench.e2e_profiles.naive import Naive

    monkeypatch.setitem(sys.modules, "whisper", None)
    monkeypatch.setitem(sys.modules, "librosa", None)
    with pytest.raises(UsageError) as caught:
        Naive(store=None)
    assert caught.value.code == "bench.no_extra"
    assert "[bench]" in caught.value.next_step.en


def test_the_results_are_json():
    assert json.loads(json.dumps(ratio.summarise([run("ours", 10.0)])))["zh-20s"]["profiles"]["ours"]["runs"] == 1

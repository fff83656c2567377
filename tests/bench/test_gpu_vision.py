"""`python -m bench gpu_vision`: rows for every network, and honest about where they were measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import __main__ as bench_main
from bench import gpu_vision
from models.runtime.agreement import Agreement
from models.runtime.bundle import read_bundle
from models.runtime.bundled_networks import NETWORKS, bundle_file
from models.runtime.tflite_file import read_tflite
from models.weights.registry import WeightStore, default_root


@pytest.fixture(scope="module")
def store() -> WeightStore:
    if not all((default_root() / network.weight).is_dir() for network in NETWORKS):
        pytest.skip("the weights are not here (interview-engine models pull)")
    return WeightStore(default_root())


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(gpu_vision.GEMM_SIDE, "cpu", 256)


@pytest.mark.usefixtures("small")
def test_every_network_and_the_cadence_are_measured(store: WeightStore) -> None:
    rows = gpu_vision.measure("cpu", (1,), 0.0, store=store)
    assert len(rows) == 8
    networks = [row for row in rows if row["network"] != "cadence"]
    assert {row["network"] for row in networks} == set(gpu_vision.CADENCE)
    for row in networks:
        assert row["device"] == "cpu"
        assert row["share_of_gemm"] == pytest.approx(
            row["device_pictures_per_s"] * row["gflop_per_picture"] / row["gemm_gflops"]
        )
    (cadence,) = [row for row in rows if row["network"] == "cadence"]
    each = sum(gpu_vision.CADENCE[row["network"]] / row["pictures_per_s"] for row in networks)
    assert cadence["video_s_per_s"] == pytest.approx(1 / each)


def test_work_is_counted_from_the_file_and_only_for_what_is_asked(store: WeightStore) -> None:
    """The hand network's last layers: 63 of 1152 numbers for each output of points."""
    (hand,) = [network for network in NETWORKS if network.name == "hand_landmarks_detector"]
    (data,) = read_bundle(bundle_file(store, hand), "hand_landmarks_detector.tflite")
    graph = read_tflite(data)
    both = gpu_vision.gflop(graph, ["Identity", "Identity_3"])
    assert both - gpu_vision.gflop(graph, ["Identity"]) == pytest.approx(2 * 63 * 1152 / 1e9)
    assert 0.1 < both < 2


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 1)])
def test_the_command_stores_agreement_with_speed_and_says_when_it_was_no_gpu(
    ok: bool, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    agreement = Agreement("face_detector", "regressors: boxes", 0.001, "px", 0.3, ok)
    row = {
        "network": "face_detector",
        "batch": 2,
        "pictures_per_s": 10.0,
        "device_pictures_per_s": 20.0,
        "share_of_gemm": 0.01,
    }
    monkeypatch.setattr(gpu_vision, "weight_store", lambda: None)
    monkeypatch.setattr(gpu_vision, "check", lambda *_: [agreement])
    monkeypatch.setattr(gpu_vision, "measure", lambda *_: [row])
    out = tmp_path / "gpu-vision.json"
    assert bench_main.main(["gpu_vision", "--device", "cpu", "--out", str(out)]) == code
    document = json.loads(out.read_text())
    assert document["agreement"][0]["difference"] == 0.001
    assert document["rows"] == [row]
    assert document["device"] == "cpu"
    printed = capsys.readouterr().out
    assert "say nothing about a GPU" in printed
    assert ("DOES NOT AGREE" in printed) is not ok


def test_a_gpu_that_is_not_there_is_an_error(capsys: pytest.CaptureFixture[str], store: WeightStore) -> None:
    assert bench_main.main(["gpu_vision", "--device", "cuda:77", "--out", "never.json"]) == 2
    assert "cuda:77" in capsys.readouterr().err
    assert not Path("never.json").exists()

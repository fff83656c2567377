"""The GPU benchmark runs the product's code, says what is random, and measures nothing where there is no GPU."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from bench import gpu
from bench.gpu_speech import TINY, encoder_operations
from models.speech.whisper.layers import random_network
from models.speech.whisper.net import FRAMES_IN, encode
from pipelines.folders.manifest import job_from_manifest

ARGUMENTS = ["--device", "cpu", "--tiny", "--skip-vision", "--batches", "1", "2", "--tokens", "6"]


@pytest.fixture(scope="module")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """The document of a run on the smallest network, and what was printed."""
    out, printed = tmp_path_factory.mktemp("gpu") / "gpu.json", io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert gpu.main([*ARGUMENTS, "--out", str(out)]) == 0
    return json.loads(out.read_text(encoding="utf-8")), printed.getvalue()


def test_a_tiny_run_measures_every_part(tiny_run: tuple[dict[str, Any], str]) -> None:
    document, _ = tiny_run
    assert [(row["batch"], row["beam"]) for row in document["recognition"]] == [(1, 1), (1, 5), (2, 1), (2, 5)]
    for row in (*document["encoder"], *document["recognition"]):
        assert row["rtfx"] > 0
    assert set(document["recognition"][0]["stages_s"]) == {"mel", "encoder", "search", "alignment"}


def test_a_tiny_run_says_that_its_weights_are_random_and_is_held_to_no_target(
    tiny_run: tuple[dict[str, Any], str],
) -> None:
    document, printed = tiny_run
    for row in (*document["encoder"], *document["recognition"]):
        assert row["weights"] == "random weights"
    assert document["targets"] == []
    assert "random weights" in printed


def test_a_run_says_its_format_and_the_code_it_measured(tiny_run: tuple[dict[str, Any], str]) -> None:
    document, _ = tiny_run
    assert document["schema"] == "bench-gpu/1"
    assert document["run"]["git_revision"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_a_gpu_nothing_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gpu.main(["--out", str(tmp_path / "gpu.json")]) == 3
    assert "CUDA" in capsys.readouterr().err
    assert not (tmp_path / "gpu.json").exists()


def test_the_real_networks_are_not_measured_on_a_cpu_by_this_command(tmp_path: Path) -> None:
    assert gpu.main(["--device", "cpu", "--out", str(tmp_path / "gpu.json")]) == 2


def test_the_encoders_operations_are_counted_as_torch_counts_them() -> None:
    net = random_network(TINY, "cpu", torch.float32)
    # Of attention the counter knows only the form in single products.
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        encode(net, torch.zeros(1, TINY.mels, FRAMES_IN))
    assert encoder_operations(TINY) == pytest.approx(counter.get_total_flops(), rel=1e-3)


def test_figures_of_the_large_model_are_held_against_the_targets() -> None:
    document = {
        "invalid": False,
        "largest": "large-v3-turbo",
        "encoder": [
            {"model": "large-v3-turbo", "weights": "random weights", "batch": 8, "share_of_gemm": 0.5},
            {"model": "large-v3-turbo", "batch": 128, "out_of_memory": True},
        ],
        "recognition": [
            {"model": name, "weights": "w", "batch": 64, "beam": beam, "tokens_a_window": 110, "rtfx": rtfx}
            for name, beam, rtfx in (
                ("whisper-base", 5, 9000.0),
                ("large-v3-turbo", 1, 3000.0),
                ("large-v3-turbo", 5, 1400.0),
            )
        ],
        "end_to_end": {"interviews": 4, "bound_by": "reading", "share_of_bound": 0.9},
    }
    found = {target.name: (target.figure, target.met) for target in gpu.targets(document)}
    assert found == {
        "encoder, share of products": (0.5, True),
        "recognition": (1400.0, False),
        "end to end, share of the bound": (0.9, True),
    }


def test_a_recording_becomes_an_interview_of_one_answer(tmp_path: Path) -> None:
    recording = tmp_path / "it's me.mp4"
    recording.write_bytes(b"")
    job = job_from_manifest(gpu.write_manifest(tmp_path, 0, recording), None, None, None)
    assert [answer.path for answer in job.answers if answer.path] == [recording.resolve()]

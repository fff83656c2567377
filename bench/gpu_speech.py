"""Recognition on a GPU: the rate of matrix products, the encoder's share of it, and seconds heard a second.

Texts are as long as asked for: the end of a text is forbidden, so every window takes the same number of steps and
random weights cost what real ones cost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.speech.whisper.align import Spoken, align
from models.speech.whisper.layers import Sizes, Whisper
from models.speech.whisper.mel import log_mel
from models.speech.whisper.net import FRAMES_IN, encode, encoder_block
from models.speech.whisper.search import BeamSearch, Rules, Task

WINDOW_S = 30.0

TINY = Sizes(mels=80, encoder_layers=2, decoder_layers=2, width=64, heads=2, vocabulary=1000)
"""Small enough for a test."""

PROMPT_TOKENS = 24
"""A style prompt and the tokens that ask for a transcript."""

GEMM_SIDE = 8192
REPEATS = 10


@dataclass(frozen=True, slots=True)
class Subject:
    """A network to measure.

    Args:
        name: of the model.
        weights: "real" or "random weights".
    """

    name: str
    weights: str
    net: Whisper


def gemm_tflops(device: str, dtype: Any, side: int = GEMM_SIDE) -> float:
    """Rate of a square matrix product: what every other rate is a share of."""
    left = torch.randn(side, side, device=device, dtype=torch.float32).to(dtype)
    right = torch.randn(side, side, device=device, dtype=torch.float32).to(dtype)
    return 2 * side**3 / seconds_of(lambda: left @ right, device) / 1e12


def encoder_operations(sizes: Sizes) -> float:
    """Floating-point operations of the encoder for one window, two for each multiplication with addition."""
    width, tokens = sizes.width, sizes.sound_positions
    convolutions = 2 * 3 * width * (FRAMES_IN * sizes.mels + tokens * width)
    layer = 2 * tokens * 12 * width**2 + 4 * tokens**2 * width
    return float(convolutions + sizes.encoder_layers * layer)


def compiled_block(device: str) -> Callable[..., torch.Tensor]:
    """The encoder's block as the recogniser runs it on this device."""
    block: Callable[..., torch.Tensor] = encoder_block
    # torch compiles a function for a few shapes only and then quietly no more: each measurement starts afresh.
    torch.compiler.reset()
    return torch.compile(block, dynamic=False) if device.startswith("cuda") else block


def measure_encoder(subject: Subject, batch: int, gemm: float, device: str) -> dict[str, Any]:
    """Seconds a window, and the share of the product's rate."""
    net = subject.net
    mel = torch.randn(batch, net.sizes.mels, FRAMES_IN, device=device).to(net.dtype)
    block = compiled_block(device)
    seconds = seconds_of(lambda: encode(net, mel, block), device)
    tflops = batch * encoder_operations(net.sizes) / seconds / 1e12
    return {
        "model": subject.name,
        "weights": subject.weights,
        "batch": batch,
        "ms_a_window": round(1000 * seconds / batch, 3),
        "tflops": round(tflops, 3),
        "share_of_gemm": round(tflops / gemm, 3),
        "rtfx": round(batch * WINDOW_S / seconds, 1),
    }


def measure_recognition(subject: Subject, batch: int, beam: int, tokens: int, device: str) -> dict[str, Any]:
    """Samples to timed tokens for two batches of windows, after one that is not timed (and is compiled and captured).

    Args:
        tokens: of text in every window.
    """
    net = subject.net
    search = BeamSearch(net, _rules(net.sizes), beam, batch, stop=False)
    block = compiled_block(device)
    samples = (0.1 * np.random.default_rng(0).standard_normal(int(WINDOW_S * 16_000))).astype(np.float32)
    clock = _Clock(device)

    def run() -> None:
        _recognise(net, search, block, [samples] * batch, tokens, clock)

    run()
    clock.seconds.clear()
    rounds = 2
    started = time.perf_counter()
    for _ in range(rounds):
        run()
    wall = time.perf_counter() - started
    return {
        "model": subject.name,
        "weights": subject.weights,
        "batch": batch,
        "beam": beam,
        "tokens_a_window": tokens,
        "rtfx": round(rounds * batch * WINDOW_S / wall, 1),
        "wall_s": round(wall, 3),
        "stages_s": {name: round(seconds, 3) for name, seconds in clock.seconds.items()},
        "memory_gib": round(torch.cuda.max_memory_allocated() / 2**30, 2) if device.startswith("cuda") else None,
    }


def measure_all(
    subjects: Sequence[Subject], batches: Sequence[int], beams: Sequence[int], tokens: int, device: str, gemm: float
) -> dict[str, list[dict[str, Any]]]:
    """Encoder and recognition of every network and batch; what does not fit into memory says so."""
    encoders: list[dict[str, Any]] = []
    recognitions: list[dict[str, Any]] = []
    for subject in subjects:
        named = {"model": subject.name, "weights": subject.weights}
        for batch in batches:
            run = partial(measure_encoder, subject, batch, gemm, device)
            encoders.append(_fitting({**named, "batch": batch}, run))
            for beam in beams:
                run = partial(measure_recognition, subject, batch, beam, tokens, device)
                recognitions.append(_fitting({**named, "batch": batch, "beam": beam}, run))
    return {"encoder": encoders, "recognition": recognitions}


def seconds_of(run: Callable[[], object], device: str) -> float:
    """Mean seconds of a run on the device, after three that are not timed."""
    for _ in range(3):
        run()
    wait(device)
    started = time.perf_counter()
    for _ in range(REPEATS):
        run()
    wait(device)
    return (time.perf_counter() - started) / REPEATS


def wait(device: str) -> None:
    """Until the device has done all it was given."""
    if device.startswith("cuda"):
        torch.cuda.synchronize()


class _Clock:
    """Wall seconds by stage, waiting for the device at each border."""

    def __init__(self, device: str) -> None:
        self.seconds: dict[str, float] = {}
        self._device = device
        self._since = time.perf_counter()

    def start(self) -> None:
        wait(self._device)
        self._since = time.perf_counter()

    def stop(self, stage: str) -> None:
        wait(self._device)
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now


def _recognise(
    net: Whisper,
    search: BeamSearch,
    block: Callable[..., torch.Tensor],
    windows: Sequence[NDArray[np.float32]],
    tokens: int,
    clock: _Clock,
) -> None:
    clock.start()
    mel = log_mel(windows, net.sizes.mels, net.device).to(net.dtype)
    clock.stop("mel")
    sounds = encode(net, mel, block)
    clock.stop("encoder")
    prompt = tuple(range(PROMPT_TOKENS))
    found = search.run([Task(sound, prompt, PROMPT_TOKENS - 4, tokens) for sound in sounds])
    clock.stop("search")
    heads = [(net.sizes.decoder_layers - 1, head) for head in range(min(6, net.sizes.heads))]
    spoken = [Spoken(sound, FRAMES_IN, prompt[-4:], text.tokens) for sound, text in zip(sounds, found, strict=True)]
    align(net, spoken, heads, _rules(net.sizes).end)
    clock.stop("alignment")


def _rules(sizes: Sizes) -> Rules:
    """Every special token is forbidden, as it would be, so that texts are text; the last 1,501 are timestamps."""
    special, times = (1608, 1501) if sizes.vocabulary > 2 * 1608 else (10, 4)
    end = sizes.vocabulary - special
    return Rules(end, end + 5, tuple(range(end + 1, sizes.vocabulary)), (), sizes.vocabulary - times)


def _fitting(named: dict[str, Any], run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return run()
    except torch.cuda.OutOfMemoryError:
        return {**named, "out_of_memory": True}
    finally:
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()

"""The device of a setting; asking for CUDA without one is an error, never a silent fallback."""

from __future__ import annotations

import pytest

from interview_engine.errors import UsageError
from models.runtime import device


def test_auto_is_cuda_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "cuda_devices", lambda: 1)
    monkeypatch.setattr(device, "has_torch", lambda: True)
    assert device.resolve("auto") == "cuda"
    assert device.resolve("cpu") == "cpu"


def test_auto_is_the_cpu_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "cuda_devices", lambda: 0)
    assert device.resolve("auto") == "cpu"


def test_cuda_without_a_device_is_refused_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "cuda_devices", lambda: 0)
    with pytest.raises(UsageError) as caught:
        device.resolve("cuda")
    assert caught.value.code == "device.no_cuda"
    assert "cpu" in caught.value.text("zh")
    assert "cpu" in caught.value.text("en")


def test_cuda_without_torch_names_what_to_install_and_auto_stays_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "cuda_devices", lambda: 1)
    monkeypatch.setattr(device, "has_torch", lambda: False)
    assert device.resolve("auto") == "cpu"
    with pytest.raises(UsageError) as caught:
        device.resolve("cuda")
    assert caught.value.code == "device.no_torch"
    assert ".[gpu]" in caught.value.text("en")


def test_another_word_is_refused() -> None:
    with pytest.raises(UsageError, match="tpu"):
        device.resolve("tpu")

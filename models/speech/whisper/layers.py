"""The weights of a Whisper network as torch tensors, and its sizes.

The weights keep CTranslate2's names and its fused query-key-value matrices; the network itself is in net.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from models.speech.whisper.weights import as_float32, read_variables, unreadable

CONVERTED = "model.safetensors"
"""The name of a network's file in GPU format."""


class Linear(NamedTuple):
    """y = x · weightᵀ + bias."""

    weight: torch.Tensor
    bias: torch.Tensor


class Norm(NamedTuple):
    """Weight and bias of a layer norm, each of the model's width."""

    weight: torch.Tensor
    bias: torch.Tensor


class FeedForward(NamedTuple):
    """Norm, up to four times the width, GELU, down again."""

    norm: Norm
    up: Linear
    down: Linear


class EncoderLayer(NamedTuple):
    """Weights of one encoder block: norm, joint query-key-value projection, output projection, feed-forward."""

    norm: Norm
    qkv: Linear
    out: Linear
    feed: FeedForward


class DecoderLayer(NamedTuple):
    """Self-attention, attention to the sound, feed-forward."""

    norm: Norm
    qkv: Linear
    out: Linear
    cross_norm: Norm
    query: Linear
    key_value: Linear
    cross_out: Linear
    feed: FeedForward


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the weights' shapes say: mel bands, layers, width, heads, tokens, and the longest text and sound."""

    mels: int
    encoder_layers: int
    decoder_layers: int
    width: int
    heads: int
    vocabulary: int
    text_positions: int = 448
    sound_positions: int = 1500


TURBO = Sizes(mels=128, encoder_layers=32, decoder_layers=4, width=1280, heads=20, vocabulary=51866)
"""large-v3-turbo, whose weights are in no package registry: its shape serves to measure speed."""


@dataclass(frozen=True, slots=True)
class Whisper:
    """A network's weights on a device, all of one type."""

    sizes: Sizes
    conv1: Linear
    conv2: Linear
    sound_positions: torch.Tensor
    encoder: tuple[EncoderLayer, ...]
    encoder_norm: Norm
    embedding: torch.Tensor
    text_positions: torch.Tensor
    decoder: tuple[DecoderLayer, ...]
    decoder_norm: Norm

    @property
    def device(self) -> Any:
        """Where the weights are."""
        return self.embedding.device

    @property
    def dtype(self) -> Any:
        """The type in which the network computes."""
        return self.embedding.dtype


def sizes_of(variables: Mapping[str, NDArray[np.generic]]) -> Sizes:
    """Read the sizes off the weights.

    Raises:
        KeyError: a variable of a Whisper model is missing.
    """
    conv = variables["encoder/conv1/weight"].shape
    return Sizes(
        mels=conv[1],
        encoder_layers=_count(variables, "encoder/layer_"),
        decoder_layers=_count(variables, "decoder/layer_"),
        width=conv[0],
        heads=int(variables["decoder/num_heads"].item()),
        vocabulary=variables["decoder/embeddings/weight"].shape[0],
        text_positions=variables["decoder/position_encodings/encodings"].shape[0],
        sound_positions=variables["encoder/position_encodings/encodings"].shape[0],
    )


def load(folder: Path, device: str, dtype: Any) -> Whisper:
    """The network in a folder: model.safetensors as models/convert.py writes it, else CTranslate2's model.bin.

    Raises:
        WeightsError: `weights.unreadable`.
    """
    converted = folder / CONVERTED
    path = converted if converted.is_file() else folder / "model.bin"
    try:
        return build(read_converted(path) if path == converted else read_variables(path), device, dtype)
    except (OSError, KeyError, ValueError, SafetensorError) as error:
        raise unreadable(path, str(error)) from error


def read_converted(path: Path) -> dict[str, NDArray[np.generic]]:
    """The variables of a converted model by CTranslate2's names.

    Raises:
        OSError, SafetensorError: it cannot be read.
    """
    found: dict[str, NDArray[np.generic]] = load_file(path)
    return found


def build(variables: Mapping[str, NDArray[np.generic]], device: str, dtype: Any) -> Whisper:
    """The network out of CTranslate2's variables.

    Args:
        variables: as `models.speech.whisper.weights.read_variables` gives them.
        device: torch's name of it.
        dtype: torch's type to compute in.

    Raises:
        KeyError: a variable is missing.
        ValueError: the weights are quantised.
    """

    def tensor(name: str) -> torch.Tensor:
        return torch.tensor(as_float32(variables[name])).to(device=device, dtype=dtype)

    return assemble(sizes_of(variables), tensor)


def random_network(sizes: Sizes, device: str, dtype: Any, seed: int = 0) -> Whisper:
    """A network of the given shape with random weights, for measuring speed and for tests."""
    generator = torch.Generator(device=device).manual_seed(seed)
    shapes = variable_shapes(sizes)

    def tensor(name: str) -> torch.Tensor:
        shape = shapes[name]
        if name.endswith("gamma"):
            return torch.ones(shape, device=device, dtype=dtype)
        fan_in = max(1, int(np.prod(shape[1:])))
        values = torch.randn(shape, generator=generator, device=device, dtype=torch.float32)
        return (values * fan_in**-0.5).to(dtype)

    return assemble(sizes, tensor)


def variable_shapes(sizes: Sizes) -> dict[str, tuple[int, ...]]:
    """The shape of every variable of a network, by CTranslate2's names."""
    width = sizes.width
    shapes: dict[str, tuple[int, ...]] = {
        "encoder/conv1/weight": (width, sizes.mels, 3),
        "encoder/conv1/bias": (width,),
        "encoder/conv2/weight": (width, width, 3),
        "encoder/conv2/bias": (width,),
        "encoder/position_encodings/encodings": (sizes.sound_positions, width),
        "decoder/embeddings/weight": (sizes.vocabulary, width),
        "decoder/position_encodings/encodings": (sizes.text_positions, width),
    }

    def linear(name: str, rows: int, columns: int) -> None:
        shapes[name + "/weight"] = (rows, columns)
        shapes[name + "/bias"] = (rows,)

    def norm(name: str) -> None:
        shapes[name + "/layer_norm/gamma"] = shapes[name + "/layer_norm/beta"] = (width,)

    for side, layers in (("encoder", sizes.encoder_layers), ("decoder", sizes.decoder_layers)):
        norm(side)
        for index in range(layers):
            name = f"{side}/layer_{index}"
            norm(name + "/self_attention")
            linear(name + "/self_attention/linear_0", 3 * width, width)
            linear(name + "/self_attention/linear_1", width, width)
            norm(name + "/ffn")
            linear(name + "/ffn/linear_0", 4 * width, width)
            linear(name + "/ffn/linear_1", width, 4 * width)
            if side == "decoder":
                norm(name + "/attention")
                linear(name + "/attention/linear_0", width, width)
                linear(name + "/attention/linear_1", 2 * width, width)
                linear(name + "/attention/linear_2", width, width)
    return shapes


def assemble(sizes: Sizes, tensor: Callable[[str], torch.Tensor]) -> Whisper:
    """The network out of a function that gives a variable's tensor."""

    def linear(name: str) -> Linear:
        return Linear(tensor(name + "/weight"), tensor(name + "/bias"))

    def norm(name: str) -> Norm:
        return Norm(tensor(name + "/layer_norm/gamma"), tensor(name + "/layer_norm/beta"))

    def feed(name: str) -> FeedForward:
        return FeedForward(norm(name), linear(name + "/linear_0"), linear(name + "/linear_1"))

    def encoder_layer(name: str) -> EncoderLayer:
        own = name + "/self_attention"
        return EncoderLayer(norm(own), linear(own + "/linear_0"), linear(own + "/linear_1"), feed(name + "/ffn"))

    def decoder_layer(name: str) -> DecoderLayer:
        own, sound = name + "/self_attention", name + "/attention"
        return DecoderLayer(
            norm(own),
            linear(own + "/linear_0"),
            linear(own + "/linear_1"),
            norm(sound),
            linear(sound + "/linear_0"),
            linear(sound + "/linear_1"),
            linear(sound + "/linear_2"),
            feed(name + "/ffn"),
        )

    return Whisper(
        sizes,
        conv1=linear("encoder/conv1"),
        conv2=linear("encoder/conv2"),
        sound_positions=tensor("encoder/position_encodings/encodings"),
        encoder=tuple(encoder_layer(f"encoder/layer_{index}") for index in range(sizes.encoder_layers)),
        encoder_norm=norm("encoder"),
        embedding=tensor("decoder/embeddings/weight"),
        text_positions=tensor("decoder/position_encodings/encodings"),
        decoder=tuple(decoder_layer(f"decoder/layer_{index}") for index in range(sizes.decoder_layers)),
        decoder_norm=norm("decoder"),
    )


def _count(variables: Mapping[str, NDArray[np.generic]], prefix: str) -> int:
    ends = {name[len(prefix) :].split("/")[0] for name in variables if name.startswith(prefix)}
    return sum(end.isdigit() for end in ends)

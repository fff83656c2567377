"""openai-whisper with the product's own weights: the same numbers, read from the CTranslate2 file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.process_cost import missing_extra
from models.speech.whisper.weights import as_float32, read_variables


def load_openai_whisper(folder: Path) -> Any:
    """A `whisper.Whisper` in float32 on the CPU with the weights of a folder in CTranslate2 form.

    Args:
        folder: holds model.bin (float16 or float32) and config.json.

    Raises:
        UsageError: `bench.no_extra`: torch or openai-whisper is not installed.
        WeightsError: the weights cannot be read.
    """
    try:
        import torch
        from whisper.model import ModelDimensions, Whisper
    except ImportError as error:
        raise missing_extra(error.name or "openai-whisper") from error
    found = read_variables(folder / "model.bin")
    variables = {name: torch.from_numpy(as_float32(array).copy()) for name, array in found.items() if array.ndim}
    width = variables["encoder/conv1/weight"].shape[0]
    heads = width // 64  # of every published Whisper
    model = Whisper(
        ModelDimensions(
            n_mels=variables["encoder/conv1/weight"].shape[1],
            n_audio_ctx=variables["encoder/position_encodings/encodings"].shape[0],
            n_audio_state=width,
            n_audio_head=heads,
            n_audio_layer=_layers(variables, "encoder"),
            n_vocab=variables["decoder/embeddings/weight"].shape[0],
            n_text_ctx=variables["decoder/position_encodings/encodings"].shape[0],
            n_text_state=width,
            n_text_head=heads,
            n_text_layer=_layers(variables, "decoder"),
        )
    )
    model.load_state_dict(_state(variables))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    alignment = torch.zeros(model.dims.n_text_layer, model.dims.n_text_head, dtype=torch.bool)
    for layer, head in config["alignment_heads"]:
        alignment[layer, head] = True
    model.register_buffer("alignment_heads", alignment.to_sparse(), persistent=False)
    return model.eval()


def _layers(variables: dict[str, Any], side: str) -> int:
    count = 0
    while f"{side}/layer_{count}/ffn/linear_0/weight" in variables:
        count += 1
    return count


def _state(variables: dict[str, Any]) -> dict[str, Any]:
    """The variables under openai-whisper's names, its separate query, key and value cut from the fused ones."""
    state: dict[str, Any] = {}

    def norm(ours: str, theirs: str) -> None:
        state[f"{theirs}.weight"] = variables[f"{ours}/gamma"]
        state[f"{theirs}.bias"] = variables[f"{ours}/beta"]

    def attention(ours: str, theirs: str, *, crossed: bool) -> None:
        weights, biases = variables[f"{ours}/linear_0/weight"], variables[f"{ours}/linear_0/bias"]
        if crossed:
            weights = _joined(weights, variables[f"{ours}/linear_1/weight"])
            biases = _joined(biases, variables[f"{ours}/linear_1/bias"])
        query, key, value = weights.chunk(3)
        query_bias, _, value_bias = biases.chunk(3)  # a key has no bias in Whisper: the converter stores zeros
        out = f"{ours}/linear_{2 if crossed else 1}"
        state[f"{theirs}.query.weight"], state[f"{theirs}.query.bias"] = query, query_bias
        state[f"{theirs}.key.weight"] = key
        state[f"{theirs}.value.weight"], state[f"{theirs}.value.bias"] = value, value_bias
        state[f"{theirs}.out.weight"], state[f"{theirs}.out.bias"] = (
            variables[f"{out}/weight"],
            variables[f"{out}/bias"],
        )
        norm(f"{ours}/layer_norm", f"{theirs}_ln")

    for side in ("encoder", "decoder"):
        state[f"{side}.positional_embedding"] = variables[f"{side}/position_encodings/encodings"]
        norm(f"{side}/layer_norm", "encoder.ln_post" if side == "encoder" else "decoder.ln")
        for layer in range(_layers(variables, side)):
            ours, theirs = f"{side}/layer_{layer}", f"{side}.blocks.{layer}"
            attention(f"{ours}/self_attention", f"{theirs}.attn", crossed=False)
            if side == "decoder":
                attention(f"{ours}/attention", f"{theirs}.cross_attn", crossed=True)
            for position, linear in ((0, "linear_0"), (2, "linear_1")):
                for kind in ("weight", "bias"):
                    state[f"{theirs}.mlp.{position}.{kind}"] = variables[f"{ours}/ffn/{linear}/{kind}"]
            norm(f"{ours}/ffn/layer_norm", f"{theirs}.mlp_ln")
    for convolution in ("conv1", "conv2"):
        for kind in ("weight", "bias"):
            state[f"encoder.{convolution}.{kind}"] = variables[f"encoder/{convolution}/{kind}"]
    state["decoder.token_embedding.weight"] = variables["decoder/embeddings/weight"]
    return state


def _joined(first: Any, second: Any) -> Any:
    import torch

    return torch.cat([first, second])

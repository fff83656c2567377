"""A multilingual-e5-small of the user's own in ONNX, in full precision for instance, instead of the 4-bit file.

It is used when it is the same model: its vectors of 24 recorded sentences (e5_reference.json) have to agree with those
of the 4-bit weights. That is checked once and remembered by the sha256 of the files.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from interview_engine.errors import WeightsError
from interview_engine.i18n import msg
from models.runtime.bundle import unusable
from models.runtime.openvino_runtime import compile_model
from models.text.e5_file import FILE
from models.text.e5_network import LENGTHS
from models.text.multilingual_e5 import MultilingualE5, load_file
from models.text.vectors import DIMENSION, SentenceModel, Vectors

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
"""Names of the files, as the model's publisher gives them."""

LIMIT = 0.97
"""The lowest cosine that is accepted. The package that made the 4-bit file states .98 to .99 between it and the model
in full precision. Farther away are, on the recorded sentences: the same model with the prefix "passage: ", down to .92,
and a version of it with a vocabulary cut for Portuguese, down to .79."""

REFERENCE = Path(__file__).with_name("e5_reference.json")

CHECKED = "own-models"
"""Folder beside the weights: an empty file for each model that was accepted."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Recorded vectors.

    Args:
        weights: sha256 of the 4-bit file that they are of.
        texts: sentences in Mandarin and English, one of them longer than an input.
        vectors: len(texts) x 384, of unit length.
    """

    weights: str
    texts: tuple[str, ...]
    vectors: Vectors


@cache
def reference() -> Reference:
    """The recorded vectors, made by the engine of the package that the 4-bit file comes from."""
    document = json.loads(REFERENCE.read_text(encoding="utf-8"))
    probes = document["probes"]
    texts = tuple(probe["text"] * probe.get("times", 1) for probe in probes)
    vectors = [np.frombuffer(base64.b64decode(probe["vector"]), "<f2").astype(np.float32) for probe in probes]
    return Reference(document["weights"], texts, np.stack(vectors))


def load_e5(folder: Path, sha256: str, root: Path) -> MultilingualE5:
    """The multilingual model of a folder: the pinned file, or one of the user's own (the file, or `MODEL` and
    `TOKENIZER`), which is checked when it comes for the first time.

    Args:
        sha256: of the folder's files, as in a report. root: the folder of the weights, where the check is remembered.

    Raises:
        WeightsError: `weights.unusable`: files are missing or damaged. `weights.other_model`: the vectors disagree.
    """
    model = load_file(folder / FILE) if (folder / FILE).is_file() else load_onnx(folder)
    if not is_known(sha256, root):
        check(model, folder)
        with contextlib.suppress(OSError):  # weights on a read-only disk: every process checks for itself
            _record(sha256, root).parent.mkdir(exist_ok=True)
            _record(sha256, root).touch()
    return model


def refuse_other_model(folder: Path, sha256: str, root: Path) -> None:
    """Check a model of the user's own that was not checked yet, before hours of work rather than after; as `load_e5`.

    Raises:
        WeightsError: `weights.unusable` or `weights.other_model`.
    """
    if not is_known(sha256, root):
        load_e5(folder, sha256, root)


def is_known(sha256: str, root: Path) -> bool:
    """Whether these weights are the pinned ones, or were checked and accepted."""
    return sha256 == reference().weights or _record(sha256, root).is_file()


def check(model: SentenceModel, folder: Path) -> float:
    """The lowest cosine over the recorded sentences.

    Raises:
        WeightsError: `weights.other_model`: it is below `LIMIT`.
    """
    known = reference()
    with np.errstate(invalid="ignore"):  # a vector of nothing but zeros has no direction, and agrees with none
        cosines = (model.embed(known.texts) * known.vectors).sum(axis=1)
    worst = int(np.argmin(cosines))
    if cosines[worst] >= LIMIT:
        return float(cosines[worst])
    raise WeightsError(
        "weights.other_model",
        msg(
            "The text model in {folder} is not multilingual-e5-small: its vector of “{text}” has a cosine of {cosine} "
            "with the pinned model's, and {limit} is needed.",
            folder=folder,
            text=known.texts[worst][:40],
            cosine=f"{cosines[worst]:.3f}",
            limit=LIMIT,
        ),
        msg("Put another model into the folder, or remove INTERVIEW_ENGINE_WEIGHTS_E5_SMALL_ZH_EN from the settings."),
    )


def _record(sha256: str, root: Path) -> Path:
    """The file that says that weights were accepted, by these sentences and this limit."""
    compared = hashlib.sha256(REFERENCE.read_bytes() + str(LIMIT).encode()).hexdigest()
    return root / CHECKED / f"{sha256}-{compared[:16]}"


def load_onnx(folder: Path) -> MultilingualE5:
    """The model of `MODEL` and `TOKENIZER` in a folder; whether it is the right one, `check` tells.

    Raises:
        WeightsError: `weights.unusable`: a file is missing, damaged or of another kind.
    """
    from tokenizers import Tokenizer

    for name in (MODEL, TOKENIZER):
        if not (folder / name).is_file():
            raise unusable(name, f"it is not in {folder}, and {FILE} is not there either")
    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # the library raises this very class
        raise unusable(TOKENIZER, str(error)) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True  # a text cannot write the marks of begin and end
    begin, end = (tokenizer.token_to_id(mark) for mark in ("<s>", "</s>"))
    if begin is None or end is None:
        raise unusable(TOKENIZER, "<s> or </s> is missing")

    def tokens(text: str) -> list[int]:
        whole = unicodedata.normalize("NFC", text).encode("utf-8", "replace").decode("utf-8")
        found: list[int] = tokenizer.encode(whole, add_special_tokens=False).ids
        return found

    return MultilingualE5(tokens, OnnxEncoder(folder / MODEL).run_all, begin, end)


class OnnxEncoder:
    """A BERT in ONNX: input_ids, attention_mask and perhaps token_type_ids in, hidden states of 384 numbers out.

    Raises:
        WeightsError: `weights.unusable`: no such file, or with other inputs and outputs.
    """

    def __init__(self, path: Path) -> None:
        compiled = compile_model(path, options={"DYNAMIC_QUANTIZATION_GROUP_SIZE": 0})
        inputs = {port.get_any_name(): port.get_element_type().to_dtype() for port in compiled.inputs}
        if not {"input_ids"} <= inputs.keys() <= {"input_ids", "attention_mask", "token_type_ids"}:
            raise unusable(path.name, f"its inputs are {', '.join(inputs)}")
        outputs = [port for port in compiled.outputs if _states(port)]
        if not outputs:
            raise unusable(path.name, f"it has no output of {DIMENSION} numbers a token")
        self._path = path
        self._inputs = inputs
        self._output = outputs[0]
        self._request = compiled.create_infer_request()

    def run_all(self, inputs: Sequence[list[int]]) -> list[Vectors]:
        """The hidden states of every input, in order, computed one at a time: as `run`."""
        return [self.run(ids) for ids in inputs]

    def run(self, ids: list[int]) -> Vectors:
        """Hidden states of the last layer, len(ids) x 384, for 1 to 512 ids, begin and end among them.

        Raises:
            WeightsError: `weights.unusable`: the network fails on them.
        """
        count = len(ids)
        length = next(length for length in LENGTHS if length >= count)
        values = {"input_ids": [*ids, *[1] * (length - count)], "attention_mask": [1] * count + [0] * (length - count)}
        given = {name: np.array([values.get(name, [0] * length)], dtype=kind) for name, kind in self._inputs.items()}
        try:
            found: Vectors = self._request.infer(given)[self._output][0, :count].astype(np.float32)
        except RuntimeError as error:
            raise unusable(self._path.name, str(error).strip().splitlines()[-1]) from error
        return found


def _states(port: Any) -> bool:
    """Whether an output is tokens x 384 for a batch."""
    shape = port.get_partial_shape()
    return len(shape) == 3 and not shape[2].is_dynamic and shape[2].get_length() == DIMENSION

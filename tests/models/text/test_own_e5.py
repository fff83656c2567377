"""A multilingual-e5-small of the user's own: used when it is that model, refused when it is another, checked once."""

import hashlib
import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from onnx_file import INPUTS, OnnxGraph, e5_onnx
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from interview_engine.errors import WeightsError
from interview_engine.settings import Settings, read_settings
from models.text import own_e5
from models.text.e5_file import FILE, E5File, read_e5
from models.text.embedding import MULTILINGUAL, MultilingualEmbedder
from models.text.multilingual_e5 import PREFIX, load_file
from models.text.own_e5 import LIMIT, MODEL, TOKENIZER, OnnxEncoder, check, is_known, load_e5, load_onnx, reference
from models.text.unigram import SPACE, Unigram
from models.text.vectors import DIMENSION, Vectors
from models.weights.registry import WeightStore, default_root, store_of
from pipelines import workbench

FOLDER = Path("own")


@cache
def pinned() -> Path:
    try:
        return WeightStore(default_root()).locate(MULTILINGUAL) / FILE
    except WeightsError as error:
        pytest.skip(f"weights not installed: {error.code}")


@cache
def source() -> E5File:
    return read_e5(pinned())


class Turned:
    """The recorded vectors, each turned away to a cosine."""

    def __init__(self, cosine: Callable[[int], float]) -> None:
        self._cosine = cosine

    def embed(self, texts: Sequence[str]) -> Vectors:
        found = []
        for place, vector in enumerate(reference().vectors.astype(float)):
            aside = np.eye(DIMENSION)[0] - vector[0] * vector
            cosine = self._cosine(place)
            found.append(cosine * vector + (1 - cosine**2) ** 0.5 * aside / np.linalg.norm(aside))
        return np.array(found, dtype=np.float32)


def test_the_recorded_sentences_are_of_both_languages_and_lengths() -> None:
    known = reference()
    assert len(known.texts) == len(known.vectors) == 24
    assert np.allclose(np.linalg.norm(known.vectors, axis=1), 1, atol=1e-3)
    assert sum(text.isascii() for text in known.texts) >= 9
    assert max(map(len, known.texts)) > 600


def test_a_model_a_little_off_is_accepted_with_its_lowest_cosine() -> None:
    assert check(Turned(lambda place: 0.975 if place == 5 else 0.99), FOLDER) == pytest.approx(0.975, abs=1e-3)


@pytest.mark.parametrize("cosine", [LIMIT - 0.002, 0.8, 0.0, -1.0, float("nan")])
def test_one_sentence_that_is_too_far_off_refuses_the_model_and_is_named(cosine: float) -> None:
    with pytest.raises(WeightsError) as caught:
        check(Turned(lambda place: cosine if place == 15 else 0.999), FOLDER)
    assert caught.value.code == "weights.other_model"
    assert reference().texts[15][:20] in caught.value.message.en
    assert f"{cosine:.3f}" in caught.value.message.zh
    assert str(LIMIT) in caught.value.message.zh


def test_the_pinned_file_needs_no_check_and_lies_in_the_reference_by_its_hash(tmp_path: Path) -> None:
    assert WeightStore(default_root()).weight(MULTILINGUAL).files[0].sha256 == reference().weights
    assert is_known(reference().weights, tmp_path)
    assert not is_known("0" * 64, tmp_path)


@pytest.fixture
def accepting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was loaded and checked, with a model that takes no time and a check that accepts all but "bad"."""
    steps: list[str] = []

    def checked(model: object, folder: Path) -> float:
        steps.append(f"check {folder.name}")
        if folder.name == "bad":
            raise WeightsError("weights.other_model", *[own_e5.msg("x")] * 2)
        return 1.0

    monkeypatch.setattr(own_e5, "load_onnx", lambda folder: Turned(lambda place: 1.0))
    monkeypatch.setattr(own_e5, "check", checked)
    return steps


def test_what_was_accepted_is_not_checked_again_by_any_process(tmp_path: Path, accepting: list[str]) -> None:
    load_e5(tmp_path / "good", "a" * 64, tmp_path)
    load_e5(tmp_path / "good", "a" * 64, tmp_path)
    assert accepting == ["check good"]
    assert is_known("a" * 64, tmp_path)
    load_e5(tmp_path / "good", "b" * 64, tmp_path)
    assert accepting == ["check good"] * 2


def test_what_was_refused_is_checked_again_the_next_time(tmp_path: Path, accepting: list[str]) -> None:
    for _ in range(2):
        with pytest.raises(WeightsError):
            load_e5(tmp_path / "bad", "a" * 64, tmp_path)
    assert accepting == ["check bad"] * 2
    assert not is_known("a" * 64, tmp_path)


def test_other_sentences_or_another_limit_ask_for_a_new_check(
    tmp_path: Path, accepting: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_e5(tmp_path / "good", "a" * 64, tmp_path)
    monkeypatch.setattr(own_e5, "LIMIT", 0.98)
    assert not is_known("a" * 64, tmp_path)


def test_weights_on_a_disk_that_cannot_be_written_are_used_all_the_same(tmp_path: Path, accepting: list[str]) -> None:
    (tmp_path / "root").write_text("a file", encoding="utf-8")
    load_e5(tmp_path / "good", "a" * 64, tmp_path / "root")
    assert accepting == ["check good"]


def test_a_batch_refuses_another_model_before_it_begins(
    tmp_path: Path, accepting: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / MODEL).write_bytes(b"x")
    monkeypatch.setattr(workbench, "NEEDED", (MULTILINGUAL,))
    with pytest.raises(WeightsError) as caught:
        workbench.needed_weights(Settings(weights=tmp_path, own_weights=((MULTILINGUAL, bad),)))
    assert caught.value.code == "weights.other_model"


# --- real files


def vocabulary_file(folder: Path, texts: Sequence[str]) -> list[int]:
    """Write a tokenizer.json as the publisher's, with the pieces that `texts` need; returns the ids."""
    full = source().vocabulary
    mine = Unigram(full)
    used = {full.pieces[id_] for text in texts for id_ in mine.ids(PREFIX + text)} | {"<s>", "</s>", "<unk>", SPACE}
    # the others keep their ids under names that no text holds
    pieces = [
        (piece if piece in used else f" {id_}", score)
        for id_, (piece, score) in enumerate(zip(full.pieces, full.scores, strict=True))
    ]
    tokenizer = Tokenizer(models.Unigram(pieces, full.unknown, False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.save(str(folder / TOKENIZER))
    return [full.pieces.index(piece) for piece in used]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    """A folder with the pinned model as ONNX, in 8 bits, and the ids that it knows."""
    folder = tmp_path_factory.mktemp("published")
    ids = vocabulary_file(folder, reference().texts)
    (folder / MODEL).write_bytes(e5_onnx(source(), ids))
    return folder, ids


@pytest.mark.slow  # reads and checks a model of 25 MB
def test_the_model_in_onnx_is_accepted_named_by_its_hash_and_used(
    published: tuple[Path, list[int]], tmp_path: Path
) -> None:
    folder, _ = published
    environment = {
        "INTERVIEW_ENGINE_WEIGHTS": str(tmp_path),
        "INTERVIEW_ENGINE_WEIGHTS_E5_SMALL_ZH_EN": str(folder),
    }
    store = store_of(read_settings(environment))
    embedder = MultilingualEmbedder(store)
    texts = reference().texts[:20]
    vectors = embedder.embed(texts, "zh")
    assert (vectors * load_file(pinned()).embed(texts)).sum(axis=1).min() > 0.9999
    assert is_known(store.sha256(MULTILINGUAL), tmp_path)
    listing = "".join(
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in (MODEL, TOKENIZER)
    )
    assert hashlib.sha256(listing.encode()).hexdigest() in embedder.identity


@pytest.mark.slow  # reads a model of 25 MB
def test_states_of_a_model_in_onnx_do_not_depend_on_what_came_before(published: tuple[Path, list[int]]) -> None:
    folder, known = published
    encoder = OnnxEncoder(folder / MODEL)
    inputs = [known[:5], known[:64], known[5:17], known[:200]]
    first = [encoder.run(ids) for ids in inputs]
    assert [len(states) for states in first] == [5, 64, 12, 200]
    assert all((encoder.run(ids) == states).all() for ids, states in zip(inputs[::-1], first[::-1], strict=True))


@pytest.mark.slow  # reads a model of 25 MB
def test_the_model_without_its_last_layer_is_another_model(published: tuple[Path, list[int]], tmp_path: Path) -> None:
    folder, ids = published
    shutil.copy(folder / TOKENIZER, tmp_path)
    (tmp_path / MODEL).write_bytes(e5_onnx(source(), ids, layers=11))
    with pytest.raises(WeightsError) as caught:
        load_e5(tmp_path, "a" * 64, tmp_path)
    assert caught.value.code == "weights.other_model"


def small_tokenizer(folder: Path, *marks: str) -> None:
    Tokenizer(models.Unigram([("<unk>", 0.0), *((mark, 0.0) for mark in marks), (SPACE, -1.0)], 0, False)).save(
        str(folder / TOKENIZER)
    )


def onnx(name: str = "input_ids", width: int = DIMENSION) -> bytes:
    graph = OnnxGraph()
    floats = graph.node("Unsqueeze", graph.node("Cast", name, to=1), graph.integers(2))
    graph.node("Mul", floats, graph.constant(np.ones(width, dtype=np.float32)), name="states")
    return graph.file({name: INPUTS["input_ids"]}, "states", width)


def test_another_network_that_runs_is_refused_as_another_model(tmp_path: Path) -> None:
    small_tokenizer(tmp_path, "<s>", "</s>")
    (tmp_path / MODEL).write_bytes(onnx())
    with pytest.raises(WeightsError) as caught:
        load_e5(tmp_path, "a" * 64, tmp_path)
    assert caught.value.code == "weights.other_model"


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({}, MODEL),
        ({MODEL: onnx()}, TOKENIZER),
        ({MODEL: onnx(), TOKENIZER: b"{}"}, TOKENIZER),
        ({MODEL: b"no network", TOKENIZER: None}, MODEL),
        ({MODEL: onnx("pixels"), TOKENIZER: None}, "pixels"),
        ({MODEL: onnx(width=768), TOKENIZER: None}, "384"),
    ],
)
def test_a_folder_with_other_files_is_refused_and_the_file_named(
    files: dict[str, bytes | None], problem: str, tmp_path: Path
) -> None:
    for name, data in files.items():
        if data is None:
            small_tokenizer(tmp_path, "<s>", "</s>")
        else:
            (tmp_path / name).write_bytes(data)
    with pytest.raises(WeightsError) as caught:
        load_e5(tmp_path, "a" * 64, tmp_path)
    assert caught.value.code == "weights.unusable"
    assert problem in caught.value.message.en


def test_a_vocabulary_of_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    small_tokenizer(tmp_path, "[CLS]", "[SEP]")
    (tmp_path / MODEL).write_bytes(onnx())
    with pytest.raises(WeightsError) as caught:
        load_onnx(tmp_path)
    assert "<s>" in caught.value.message.en

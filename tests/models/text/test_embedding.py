"""The embedder: a text's vector is a function of the text alone, bit for bit (scoring principle 6)."""

from functools import cache

import numpy as np
import pytest

from interview_engine.errors import WeightsError
from models.text.embedding import DIMENSION, TextEmbedder
from models.weights.registry import WeightStore, default_root

EN = ["I checked the order.", "I verified the shipment", "The weather is fine today.", "word " * 400]
ZH = ["我核对了订单。", "我查了一下发货情况", "今天天气很好。"]


@cache
def embedder() -> TextEmbedder:
    made = TextEmbedder(WeightStore(default_root()))
    try:
        made.embed(["a"], "en")
    except WeightsError as error:
        pytest.skip(f"weights not installed: {error.code}")
    return made


@pytest.mark.parametrize(("language", "texts"), [("en", EN), ("zh", ZH)])
def test_a_vector_does_not_depend_on_what_else_is_embedded(language: str, texts: list[str]) -> None:
    together = embedder().embed(texts, language)
    alone = TextEmbedder(WeightStore(default_root()))
    single = np.stack([alone.embed([text], language)[0] for text in reversed(texts)])[::-1]
    assert (together == single).all()


@pytest.mark.parametrize(("language", "texts"), [("en", EN), ("zh", ZH)])
def test_vectors_are_of_unit_length_and_near_when_the_meaning_is(language: str, texts: list[str]) -> None:
    vectors = embedder().embed(texts, language)
    assert vectors.shape == (len(texts), DIMENSION)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_the_forward_pass_agrees_with_published_similarities_of_the_model() -> None:
    cat, feline, revenue = embedder().embed(
        ["The cat sat on the mat.", "A feline rested on the rug.", "Quarterly revenue grew."], "en"
    )
    assert cat @ feline == pytest.approx(0.556, abs=0.01)
    assert abs(cat @ revenue) < 0.1


def test_nothing_in_nothing_out() -> None:
    assert embedder().embed([], "en").shape == (0, DIMENSION)

"""Tokens of XLM-RoBERTa: what the library `tokenizers` finds, and one spelling of a text for all its spellings."""

import random
import unicodedata
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.errors import WeightsError
from models.text.e5_file import FILE, Vocabulary, read_e5
from models.text.unigram import Unigram
from models.weights.registry import WeightStore, default_root

PIECES = {"<s>": 0.0, "<pad>": 0.0, "</s>": 0.0, "<unk>": 0.0, "▁": -2.0, "▁a": -3.0, "a": -4.0, "b": -5.0, "ab": -5.5}
SMALL = Unigram(Vocabulary(tuple(PIECES), tuple(PIECES.values()), 0, 2, 1, 3, {0x3000: " ", 0x7: "", 0x2460: "a"}))
SPACE, SPACE_A, A, B, AB, UNKNOWN = 4, 5, 6, 7, 8, 3


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", [SPACE]),
        ("a", [SPACE_A]),
        ("ab", [SPACE, AB]),
        ("aba", [SPACE, AB, A]),
        ("a a", [SPACE_A, SPACE_A]),
        ("?", [SPACE, UNKNOWN]),
        ("??a?", [SPACE, UNKNOWN, A, UNKNOWN]),
    ],
)
def test_the_most_probable_cut_is_found_and_unknown_characters_in_a_row_are_one(text: str, ids: list[int]) -> None:
    assert SMALL.ids(text) == ids


@pytest.mark.parametrize("text", ["a b", " a b", "a  b ", "a　b", "\x07a b", "a\x00 b", "① b"])
def test_space_and_characters_of_compatibility_make_no_difference(text: str) -> None:
    assert SMALL.ids(text) == SMALL.ids("a b")


def test_a_text_cannot_write_the_marks_of_begin_and_end() -> None:
    assert not {0, 1, 2} & set(SMALL.ids("</s><s> a <pad>"))


@cache
def xlm_roberta() -> Unigram:
    return Unigram(_vocabulary())


@cache
def _vocabulary() -> Vocabulary:
    try:
        return read_e5(WeightStore(default_root()).locate("e5-small-zh-en") / FILE).vocabulary
    except WeightsError as error:
        pytest.skip(f"weights not installed: {error.code}")


@pytest.mark.parametrize("text", ["José a déjà vérifié", "バッチデータ", "한국어", "Số điện thoại"])
def test_a_letter_and_its_mark_apart_are_the_letter(text: str) -> None:
    assert xlm_roberta().ids(unicodedata.normalize("NFD", text)) == xlm_roberta().ids(text)


def test_full_and_half_width_are_one_spelling() -> None:
    assert xlm_roberta().ids("ﾊﾞｯﾁﾃﾞｰﾀ ＡＢＣ１２３") == xlm_roberta().ids("バッチデータ ABC123")


@pytest.mark.parametrize(
    "text", ["我核对了订单。", "我們先確認需求。", "用Python写了script，P99降到80ms😀👍🏽", "𠮷野家"]
)
def test_what_is_written_in_the_languages_of_interviews_has_pieces_of_its_own(text: str) -> None:
    found = [_vocabulary().pieces[id_] for id_ in xlm_roberta().ids(text)]
    assert "".join(found).count("<unk>") <= text.count("𠮷")
    assert len(found) < 2 * len(text)


@given(st.text())
def test_any_text_has_ids_even_half_a_surrogate(text: str) -> None:
    assert xlm_roberta().ids(text + "\ud800")


@pytest.mark.slow  # the library takes a second to learn the vocabulary
def test_the_library_tokenizers_finds_the_same_pieces() -> None:
    from tokenizers import Tokenizer, models

    vocabulary = _vocabulary()
    special = {vocabulary.begin, vocabulary.end, vocabulary.padding, vocabulary.unknown}
    pieces = [
        f"{piece} " if id_ in special or piece == "<mask>" else piece for id_, piece in enumerate(vocabulary.pieces)
    ]
    library = Tokenizer(models.Unigram(list(zip(pieces, vocabulary.scores, strict=True)), vocabulary.unknown, False))
    draw = random.Random(7)
    ranges = [(32, 0x250), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0x1F300, 0x1FAFF), (32, 33)]
    texts = ["".join(chr(draw.randint(*draw.choice(ranges))) for _ in range(draw.randrange(40))) for _ in range(1000)]
    for path in (Path(__file__).parents[3] / "docs").glob("*.md"):
        texts += path.read_text(encoding="utf-8").splitlines()
    texts += (Path(__file__).parents[3] / "README.zh.md").read_text(encoding="utf-8").splitlines()
    mine = xlm_roberta()
    assert [mine.ids(text) for text in texts] == [library.encode(mine.normalised(text)).ids for text in texts]

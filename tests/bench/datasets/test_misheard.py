"""The sample of answers that are spoken and recognised is the one the card names, and the file follows it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from bench.datasets.authored import CHOSEN, FITTED, REPORTED, SUPPLEMENTS, authored
from bench.datasets.misheard import FILE, drawn

FOLDER = Path(__file__).parents[2] / "data" / "authored"


def test_a_tenth_of_each_of_the_eight_authors_is_drawn_and_spoken_in_that_order() -> None:
    eight = sorted({*FITTED, *CHOSEN, *REPORTED} - {*SUPPLEMENTS})
    order = [one.id for one in drawn(authored(FOLDER, eight))]
    assert len(order) == 176
    assert set(Counter((name[0], name[2:4]) for name in order).values()) == {11}
    spoken = [json.loads(line)["id"] for line in (FOLDER / FILE).read_text(encoding="utf-8").splitlines()]
    assert spoken == order[: len(spoken)]

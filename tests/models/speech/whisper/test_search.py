"""The batched beam search finds what a search written out for one window finds (A1)."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from models.speech.whisper.layers import Sizes, random_network
from models.speech.whisper.net import cross_keys, logits, read
from models.speech.whisper.search import BeamSearch, Board, Rules, Task
from models.speech.whisper.tokens import LONGEST_RUN

SIZES = Sizes(
    mels=8,
    encoder_layers=1,
    decoder_layers=2,
    width=32,
    heads=2,
    vocabulary=100,
    text_positions=448,
    sound_positions=12,
)
RULES = Rules(end=30, no_speech=33, suppressed=(3, 4, *range(31, 40)), suppressed_first=(5, 30), first_time=40)
NET = random_network(SIZES, "cpu", torch.float32, seed=5)


def tasks(count: int, seed: int = 0) -> list[Task]:
    """Windows with prompts, limits and rules of their own."""
    generator = np.random.default_rng(seed)
    made = []
    for index in range(count):
        prompt = (35, *generator.integers(0, 30, generator.integers(0, 20)).tolist()) if index % 3 else ()
        sound = torch.from_numpy((2 * generator.standard_normal((12, 32))).astype(np.float32))
        made.append(
            Task(
                sound[: 12 - 3 * (index % 3)],
                (*prompt, 36, 37, 38),
                len(prompt),
                int(generator.integers(4, 30)),
                run=(0, 3, 2, LONGEST_RUN)[index % 4],
                timed=index % 4 > 1,
            )
        )
    return made


def next_scores(task: Task, text: list[int]) -> list[float]:
    """Log probabilities after a text, by reading all of it from the start, and the rules as they are worded."""
    whole = torch.tensor([[*task.prompt, *text]])
    raw = logits(NET, read(NET, whole, cross_keys(NET, [task.sound])).hidden[0, -1])
    for token in (*RULES.suppressed, *(RULES.suppressed_first if not text else ())):
        raw[token] = -math.inf
    before = task.run - 1
    for first in range(len(text) - before) if task.run else ():
        if text[first : first + before] == text[len(text) - before :]:
            raw[text[first + before]] = -math.inf
    if task.timed:
        restrict_times(raw, text)
    return list(torch.log_softmax(raw, dim=0).tolist())


def restrict_times(raw: torch.Tensor, text: list[int]) -> None:
    """Whisper's rules for timestamps, one after the other."""
    begins, first = not text, RULES.first_time
    if begins:
        raw[:first] = -math.inf
        raw[first + 51 :] = -math.inf
        return
    times = [token for token in text if token >= first]
    raw[first : times[-1]] = -math.inf
    in_pair = text[-1] >= first and (len(text) == 1 or text[-2] >= first)
    if in_pair:
        raw[first:] = -math.inf
        return
    if text[-1] >= first:
        raw[: RULES.end] = -math.inf
    if raw[first:].logsumexp(0) > raw[:first].max():
        raw[:first] = -math.inf


def searched(task: Task, beam: int) -> tuple[list[int], float]:
    """Beam search as CTranslate2 defines it, for one window."""
    live: list[tuple[float, list[int]]] = [(0.0, [])]
    ended: list[tuple[float, list[int], float]] = []
    for made in range(task.limit):
        candidates = [
            (score + value, [*text, token])
            for score, text in live
            for token, value in enumerate(next_scores(task, text))
        ]
        candidates = sorted(candidates, key=lambda candidate: -candidate[0])[: 2 * beam]
        last = made + 1 == task.limit
        for score, text in candidates[:beam]:
            if text[-1] == RULES.end or last:
                kept = text[:-1] if text[-1] == RULES.end else text
                ended.append((score / len(kept), kept, score))
        if len(ended) >= beam or last:
            break
        live = [candidate for candidate in candidates if candidate[1][-1] != RULES.end][:beam]
    _, text, score = max(ended, key=lambda hypothesis: hypothesis[0])
    return text, score


@pytest.mark.parametrize("beam", [1, 5])
def test_a_batch_with_prompts_limits_and_rules_of_their_own_gives_each_window_its_text(beam: int) -> None:
    batch = tasks(9)
    for task, found in zip(batch, BeamSearch(NET, RULES, beam, most=16).run(batch), strict=True):
        text, score = searched(task, beam)
        assert list(found.tokens) == text
        assert found.log_probability == pytest.approx(score, abs=1e-3)


def test_windows_that_wait_for_a_row_give_the_same_as_alone() -> None:
    batch = tasks(7, seed=1)
    together = BeamSearch(NET, RULES, 3, most=2).run(batch)
    search = BeamSearch(NET, RULES, 3, most=8)
    alone = [search.run([task])[0] for task in batch]
    assert [found.tokens for found in together] == [found.tokens for found in alone]
    for here, there in zip(together, alone, strict=True):
        assert here.no_speech == pytest.approx(there.no_speech, abs=1e-6)
        assert here.log_probability == pytest.approx(there.log_probability, abs=1e-4)


def test_timestamps_begin_a_text_stand_in_pairs_and_never_go_back() -> None:
    timed = [replace(task, timed=True, limit=60) for task in tasks(6, seed=2)]
    found = BeamSearch(NET, RULES, 5, stop=False).run(timed)
    assert any(token < RULES.end for text in found for token in text.tokens)
    for text in found:
        times = [token for token in text.tokens if token >= RULES.first_time]
        assert text.tokens[0] == times[0] <= RULES.first_time + 50
        assert times == sorted(times)
        inner = "".join("t" if token >= RULES.first_time else "w" for token in text.tokens)[1:].rstrip("t").strip("w")
        assert all(len(run) == 2 for run in inner.replace("w", " ").split())


@pytest.mark.parametrize("run", [2, 3, 5, LONGEST_RUN])
def test_no_run_of_tokens_comes_twice_where_it_is_forbidden(run: int) -> None:
    looping = replace(tasks(1)[0], limit=60)
    free, bound = BeamSearch(NET, RULES, 2, stop=False).run([looping, replace(looping, run=run)])
    assert len(free.tokens) == len(bound.tokens) == 60
    freely, runs = ([text.tokens[first : first + run] for first in range(61 - run)] for text in (free, bound))
    assert len(set(freely)) < len(freely)
    assert len(set(runs)) == len(runs)


def test_without_an_end_every_text_grows_to_its_limit() -> None:
    batch = tasks(5)
    found = BeamSearch(NET, RULES, 2, stop=False).run(batch)
    assert [len(text.tokens) for text in found] == [task.limit for task in batch]
    assert all(RULES.end not in text.tokens for text in found)


def test_the_no_speech_probability_is_read_at_the_start_of_the_transcript() -> None:
    task = tasks(3)[1]
    whole = torch.tensor([task.prompt])
    hidden = read(NET, whole, cross_keys(NET, [task.sound])).hidden[0, task.start]
    expected = torch.softmax(logits(NET, hidden), dim=0)[RULES.no_speech]
    (found,) = BeamSearch(NET, RULES, 2).run([task])
    assert found.no_speech == pytest.approx(float(expected), abs=1e-6)


def test_half_precision_changes_the_scores_by_its_rounding_only() -> None:
    half = random_network(SIZES, "cpu", torch.float16, seed=5)
    batch = [replace(task, limit=1) for task in tasks(4)]
    rounded = [replace(task, sound=task.sound.half()) for task in batch]
    expected = BeamSearch(NET, RULES, 2, stop=False).run(batch)
    for here, there in zip(BeamSearch(half, RULES, 2, stop=False).run(rounded), expected, strict=True):
        assert here.log_probability == pytest.approx(there.log_probability, abs=0.03)
        assert here.no_speech == pytest.approx(there.no_speech, abs=0.01)


def test_nothing_to_search_and_prompts_that_are_too_long() -> None:
    search = BeamSearch(NET, RULES, 2)
    assert search.run([]) == []
    with pytest.raises(ValueError, match="more than"):
        search.run([replace(tasks(1)[0], prompt=(36,) * 300)])


def test_a_step_holds_no_branch_on_values_so_a_graph_can_hold_it() -> None:
    """torch traces the whole step as one graph; it fails at the first look at a tensor's values."""
    board = Board(NET, RULES, beam=3, width=4, prompts=32, texts=128)
    batch = tasks(4)
    board.seat([0, 1, 2, 3], batch)
    torch.compile(board.advance, backend="eager", fullgraph=True)()
    for _ in range(200):
        board.advance()
    found = board.finished([0, 1, 2, 3])
    assert [list(found[row][0]) for row in range(4)] == [searched(task, 3)[0] for task in batch]

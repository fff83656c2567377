"""Beam search over many windows at once, on the device.

The search is CTranslate2's `generate` without sampling: candidates are the 2·beam best continuations; a hypothesis
that ends among the first `beam` is set aside and the next best open one takes its place; a window is done when `beam`
hypotheses have ended or at its limit of tokens; the best is the one with the highest mean log probability a token (its
end counts in the sum, not in the length).

Everything a step does stays on the device and keeps its shape, so on CUDA a step is one graph. Windows sit in the rows
of a board; each has its own prompt, limit and rules, and when one is done the next in the queue takes its row.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from models.speech.whisper.layers import Whisper
from models.speech.whisper.net import CrossKeys, Past, cross_keys, logits, read, step
from models.speech.whisper.tokens import LONGEST_RUN

WIDTHS = (1, 8, 32, 64, 128)
"""Rows of a board: a call takes the smallest that holds its windows, so that few graphs are captured."""

PROMPT_SLOTS = (64, 224)
TEXT_SLOTS = (128, 224)
"""Tokens of the prompt and of the text that a board can hold: Whisper's text context of 448 shared in halves."""

_STRIDE_CUDA = 8
"""Steps between two looks at what is done: a look waits for the device."""

_BOARDS_KEPT = 4
"""Making one takes a second on CUDA; each holds about 50 MiB a row with large-v3-turbo. The last used stay."""

_LATEST_BEGIN = 50
"""Timestamps are 0.02 s apart: speech begins within the first second."""

_NEVER = -1e30
"""Score of a hypothesis that is none yet and of a forbidden token: finite, so that sums stay numbers."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Tokens with a meaning to the search.

    Args:
        end: ends a text.
        no_speech: its probability at the start of the transcript says how little the window sounds like speech.
        suppressed: never chosen.
        suppressed_first: not chosen as the first of a text.
        first_time: the timestamp of 0 s; every later token is a later timestamp. Beyond the vocabulary: there are none.
    """

    end: int
    no_speech: int
    suppressed: tuple[int, ...]
    suppressed_first: tuple[int, ...]
    first_time: int


@dataclass(frozen=True, slots=True)
class Task:
    """A window to search.

    Args:
        sound: what is attended to of the encoder's output (at most 1500, width).
        prompt: all tokens before the text, at least two.
        start: index of the start-of-transcript token in the prompt.
        limit: tokens of text at most.
        run: so many tokens in a row may not come twice, at most `LONGEST_RUN`; 0 allows all repeats.
        timed: timestamps stand between the sentences of the text.
    """

    sound: Any
    prompt: tuple[int, ...]
    start: int
    limit: int
    run: int = 0
    timed: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The best text of a window.

    Args:
        tokens: without the end token.
        log_probability: sum over the tokens and the end where it came.
        no_speech: probability, 0..1.
    """

    tokens: tuple[int, ...]
    log_probability: float
    no_speech: float


class BeamSearch:
    """Searches texts with one network.

    Args:
        beam: hypotheses kept of a window.
        most: windows searched at once.
        stop: whether texts end; without it every text grows to its limit, which is how speed is measured.
    """

    def __init__(self, net: Whisper, rules: Rules, beam: int = 5, most: int = 64, *, stop: bool = True) -> None:
        self._net = net
        self._rules = rules if stop else replace(rules, suppressed=(*rules.suppressed, rules.end), suppressed_first=())
        self._beam = beam
        self._most = most
        self._on_cuda = net.device.type == "cuda"
        self._boards: dict[tuple[int, int, int], tuple[Board, Callable[[], None]]] = {}

    def run(self, tasks: Sequence[Task]) -> list[Found]:
        """Search all tasks; the results are in their order.

        Raises:
            ValueError: a prompt or a limit is longer than the network's text context allows.
        """
        if not tasks:
            return []
        board, advance = self._board(
            _fitting(min(len(tasks), self._most), WIDTHS),
            _fitting(max(len(task.prompt) for task in tasks), PROMPT_SLOTS),
            _fitting(max(task.limit for task in tasks), TEXT_SLOTS),
        )
        # The longest first, so that none of them is left over at the end for itself.
        waiting = deque(sorted(range(len(tasks)), key=lambda index: -tasks[index].limit))
        free = deque(range(min(board.width, self._most)))
        seated: dict[int, int] = {}
        no_speech: dict[int, float] = {}
        found: dict[int, Found] = {}
        stride = _STRIDE_CUDA if self._on_cuda else 1
        while waiting or seated:
            joining = [(free.popleft(), waiting.popleft()) for _ in range(min(len(free), len(waiting)))]
            if joining:
                seated.update(joining)
                silent = board.seat([row for row, _ in joining], [tasks[index] for _, index in joining])
                no_speech.update(zip((index for _, index in joining), silent, strict=True))
            for _ in range(stride):
                advance()
            for row, (tokens, total) in board.finished(list(seated)).items():
                index = seated.pop(row)
                found[index] = Found(tokens, total, no_speech[index])
                free.append(row)
        return [found[index] for index in range(len(tasks))]

    def _board(self, width: int, prompts: int, texts: int) -> tuple[Board, Callable[[], None]]:
        key = (width, prompts, texts)
        found = self._boards.pop(key, None)
        if found is None:
            while len(self._boards) >= _BOARDS_KEPT:
                self._boards.pop(next(iter(self._boards)))
            board = Board(self._net, self._rules, self._beam, width, prompts, texts)
            found = (board, captured(board) if self._on_cuda else board.advance)
        self._boards[key] = found
        return found


def captured(board: Board) -> Callable[[], None]:
    """A board's step as a CUDA graph, captured as torch's notes on CUDA graphs describe it."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            board.advance()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    # Other threads of the process may go on using the device.
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):
        board.advance()
    board.clear()

    def replay() -> None:
        graph.replay()

    return replay


class Board:
    """The state of a search, all in tensors that keep their place and shape.

    A window's hypotheses share its slots of the cache: the prompt's first, then `beam` for each step of the text.
    `visible` says which of them each hypothesis continues, so choosing hypotheses moves no keys and values.
    """

    def __init__(self, net: Whisper, rules: Rules, beam: int, width: int, prompts: int, texts: int) -> None:
        sizes, device = net.sizes, net.device
        self.width = width
        self._net = net
        self._end = rules.end
        self._no_speech = rules.no_speech
        self._first_time = min(rules.first_time, sizes.vocabulary)
        self._beam = beam
        self._prompts = prompts
        self._slots = prompts + beam * texts

        def whole(*shape: int, kind: Any = torch.long) -> torch.Tensor:
            return torch.zeros(shape, dtype=kind, device=device)

        head = (sizes.decoder_layers, width, sizes.heads)
        depth = sizes.width // sizes.heads
        self._cache = Past(*(whole(*head, self._slots, depth, kind=net.dtype) for _ in range(2)))
        keys, values = (whole(*head, sizes.sound_positions, depth, kind=net.dtype) for _ in range(2))
        self._cross = CrossKeys(keys, values, whole(width, 1, 1, sizes.sound_positions, kind=net.dtype))
        self._suppressed = torch.tensor(rules.suppressed, dtype=torch.long, device=device)
        self._suppressed_first = torch.tensor(rules.suppressed_first, dtype=torch.long, device=device)
        self._times = torch.arange(self._first_time, sizes.vocabulary, device=device)
        self._lanes = torch.arange(beam, device=device)
        self._ranks = torch.arange(2 * beam, device=device)
        self._places = torch.arange(texts, device=device)
        self._visible = whole(width, beam, self._slots, kind=torch.bool)
        self._prompt_length = whole(width)
        self._made = whole(width)
        self._limit = whole(width)
        self._run = whole(width)
        self._timed = whole(width, kind=torch.bool)
        self._active = whole(width, kind=torch.bool)
        self._last = whole(width, beam)
        self._score = whole(width, beam, kind=torch.float32)
        self._history = whole(width, beam, texts)
        self._ended = whole(width)
        self._best = whole(width, kind=torch.float32)
        self._best_total = whole(width, kind=torch.float32)
        self._best_length = whole(width)
        self._best_history = whole(width, texts)

    def clear(self) -> None:
        """Nobody sits anywhere; what was written while nobody sat is forgotten."""
        self._active.zero_()
        self._made.zero_()
        for part in (*self._cache, *self._cross):
            part.zero_()

    def seat(self, rows: Sequence[int], tasks: Sequence[Task]) -> list[float]:
        """Put tasks into free rows and read their prompts.

        Returns:
            The no-speech probability of each.
        """
        device = self._net.device
        where = torch.tensor(list(rows), device=device)
        read_now = [task.prompt[:-1] for task in tasks]
        longest = max(len(tokens) for tokens in read_now)
        padded = torch.tensor([[*tokens, *[0] * (longest - len(tokens))] for tokens in read_now], device=device)
        lengths = torch.tensor([len(tokens) for tokens in read_now], device=device)
        cross = cross_keys(self._net, [task.sound for task in tasks])
        reading = read(self._net, padded, cross)
        self._cross.keys.index_copy_(1, where, cross.keys)
        self._cross.values.index_copy_(1, where, cross.values)
        self._cross.bias.index_copy_(0, where, cross.bias)
        for kept, new in ((self._cache.keys, reading.keys), (self._cache.values, reading.values)):
            kept[:, :, :, :longest].index_copy_(1, where, new)
        seen = torch.arange(self._slots, device=device) < lengths[:, None]
        self._visible[where] = seen[:, None].expand(-1, self._beam, -1)
        self._prompt_length[where] = lengths
        self._made[where] = 0
        self._limit[where] = torch.tensor([task.limit for task in tasks], device=device)
        self._run[where] = torch.tensor([task.run for task in tasks], device=device)
        self._timed[where] = torch.tensor([task.timed for task in tasks], device=device)
        self._last[where] = torch.tensor([task.prompt[-1] for task in tasks], device=device)[:, None]
        self._score[where] = torch.where(self._lanes == 0, 0.0, _NEVER)
        self._ended[where] = 0
        self._best[where] = -torch.inf
        self._active[where] = True
        starts = torch.tensor([task.start for task in tasks], device=device)
        at_start = reading.hidden[torch.arange(len(tasks), device=device), starts]
        probabilities = torch.softmax(logits(self._net, at_start), dim=-1)[:, self._no_speech]
        return [float(value) for value in probabilities.tolist()]

    def finished(self, rows: Sequence[int]) -> dict[int, tuple[tuple[int, ...], float]]:
        """Of the given rows those that are done, with their best tokens and the sum of log probabilities."""
        active = self._active.tolist()
        done = [row for row in rows if not active[row]]
        if not done:
            return {}
        where = torch.tensor(done, device=self._net.device)
        texts = self._best_history[where].tolist()
        lengths = self._best_length[where].tolist()
        totals = self._best_total[where].tolist()
        return {
            row: (tuple(text[:length]), float(total))
            for row, text, length, total in zip(done, texts, lengths, totals, strict=True)
        }

    def advance(self) -> None:
        """One token further in every active row. No shape, branch or transfer depends on a tensor's values."""
        made, beam = self._made, self._beam
        slots = self._prompts + made[:, None] * beam + self._lanes
        self._visible.scatter_(2, slots[:, :, None], True)
        unseen = torch.where(self._visible, 0.0, -torch.inf).to(self._net.dtype)
        positions = self._prompt_length + made
        raw = step(self._net, self._last, positions, self._cache, slots, unseen, self._cross)
        self._restrict(raw)

        # The best of the window are among the best of each hypothesis.
        values, tokens = raw.topk(2 * beam, dim=-1)
        sums = self._score[:, :, None] + values - raw.logsumexp(dim=-1, keepdim=True)
        score, flat = sums.flatten(1).topk(2 * beam, dim=-1)
        parent, token = flat // (2 * beam), tokens.flatten(1).gather(1, flat)
        ends = token == self._end

        done = self._set_aside(score, parent, token, ends)
        order = (ends * (2 * beam) + self._ranks).argsort(dim=1)[:, :beam]
        parent, token, score = parent.gather(1, order), token.gather(1, order), score.gather(1, order)
        self._history.copy_(self._continued(parent, token))
        self._visible.copy_(self._visible.gather(1, parent[:, :, None].expand(-1, -1, self._slots)))
        self._last.copy_(token)
        self._score.copy_(score)
        self._active.logical_and_(~done)
        self._made.add_(self._active.long())

    def _restrict(self, raw: torch.Tensor) -> None:
        """Take the forbidden tokens out of the next token's scores."""
        raw.index_fill_(2, self._suppressed, _NEVER)
        first = raw.index_select(2, self._suppressed_first)
        raw.index_copy_(2, self._suppressed_first, first.masked_fill((self._made == 0)[:, None, None], _NEVER))
        raw.scatter_reduce_(
            2, self._history, torch.where(self._repeating(), _NEVER, torch.inf), "amin", include_self=True
        )
        made = self._made[:, None, None]
        before, last = (self._history.gather(2, self._back(made, back)) for back in (2, 1))
        self._restrict_times(raw, before[:, :, 0], last[:, :, 0])

    def _repeating(self) -> torch.Tensor:
        """Which tokens, coming again now, would make a run of tokens come twice: (N, hypotheses, texts)."""
        history, made, run = self._history, self._made[:, None, None], self._run[:, None, None]
        repeating = ((self._places < made) & (run > 0)).expand(history.shape)
        for back in range(1, LONGEST_RUN):
            same = torch.zeros_like(repeating)
            same[:, :, back:] = history[:, :, :-back] == history.gather(2, self._back(made, back))
            repeating = repeating & (same | (run <= back))
        return repeating

    def _back(self, made: torch.Tensor, back: int) -> torch.Tensor:
        """The place of the last token but so many, for each hypothesis; of the first where there are fewer."""
        return (made - back).clamp(min=0).expand(-1, self._beam, 1)

    def _restrict_times(self, raw: torch.Tensor, before: torch.Tensor, last: torch.Tensor) -> None:
        """Whisper's rules for timestamps, as CTranslate2 words them: one within the first second begins the text, they
        stand in pairs (a sentence's end, the next one's begin), none is earlier than the one before, and one is chosen
        where all of them together are likelier than any other token.

        Args:
            before: (N, hypotheses) the last token but one, and `last` the last; meaningless where there is none yet.
        """
        first, made, timed = self._first_time, self._made[:, None], self._timed[:, None]
        begins = (timed & (made == 0))[:, :, None]
        after_time = timed & (made > 0) & (last >= first)
        in_pair = after_time & ((made < 2) | (before >= first))
        latest = torch.where(self._places < made[:, :, None], self._history, 0).amax(dim=2, keepdim=True)
        times = raw[:, :, first:]
        times.masked_fill_(begins & (self._times > first + _LATEST_BEGIN), _NEVER)
        times.masked_fill_(in_pair[:, :, None] | (timed[:, :, None] & (self._times < latest)), _NEVER)
        raw[:, :, :first].masked_fill_(begins, _NEVER)
        raw[:, :, : self._end].masked_fill_((after_time & ~in_pair)[:, :, None], _NEVER)
        text = raw[:, :, :first]
        likelier = times.logsumexp(dim=2) > text.amax(dim=2)
        text.masked_fill_((likelier & timed & (made > 0) & ~in_pair)[:, :, None], _NEVER)

    def _set_aside(
        self, score: torch.Tensor, parent: torch.Tensor, token: torch.Tensor, ends: torch.Tensor
    ) -> torch.Tensor:
        """Keep the best of the hypotheses that end now.

        Returns:
            (N,) whether the window is done.
        """
        beam = self._beam
        at_limit = self._made + 1 >= self._limit
        closes = (ends[:, :beam] | at_limit[:, None]) & self._active[:, None]
        lengths = self._made[:, None] + (~ends[:, :beam]).long()
        means = score[:, :beam] / lengths.clamp(min=1)
        value, which = torch.where(closes, means, -torch.inf).max(dim=1)
        better = value > self._best
        which = which[:, None]
        text = self._continued(parent.gather(1, which), token.gather(1, which))[:, 0]
        for kept, new in (
            (self._best, value),
            (self._best_total, score.gather(1, which)[:, 0]),
            (self._best_length, lengths.gather(1, which)[:, 0]),
        ):
            kept.copy_(torch.where(better, new, kept))
        self._best_history.copy_(torch.where(better[:, None], text, self._best_history))
        self._ended.add_(closes.sum(dim=1))
        return at_limit | (self._ended >= beam)

    def _continued(self, parent: torch.Tensor, token: torch.Tensor) -> torch.Tensor:
        """The texts of hypotheses, each with one more token: (N, hypotheses, texts)."""
        texts = self._history.gather(1, parent[:, :, None].expand(-1, -1, self._history.shape[2]))
        here = self._made[:, None, None].expand(-1, parent.shape[1], 1)
        return texts.scatter(2, here, token[:, :, None])


def _fitting(size: int, choices: Sequence[int]) -> int:
    for choice in choices:
        if size <= choice:
            return choice
    raise ValueError(f"{size} is more than the network's {choices[-1]}")

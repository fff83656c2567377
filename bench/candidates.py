"""Candidates as their browsers behave: an upload in chunks while recording, over a line that breaks now and then."""

from __future__ import annotations

import asyncio
import base64
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

TUS = {"Tus-Resumable": "1.0.0"}
PATCH_TYPE = "application/offset+octet-stream"
TRIES = 40
"""Attempts at one request before the candidate gives up; each waits a little longer, at most 5 s."""


@dataclass(frozen=True, slots=True)
class Invited:
    """One candidate: the interview's address, the device's cookie, and which clip answers which question."""

    invitation_id: str
    home: str
    cookies: Mapping[str, str]
    clips: Mapping[str, Path]


@dataclass(slots=True)
class Told:
    """What happened to one candidate's uploads. `answers` are what the server said it kept, by question."""

    answers: dict[str, dict[str, object]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    chunk_s: list[float] = field(default_factory=list)
    cut: int = 0
    resumed: int = 0
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """How good the network is.

    Args:
        chunk_bytes: sent at once.
        pause_s: between chunks: a recorder sends one every few seconds; 0 sends as fast as it can.
        cut: share of chunks after which the answer is not waited for, as when the network drops.
        repeat: share of creations and finishes that are sent twice at once, as a second tab does.
    """

    chunk_bytes: int = 128 * 1024
    pause_s: float = 0.0
    cut: float = 0.05
    repeat: float = 0.2


async def answer_all(base: str, invited: Invited, line: Line, draw: random.Random) -> Told:
    """Answer every question of one interview, one after the other."""
    told = Told()
    async with httpx.AsyncClient(base_url=base, cookies=dict(invited.cookies), timeout=120.0) as client:
        for question, clip in invited.clips.items():
            try:
                told.answers[question] = await _answer(client, invited, question, clip, line, draw, told)
            except (httpx.HTTPError, RuntimeError) as error:
                told.errors.append(f"{question}: {type(error).__name__} {error}"[:300])
    return told


async def _answer(
    client: httpx.AsyncClient,
    invited: Invited,
    question: str,
    clip: Path,
    line: Line,
    draw: random.Random,
    told: Told,
) -> dict[str, object]:
    data = clip.read_bytes()
    key = f"{draw.getrandbits(96):024x}"
    media_type = {".webm": "video/webm", ".mp4": "video/mp4"}[clip.suffix]
    metadata = ",".join(
        f"{name} {base64.b64encode(value.encode()).decode()}"
        for name, value in (("key", key), ("question", question), ("type", media_type))
    )
    headers = {**TUS, "Upload-Defer-Length": "1", "Upload-Metadata": metadata}
    made = await _both(client, "POST", f"{invited.home}/uploads", headers, line, draw, told)
    address = made.headers["location"]
    at = int(made.headers["upload-offset"])
    while at < len(data):
        piece = data[at : at + line.chunk_bytes]
        at = await _send(client, address, at, piece, at + len(piece) == len(data), line, draw, told)
        if line.pause_s:
            await asyncio.sleep(line.pause_s)
    done = await _both(client, "POST", f"{address}/finish", {}, line, draw, told)
    kept: dict[str, object] = done.json()
    return kept


async def _send(
    client: httpx.AsyncClient,
    address: str,
    at: int,
    piece: bytes,
    last: bool,
    line: Line,
    draw: random.Random,
    told: Told,
) -> int:
    """Send one chunk; the offset that is safe afterwards."""
    headers = {**TUS, "Content-Type": PATCH_TYPE, "Upload-Offset": str(at)}
    if last:
        headers["Upload-Length"] = str(at + len(piece))
    begun = time.perf_counter()
    sending = asyncio.create_task(client.patch(address, content=piece, headers=headers))
    if draw.random() < line.cut:
        await asyncio.sleep(draw.uniform(0.0, 0.05))
        sending.cancel()
        told.cut += 1
        await asyncio.gather(sending, return_exceptions=True)
        return await _where(client, address, told)
    try:
        answer = await sending
    except httpx.TransportError:
        return await _where(client, address, told)
    told.chunk_s.append(time.perf_counter() - begun)
    if answer.status_code == 204:
        return int(answer.headers["upload-offset"])
    if answer.status_code in (409, 423, 429, 500, 503):
        await asyncio.sleep(0.2)
        return await _where(client, address, told)
    raise RuntimeError(f"PATCH {answer.status_code} {answer.text[:200]}")


async def _where(client: httpx.AsyncClient, address: str, told: Told) -> int:
    """Ask how many bytes are safe."""
    told.resumed += 1
    answer = await _tried(client, "HEAD", address, TUS)
    return int(answer.headers["upload-offset"])


async def _both(
    client: httpx.AsyncClient,
    method: str,
    address: str,
    headers: Mapping[str, str],
    line: Line,
    draw: random.Random,
    told: Told,
) -> httpx.Response:
    """The request, now and then twice at once; both must say the same."""
    if draw.random() >= line.repeat:
        return await _tried(client, method, address, headers)
    told.repeated += 1
    first, second = await asyncio.gather(*(_tried(client, method, address, headers) for _ in range(2)))
    if (first.text, first.headers.get("location")) != (second.text, second.headers.get("location")):
        told.errors.append(f"{address}: two answers differ")
    return first


async def _tried(client: httpx.AsyncClient, method: str, address: str, headers: Mapping[str, str]) -> httpx.Response:
    problem = ""
    for number in range(TRIES):
        try:
            answer = await client.request(method, address, headers=dict(headers))
        except httpx.TransportError as error:
            problem = type(error).__name__
        else:
            if answer.is_success:
                return answer
            problem = f"{answer.status_code} {answer.text[:200]}"
            if answer.status_code not in (409, 429, 500, 503):
                break
        await asyncio.sleep(min(5.0, 0.1 * 2 ** min(number, 6)))
    raise RuntimeError(f"{method} {problem}")

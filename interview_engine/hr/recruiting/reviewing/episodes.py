"""Behavioural events of an interview: quotes are held to its transcript before the record keeps them (B3)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.competency import service as competency
from interview_engine.hr.competency.service import Episode, NewEpisode, Quote
from interview_engine.hr.problems import conflict, invalid
from interview_engine.hr.recruiting.reach import application_for
from interview_engine.hr.recruiting.tables import Assessment
from interview_engine.i18n import msg
from interview_engine.store.blobs import BlobStore
from interview_engine.store.rows import find

MAX_QUOTES = 12


def reference(assessment_id: str) -> str:
    """What rows of evidence name as their source."""
    return f"assessment:{assessment_id}"


def add_episode(
    session: Session, actor: Actor, blobs: BlobStore, application_id: str, new: NewEpisode, clock: Clock
) -> Episode:
    """Keep an event from the interview that counts for an application. Each quote must stand in the transcript; its
    place and time are taken from there.

    Raises:
        NotFoundError: application, competency. ConflictError: `review.no_assessment`.
        InvalidInput: `episode.quotes` (none, or too many), `episode.not_said` (not in the transcript), texts.
    """
    application, _ = application_for(session, actor, application_id, "interview", "write")
    assessment = find(session, Assessment, application.assessment_id) if application.assessment_id else None
    if assessment is None:
        raise conflict("review.no_assessment", msg("There is no assessment yet."))
    competency.require_competency(session, new.competency_code)
    if not 1 <= len(new.quotes) <= MAX_QUOTES:
        raise invalid(
            "quotes",
            "episode.quotes",
            msg("An episode has 1 to {max_quotes} quotes.", max_quotes=MAX_QUOTES),
            msg("Quote from the report."),
        )
    document: dict[str, Any] = json.loads(blobs.read(assessment.report_sha256))
    quotes = [located(document, quote, place) for place, quote in enumerate(new.quotes)]
    person_id = application.person_id
    return competency.record_episode(session, actor, person_id, new, quotes, reference(assessment.id), clock)


def located(document: Mapping[str, Any], quote: Quote, place: int = 0) -> dict[str, Any]:
    """The quote with its place in the report: {"answer", "quote", "char_start", "start_s", "end_s"}.

    Raises:
        InvalidInput: `episode.not_said`.
    """
    text = quote.quote.strip()
    for answer in document["answers"]:
        transcript = answer["transcript"]
        if answer["question"] != quote.answer or transcript is None:
            continue
        at = transcript["text"].find(text) if text else -1
        if at >= 0:
            start_s, end_s = _times(transcript, at, at + len(text))
            return {"answer": quote.answer, "quote": text, "char_start": at, "start_s": start_s, "end_s": end_s}
    raise invalid(
        f"quotes.{place}",
        "episode.not_said",
        msg("These words are not in the transcript of that answer."),
        msg("Quote word for word."),
    )


def _times(transcript: Mapping[str, Any], start: int, end: int) -> tuple[float | None, float | None]:
    """When a span of the text was said, from the words that it touches; None and None in a written answer."""
    pieces: Sequence[Mapping[str, Any]] = transcript["words"] or transcript["segments"]
    position = 0
    begin: float | None = None
    finish: float | None = None
    for piece in pieces:
        word = piece["text"].strip()
        at = transcript["text"].find(word, position) if word else -1
        if at < 0:
            continue
        position = at + len(word)
        if position > start and at < end:
            begin = piece["start_s"] if begin is None else begin
            finish = piece["end_s"]
    return begin, finish


def episodes_of_assessment(session: Session, assessment_id: str) -> tuple[Episode, ...]:
    """Behavioural events that were kept from this interview, oldest first."""
    kept = select(Episode).where(Episode.reference == reference(assessment_id)).order_by(Episode.id)
    return tuple(session.scalars(kept))

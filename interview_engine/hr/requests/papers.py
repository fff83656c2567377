"""Papers that a request makes: the words are frozen when it is approved, the PDF is set from them when it is opened."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.requests.kinds import SEALED, Ask, Effect
from interview_engine.hr.requests.rows import PART
from interview_engine.hr.requests.tables import RequestPaper
from interview_engine.i18n import Text
from interview_engine.store import vault
from interview_engine.store.blobs import Owner
from interview_engine.store.rows import find, stamp, touch

TABLE = RequestPaper.__tablename__
PAPER_LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Paper:
    """A letter: its title, its paragraphs, and who stands below it."""

    title: Text
    paragraphs: Sequence[Text]
    signed: Text | str


def issue(
    session: Session, actor: Actor, asked: Ask, paper: Paper, clock: Clock, *, sealed: bool = False
) -> list[Effect]:
    """Freeze a paper in every language that papers are made in; the effect of its request.

    Args:
        sealed: it is kept encrypted under a key of the person.
    """
    content: dict[str, Any] = {language: _in(paper, language) for language in PAPER_LANGUAGES}
    row = RequestPaper(**stamp(actor.id, clock), request_id=asked.id, person_id=asked.person_id, content={})
    if sealed:
        owner = Owner(asked.person_id, PART)
        content = {SEALED: vault.seal(session, owner, json.dumps(content), _about(row), clock)}
    row.content = content
    session.add(row)
    session.flush()
    return [Effect(TABLE, row.id)]


def content_of(session: Session, row: RequestPaper) -> Mapping[str, Any]:
    """A paper by language, opened where it is sealed; empty when its key was destroyed. The caller has checked."""
    if SEALED not in row.content:
        return row.content
    text = vault.opened(session, row.content[SEALED], _about(row))
    found: dict[str, Any] = {} if text is None else json.loads(text)
    return found


def declare_void(session: Session, actor: Actor, done: Sequence[Effect], clock: Clock) -> list[Effect]:
    """The counter-entry: the papers are kept, and can be opened no more."""
    for effect in done:
        row = find(session, RequestPaper, effect.row_id, lock=True)
        if row is not None:
            row.void = True
            touch(row, actor.id, clock)
    return [Effect(effect.table, effect.row_id, -effect.quantity) for effect in done]


def _about(row: RequestPaper) -> str:
    return f"request_paper:{row.id}"


def _in(paper: Paper, language: str) -> Mapping[str, object]:
    return {
        "title": paper.title.get(language),
        "paragraphs": [one.get(language) for one in paper.paragraphs],
        "signed": paper.signed if isinstance(paper.signed, str) else paper.signed.get(language),
    }

"""Papers that a request makes: the words are frozen when it is approved, the PDF is set from them when it is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.requests.kinds import Ask, Effect
from interview_engine.hr.requests.tables import RequestPaper
from interview_engine.i18n import Text
from interview_engine.store.rows import find, stamp, touch

TABLE = RequestPaper.__tablename__
PAPER_LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Paper:
    """A letter: its title, its paragraphs, and who stands below it."""

    title: Text
    paragraphs: Sequence[Text]
    signed: Text | str


def issue(session: Session, actor: Actor, asked: Ask, paper: Paper, clock: Clock) -> list[Effect]:
    """Freeze a paper in every language that papers are made in; the effect of its request."""
    row = RequestPaper(
        **stamp(actor.id, clock),
        request_id=asked.id,
        person_id=asked.person_id,
        content={language: _in(paper, language) for language in PAPER_LANGUAGES},
    )
    session.add(row)
    session.flush()
    return [Effect(TABLE, row.id)]


def declare_void(session: Session, actor: Actor, done: Sequence[Effect], clock: Clock) -> list[Effect]:
    """The counter-entry: the papers are kept, and can be opened no more."""
    for effect in done:
        row = find(session, RequestPaper, effect.row_id, lock=True)
        if row is not None:
            row.void = True
            touch(row, actor.id, clock)
    return [Effect(effect.table, effect.row_id, -effect.quantity) for effect in done]


def _in(paper: Paper, language: str) -> Mapping[str, object]:
    return {
        "title": paper.title.get(language),
        "paragraphs": [one.get(language) for one in paper.paragraphs],
        "signed": paper.signed if isinstance(paper.signed, str) else paper.signed.get(language),
    }

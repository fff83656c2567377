"""Views of the ranked list: filters, order and columns that an account keeps under a name, for every job."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.problems import conflict, missing, text_within
from interview_engine.hr.recruiting.tables import RankingView
from interview_engine.i18n import msg
from interview_engine.store.rows import find, stamp, touch

MOST = 30
LONGEST_NAME = 60
LONGEST_QUERY = 1000
KEPT = ("section", "stage", "channel", "meets", "sort", "back", "over", "human", "col")
"""What of the list's address a view keeps. Not the name that was looked for: it is a person's."""


def list_views(session: Session, actor: Actor) -> tuple[RankingView, ...]:
    """One's own, by name."""
    own = select(RankingView).where(RankingView.account_id == (actor.account_id or ""))
    return tuple(session.scalars(own.order_by(RankingView.name)))


def keep(session: Session, actor: Actor, name: str, query: str, clock: Clock) -> RankingView:
    """Keep a view, in the place of one's own of that name.

    Args:
        query: of the list's address, "sort=score&over=1".

    Raises:
        InvalidInput: `input.required`, `input.too_long`. ConflictError: `view.many`.
    """
    if actor.account_id is None:
        raise PermissionDenied("view.people_only", msg("Only a person keeps views."), msg("Sign in with an account."))
    clean = text_within(" ".join(name.split()), "name", msg("name of the view"), LONGEST_NAME)
    kept = text_within(cleaned(query), "query", msg("view"), LONGEST_QUERY, least=0)
    there = list_views(session, actor)
    row = next((one for one in there if one.name == clean), None)
    if row is None:
        if len(there) >= MOST:
            raise conflict(
                "view.many", msg("You keep {most} views already.", most=MOST), msg("Remove one that you do not need.")
            )
        row = RankingView(**stamp(actor.id, clock), account_id=actor.account_id, name=clean, query=kept)
        try:
            with session.begin_nested():
                session.add(row)
            return row
        except IntegrityError:  # the same form was sent twice at once
            row = next(one for one in list_views(session, actor) if one.name == clean)
    row.query = kept
    touch(row, actor.id, clock)
    return row


def remove(session: Session, actor: Actor, view_id: str) -> None:
    """Forget a view.

    Raises:
        NotFoundError: there is none of one's own with that id.
    """
    row = find(session, RankingView, view_id)
    if row is None or row.account_id != actor.account_id:
        raise missing("view", msg("view"))
    session.delete(row)


def cleaned(query: str) -> str:
    """What of the list's address a view keeps."""
    return urlencode([pair for pair in parse_qsl(query) if pair[0] in KEPT])

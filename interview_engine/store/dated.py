"""Rows that hold from a day on: where somebody works, what they are paid, which rule applies.

A row says only from which day it holds; the last day follows from the next one, so rows of one subject cannot overlap.
Nothing is changed or removed: a correction is a further revision of the same day, what is called off is a revision
"withdrawn", an end is a row "ended". So every question has two times: what held on `day`, as known at `known_at`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Any, Generic, Literal, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, String, and_, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from interview_engine.clock import Clock
from interview_engine.errors import ConflictError
from interview_engine.i18n import msg
from interview_engine.store.base import Base
from interview_engine.store.rows import stamp

State = Literal["holds", "ended", "withdrawn"]


class Dated:
    """Mixin beside `Row`: the day from which the row holds, its revision for that day, and what it says.

    A table adds its subject's column (an employment), what it says, and a unique constraint over
    (subject, valid_from, revision): two at once are a conflict, never two truths.
    """

    valid_from: Mapped[date] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(default=1)
    dated_state: Mapped[str] = mapped_column(String(10), default="holds")


class DatedRow(Protocol):
    """What the pure rules read of a row."""

    valid_from: Any
    revision: Any
    dated_state: Any
    created_at: Any


D = TypeVar("D", bound=DatedRow)


@dataclass(frozen=True, slots=True)
class Span(Generic[D]):
    """A row and the days it holds: from `first` to `last`, both included; `last` None where no end is known."""

    row: D
    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether the day is one of them."""
        return self.first <= day and (self.last is None or day <= self.last)


def history(rows: Iterable[D], known_at: datetime | None = None) -> tuple[Span[D], ...]:
    """The spans of one subject in the order of days, without overlaps.

    Args:
        rows: of one subject, in any order.
        known_at: leaves out what was written later; None is everything.
    """
    latest: dict[date, D] = {}
    for row in rows:
        if known_at is not None and row.created_at > known_at:
            continue
        held = latest.get(row.valid_from)
        if held is None or row.revision > held.revision:
            latest[row.valid_from] = row
    standing = [latest[day] for day in sorted(latest) if latest[day].dated_state != "withdrawn"]
    return tuple(
        Span(row, row.valid_from, None if later is None else later.valid_from - timedelta(days=1))
        for row, later in zip_longest(standing, standing[1:])
        if row.dated_state == "holds"
    )


def as_of(rows: Iterable[D], day: date, known_at: datetime | None = None) -> D | None:
    """The row of one subject that holds on a day, as it was known then; None where none does."""
    return next((span.row for span in history(rows, known_at) if span.holds(day)), None)


# In the database --------------------------------------------------------------------------------------------------

T = TypeVar("T", bound=Base)


def ids_as_of(table: type[T], subject: ColumnElement[str], day: date, known_at: datetime | None = None) -> Select[str]:
    """The ids of the rows that hold on a day, one a subject at most, for a list's IN or a join.

    Args:
        table: a mapped class with `Row` and `Dated`.
        subject: its column that says whose row it is.
    """
    columns = table.__table__.c
    known: list[ColumnElement[bool]] = [columns.valid_from <= day]
    if known_at is not None:
        known.append(columns.created_at <= known_at)
    newest = (
        select(
            columns.id,
            subject.label("subject"),
            columns.valid_from,
            columns.dated_state,
            func.row_number()
            .over(partition_by=(subject, columns.valid_from), order_by=columns.revision.desc())
            .label("older"),
        )
        .where(and_(*known))
        .subquery()
    )
    standing = (
        select(
            newest.c.id,
            newest.c.dated_state,
            func.row_number().over(partition_by=newest.c.subject, order_by=newest.c.valid_from.desc()).label("earlier"),
        )
        .where(newest.c.older == 1, newest.c.dated_state != "withdrawn")
        .subquery()
    )
    return select(standing.c.id).where(standing.c.earlier == 1, standing.c.dated_state == "holds")


def columns_of(
    subject: tuple[str, str], valid_from: date, values: Mapping[str, Any], *, revision: int = 1, state: State = "holds"
) -> dict[str, Any]:
    """What the columns of a row are beside those of every row; of a subject that is new, its first one."""
    name, key = subject
    return {name: key, "valid_from": valid_from, "revision": revision, "dated_state": state, **values}


def write(
    session: Session,
    table: type[T],
    subject: tuple[str, str],
    valid_from: date,
    values: dict[str, Any],
    actor_id: str,
    clock: Clock,
    *,
    state: State = "holds",
    seen_revision: int | None = None,
) -> T:
    """Write what holds from a day on, as the next revision of that day.

    Args:
        subject: the subject's column and its value. The caller holds a lock on the subject's row.
        seen_revision: the revision of that day that the writer looked at, 0 for none; None does not check.

    Raises:
        ConflictError: `dated.changed`, somebody else has written for that day since.
    """
    columns = table.__table__.c
    name, key = subject
    newest = session.scalar(
        select(func.max(columns.revision)).where(columns[name] == key, columns.valid_from == valid_from)
    )
    if seen_revision is not None and (newest or 0) != seen_revision:
        raise ConflictError(
            "dated.changed",
            msg("Somebody has changed what holds from {day} on since you opened it.", day=valid_from.isoformat()),
            msg("Reload the page, compare, and enter your change again."),
        )
    row = table(
        **stamp(actor_id, clock), **columns_of(subject, valid_from, values, revision=(newest or 0) + 1, state=state)
    )
    session.add(row)
    session.flush()
    return row


def of_subject(session: Session, table: type[T], subject: tuple[str, str]) -> Sequence[T]:
    """Every row of one subject, in the order of days and revisions."""
    columns = table.__table__.c
    name, key = subject
    statement = select(table).where(columns[name] == key).order_by(columns.valid_from, columns.revision)
    return session.scalars(statement).all()

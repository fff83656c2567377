"""Making, changing and finding rows: who did it and when is written in one way everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from interview_engine.clock import Clock
from interview_engine.store.base import Base, Row
from interview_engine.store.ids import new_id

R = TypeVar("R", bound=Base)
V = TypeVar("V")


def stamp(actor_id: str, clock: Clock) -> dict[str, Any]:
    """The columns that every new row has: id, created_at, updated_at, actor."""
    now = clock.now()
    return {"id": new_id(now), "created_at": now, "updated_at": now, "actor": actor_id}


def touch(row: Row, actor_id: str, clock: Clock) -> None:
    """Note on a row who changed it now."""
    row.updated_at = clock.now()
    row.actor = actor_id


def find(session: Session, table: type[R], row_id: str, *, lock: bool = False) -> R | None:
    """The row of that id, or None.

    Args:
        lock: keep others from changing it until the transaction ends, and read it as it is now. SQLite's writers are
            alone anyway; PostgreSQL locks the row.
    """
    key: Any = table.__table__.c["id"]
    statement = select(table).where(key == row_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one_or_none()


def batched(values: Iterable[V], size: int) -> Iterator[list[V]]:
    """The values in lists of at most `size`: a statement takes only so many."""
    rest = list(values)
    for start in range(0, len(rest), size):
        yield rest[start : start + size]


AT_ONCE = 400
"""Values that every database takes in one statement."""


def referred(
    session: Session, table: type[Base], ids: Iterable[str], *, but: Iterable[InstrumentedAttribute[Any]] = ()
) -> set[str]:
    """Which of the rows any row of any table names by a foreign key.

    Args:
        but: columns that do not count.
    """
    target = table.__table__
    passed = {(column.class_.__tablename__, column.key) for column in but}
    pointing = [
        column
        for other in Base.metadata.sorted_tables
        for column in other.columns
        if (other.name, column.name) not in passed and any(key.column.table is target for key in column.foreign_keys)
    ]
    found: set[str] = set()
    for part in batched(ids, AT_ONCE):
        for column in pointing:
            found.update(session.scalars(select(column).where(column.in_(part)).distinct()))
    return found

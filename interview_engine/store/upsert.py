"""INSERT … ON CONFLICT, which both databases have and SQLAlchemy spells once for each."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from interview_engine.store.base import Base


def insert_for(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT into the table that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    postgres = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if postgres else sqlite.insert(table)

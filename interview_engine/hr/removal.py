"""One deletion in progress: what is deleted, what stays because others need it, and the blobs to delete at the end."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from interview_engine.clock import Clock
from interview_engine.store.base import Base


@dataclass(slots=True)
class Removal:
    """What the receipt of a deletion is made of; each area adds its part.

    Args:
        whole: the person is forgotten as a whole, name and contact too; never of somebody who works here.
        found: blobs of what goes, as (what, sha256); they are deleted at the end, when no row names them any more.
        past: columns whose rows stay although their blobs go (reports past their time).
        blobs: deleted blobs. kept: blobs that stay because another row names them.
        subjects: parts of the person whose keys go with them (`blobs.Owner`). keys: ids of destroyed keys.
        texts: (what, sha256 of the text) of what people wrote. rows: how many rows went, by table.
    """

    clock: Clock
    whole: bool = False
    found: set[tuple[str, str]] = field(default_factory=set)
    past: list[Any] = field(default_factory=list)
    blobs: set[tuple[str, str]] = field(default_factory=set)
    kept: set[tuple[str, str]] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    texts: set[tuple[str, str]] = field(default_factory=set)
    rows: dict[str, int] = field(default_factory=dict)

    def text(self, what: str, text: str | None) -> None:
        """Note a text that goes, by its hash."""
        if text:
            self.texts.add((what, hashlib.sha256(text.encode()).hexdigest()))

    def count(self, table: str, number: int) -> None:
        """Note rows that go."""
        if number:
            self.rows[table] = self.rows.get(table, 0) + number

    def delete(self, session: Session, table: type[Base], condition: ColumnElement[bool]) -> None:
        """Delete rows and count them."""
        session.flush()
        result: Any = session.execute(delete(table).where(condition).execution_options(synchronize_session="fetch"))
        self.count(table.__tablename__, result.rowcount)

    def empty(self, session: Session, column: InstrumentedAttribute[str], condition: ColumnElement[bool]) -> None:
        """Empty what people wrote into a column of rows that stay, and note it by its hash."""
        session.flush()
        there = condition & (column != "")
        texts = session.scalars(select(column).where(there)).all()
        for text in texts:
            self.text(str(column), text)
        changed = update(column.class_).where(there).values({column: ""})
        session.execute(changed.execution_options(synchronize_session="fetch"))
        self.count(str(column), len(texts))

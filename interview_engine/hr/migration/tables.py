"""Tables of imports: a batch, its lines with what became of them, and how a company's heads were read before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class ImportBatch(Row, Base):
    """A sheet of another system. `state` read (mapping to be looked at), checking, checked, writing, done, undoing,
    undone, failed.

    `list_name` is the list whose rows it makes. `heads` are the sheet's, `mapping` by head the field, `given` by field
    what every line says, `orders` by field the order of short dates. `counts`: lines by what they do (made, changed,
    same, refused, left_out, after taking back: taken_back, kept), "odd", cells that were understood all the same,
    and "warned", what is taken and must be looked at.
    `sample`: lines that a person compares with the source, [{"row", "fits": true, false or null, "by", "at"}].
    `problem`: why the last step failed, as `kept.kept`. `begun_at`: before the first row was written.
    """

    __tablename__ = "import_batch"

    legal_entity_id: Mapped[str | None] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    list_name: Mapped[str] = mapped_column(String(60))
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    sheet: Mapped[str] = mapped_column(String(120))
    shape: Mapped[str] = mapped_column(String(64))
    heads: Mapped[list[Any]]
    mapping: Mapped[dict[str, Any]]
    given: Mapped[dict[str, Any]]
    orders: Mapped[dict[str, Any]]
    lines: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default="read", index=True)
    counts: Mapped[dict[str, Any]]
    sample: Mapped[list[Any]]
    problem: Mapped[dict[str, Any] | None]
    begun_at: Mapped[datetime | None]
    written_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class ImportRow(Base):
    """A line of a batch. `state` read, made, changed, same, refused, left_out, taken_back, kept.

    `source`: its cells, encrypted; emptied after `service.KEPT`, and when the person is erased. `notes`:
    [{"kind": refused, odd, warned, left_out or kept, "column", "what", "next"}], texts as `kept.kept`.
    `changes`: [[field, before, after]], encrypted, values as forms type them. `after`: a hash of what the row held when
    the batch had been written: whether anybody changed it since.
    """

    __tablename__ = "import_row"

    batch_id: Mapped[str] = mapped_column(ForeignKey("import_batch.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(12), default="read")
    source: Mapped[str] = mapped_column(Text)
    notes: Mapped[list[Any]]
    changes: Mapped[str] = mapped_column(Text, default="")
    row_id: Mapped[str | None] = mapped_column(String(32))
    person_id: Mapped[str | None] = mapped_column(String(32), index=True)
    """Whom the row is about. No foreign key: a line must not keep a person whom taking its batch back removes."""
    after: Mapped[str | None] = mapped_column(String(64))


class ImportMapping(Row, Base):
    """How a company reads a shape of heads (`source.shape_of`): what was agreed on at the last import of it."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("legal_entity_id", "list_name", "shape"),)

    legal_entity_id: Mapped[str | None] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    list_name: Mapped[str] = mapped_column(String(60))
    shape: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[dict[str, Any]]
    given: Mapped[dict[str, Any]]
    orders: Mapped[dict[str, Any]]

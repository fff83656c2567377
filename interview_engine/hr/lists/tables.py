"""Tables of lists: views that people save, fields and tags that companies add, sheets that wait to be confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class SavedView(Row, Base):
    """What somebody asks of a list, under a name. `legal_entity_id`: the company it is shared with, None for nobody.

    `query` is the address's query: filters, order and columns (`forms.query`).
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("account_id", "list_name", "name"),)

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    list_name: Mapped[str] = mapped_column(String(60), index=True)
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(Text)
    legal_entity_id: Mapped[str | None] = mapped_column(ForeignKey("legal_entity.id"), index=True)


class CustomField(Row, Base):
    """A field that a company adds to the rows of a list (F7).

    `kind`, `required`, `low`, `high` and `most` as in `forms.fields.Field` (limits as decimal text). `choices` is
    [[key, zh, en]…]. `field_class` says who may see it. A retired one keeps its values and is shown nowhere.
    """

    __tablename__ = "custom_field"
    __table_args__ = (UniqueConstraint("list_name", "code"),)

    list_name: Mapped[str] = mapped_column(String(60))
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    label_zh: Mapped[str] = mapped_column(String(60))
    label_en: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    choices: Mapped[list[Any]]
    required: Mapped[bool] = mapped_column(default=False)
    low: Mapped[str | None] = mapped_column(String(40))
    high: Mapped[str | None] = mapped_column(String(40))
    most: Mapped[int] = mapped_column(default=200)
    field_class: Mapped[str] = mapped_column(String(20))
    retired_at: Mapped[datetime | None]


class CustomValue(Base):
    """The value of a custom field in one row: `text`, and `number` for what is compared as one (flags are 0 and 1).

    Days and moments are ISO 8601 in `text`, moments in UTC. `person_id`: whom the row is about, None for nobody.
    """

    __tablename__ = "custom_value"
    __table_args__ = (Index("ix_custom_value_row", "row_id"),)

    field_id: Mapped[str] = mapped_column(ForeignKey("custom_field.id"), primary_key=True)
    row_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    number: Mapped[float | None]


class RowTag(Base):
    """A word that a company's people put on a row. `person_id`: whom the row is about, None for nobody."""

    __tablename__ = "row_tag"

    list_name: Mapped[str] = mapped_column(String(60), primary_key=True)
    row_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)


class BulkDone(Row, Base):
    """An action that was done to several rows at once and can be undone for a while (`bulk.UNDO_WITHIN`).

    `rows`: [[id, what it held before, what it held after]], as the action itself says (`forms.spec.Bulk.holds`).
    """

    __tablename__ = "bulk_done"

    list_name: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    given: Mapped[dict[str, Any]]
    rows: Mapped[list[Any]]
    undone_at: Mapped[datetime | None]


class SheetImport(Row, Base):
    """A sheet that was read and waits to be confirmed, or was. `state` previewed, done.

    `content` is its lines, encrypted (`store.secrets.SecretBox`), emptied once it is done or a day old.
    `outcome` is {"made", "changed", "same", "refused"}: numbers of lines.
    """

    __tablename__ = "sheet_import"

    list_name: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20), default="previewed")
    content: Mapped[str] = mapped_column(Text)
    outcome: Mapped[dict[str, Any]]

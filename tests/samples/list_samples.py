"""A list with a column of every kind, for tests of the pure parts; its SQL is never run."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Column as SqlColumn
from sqlalchemy import Integer, MetaData, String, Table, select

from interview_engine.hr.forms.fields import KINDS, Field, Kind
from interview_engine.hr.forms.spec import Column, Filter, ListSpec, Place
from interview_engine.i18n import LocalizedText, msg

TABLE = Table("thing", MetaData(), SqlColumn("id", String, primary_key=True), SqlColumn("n", Integer))
CHOICES = {"open": LocalizedText("招聘中", "Open now"), "shut": LocalizedText("已关闭", "Shut")}


def field(kind: Kind, **changes: Any) -> Field:
    """A field of that kind without limits."""
    given = {"choices": CHOICES} if kind == "choice" else {}
    return Field("thing", msg("Job"), kind, **{**given, **changes})


def every_kind() -> ListSpec:
    """Columns that are named like their kinds, and two special filters."""
    return ListSpec(
        name="things",
        title=msg("Requisitions"),
        about=msg("Positions and their progress."),
        thing=msg("requisition"),
        field_class="public",
        rows=lambda: select(TABLE.c.id).select_from(TABLE),
        key=TABLE.c.id,
        place=Place(),
        columns=tuple(
            Column(f"a_{kind}", msg("Job"), kind, TABLE.c.n, filters=True,
                   choices=CHOICES if kind == "choice" else {})
            for kind in KINDS
        ),
        filters=(
            Filter(Field("mine", msg("Only mine"), "flag"), lambda _: None),
            Filter(Field("least", msg("at least"), "number", low=Decimal(0), high=Decimal(10)), lambda _: None),
        ),
    )  # fmt: skip

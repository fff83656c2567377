"""Employees: numbers, places from a day on, what happened; calendars; tables that only an erasure may change."""

from __future__ import annotations

import json
from datetime import UTC

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from interview_engine.store.base import UtcDateTime
from interview_engine.store.ids import new_id

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")
TABLES = (
    "contract",
    "calendar_day",
    "calendar_notice",
    "lifecycle_event",
    "assignment",
    "employee_number",
    "erasure_passage",
)


def upgrade() -> None:
    """Forward. Who is employed already gets a number, a first place and the event of being hired."""
    _make_tables()
    with op.batch_alter_table("employment") as table:
        table.add_column(sa.Column("assignment_id", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("probation_end", sa.Date(), nullable=True))
        table.create_index("ix_employment_last_day", ["last_day"])
        table.create_index("ix_employment_state", ["state"])
    _take_over()
    _give_hr_health()
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Back; numbers, moves and events are lost."""
    op.execute("DELETE FROM access_grant WHERE role = 'hr' AND field_class = 'health'")
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION lifecycle_event_append_only()")
    with op.batch_alter_table("employment") as batch:
        batch.drop_index("ix_employment_state")
        batch.drop_index("ix_employment_last_day")
        batch.drop_column("probation_end")
        batch.drop_column("assignment_id")


def _row() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
    ]


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def _indexed(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _make_tables() -> None:
    op.create_table(
        "erasure_passage",
        sa.Column("reason", sa.String(length=120), nullable=False),
        *_row(),
        sa.PrimaryKeyConstraint("id", name="pk_erasure_passage"),
    )
    op.create_table(
        "employee_number",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        *_row(),
        _refers("employee_number", "person_id", "person"),
        _refers("employee_number", "legal_entity_id", "legal_entity"),
        sa.PrimaryKeyConstraint("id", name="pk_employee_number"),
        sa.UniqueConstraint("legal_entity_id", "number", name="uq_employee_number_legal_entity_id_number"),
        sa.UniqueConstraint("person_id", "legal_entity_id", name="uq_employee_number_person_id_legal_entity_id"),
    )
    _indexed("employee_number", "person_id")
    op.create_table(
        "assignment",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("manager_person_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=False),
        *_row(),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("dated_state", sa.String(length=10), nullable=False),
        _refers("assignment", "employment_id", "employment"),
        _refers("assignment", "person_id", "person"),
        _refers("assignment", "legal_entity_id", "legal_entity"),
        _refers("assignment", "department_id", "department"),
        _refers("assignment", "manager_person_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_assignment"),
        sa.UniqueConstraint(
            "employment_id", "valid_from", "revision", name="uq_assignment_employment_id_valid_from_revision"
        ),
    )
    _indexed("assignment", "employment_id", "person_id", "department_id", "valid_from")
    op.create_table(
        "lifecycle_event",
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=False),
        *_row(),
        _refers("lifecycle_event", "employment_id", "employment"),
        _refers("lifecycle_event", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_lifecycle_event"),
    )
    _indexed("lifecycle_event", "employment_id", "person_id")
    op.create_table(
        "calendar_notice",
        sa.Column("region", sa.String(length=50), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("tentative", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("days", JSON, nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("checked_by", sa.String(length=80), nullable=True),
        sa.Column("checked_at", UtcDateTime(timezone=True), nullable=True),
        *_row(),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_notice"),
    )
    _indexed("calendar_notice", "region")
    op.create_table(
        "calendar_day",
        sa.Column("notice_id", sa.String(length=32), nullable=False),
        sa.Column("region", sa.String(length=50), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        *_row(),
        _refers("calendar_day", "notice_id", "calendar_notice"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_day"),
        sa.UniqueConstraint("region", "day", name="uq_calendar_day_region_day"),
    )
    _indexed("calendar_day", "notice_id")
    op.create_table(
        "contract",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("employment_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("probation_last_day", sa.Date(), nullable=True),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("asked_for_fixed", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("document_sha256", sa.String(length=64), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("escalated_on", sa.Date(), nullable=True),
        sa.Column("decided", sa.String(length=10), nullable=True),
        *_row(),
        _refers("contract", "person_id", "person"),
        _refers("contract", "employment_id", "employment"),
        _refers("contract", "legal_entity_id", "legal_entity"),
        _refers("contract", "department_id", "department"),
        sa.PrimaryKeyConstraint("id", name="pk_contract"),
    )
    _indexed("contract", "person_id", "employment_id", "department_id", "last_day", "state", "document_sha256")


def _take_over() -> None:
    bind = op.get_bind()
    known = sa.MetaData()
    employment, number, place, event = (
        sa.Table(name, known, autoload_with=bind)
        for name in ("employment", "employee_number", "assignment", "lifecycle_event")
    )
    rows = bind.execute(sa.select(employment).order_by(employment.c.id)).mappings().all()
    given: dict[tuple[str, str], str] = {}
    counts: dict[str, int] = {}
    for row in rows:
        made = {name: row[name] for name in ("created_at", "updated_at", "actor")}
        key = (row["person_id"], row["legal_entity_id"])
        if key not in given:
            counts[key[1]] = counts.get(key[1], 0) + 1
            given[key] = str(counts[key[1]]).zfill(5)
            bind.execute(
                number.insert().values(id=_id(row), person_id=key[0], legal_entity_id=key[1], number=given[key], **made)
            )
        first = _id(row)
        told = {"department": row["department_id"], "title": row["title"], "level": None}
        bind.execute(
            place.insert().values(
                id=first, employment_id=row["id"], person_id=key[0], legal_entity_id=key[1],
                department_id=row["department_id"], title=row["title"], reason="hired", ref="",
                valid_from=row["start_date"], revision=1, dated_state="holds", **made,
            )
        )  # fmt: skip
        bind.execute(
            event.insert().values(
                id=_id(row), employment_id=row["id"], person_id=key[0], kind="hired", day=row["start_date"],
                before=_document(bind, {}), after=_document(bind, told), ref="", **made,
            )
        )  # fmt: skip
        bind.execute(employment.update().where(employment.c.id == row["id"]).values(assignment_id=first))


def _give_hr_health() -> None:
    """The role "hr" reads, writes and decides on health data from now on; within the reach that it has for pay."""
    bind = op.get_bind()
    grant = sa.Table("access_grant", sa.MetaData(), autoload_with=bind)
    held = sa.select(grant).where(
        grant.c.role == "hr", grant.c.field_class == "pay", grant.c.action.in_(("read", "write", "decide"))
    )
    for row in bind.execute(held).mappings().all():
        bind.execute(grant.insert().values(**{**row, "id": _id(row), "field_class": "health"}))


def _id(row: sa.RowMapping) -> str:
    made = row["created_at"]
    return new_id(made if made.tzinfo else made.replace(tzinfo=UTC))


def _document(bind: sa.Connection, value: dict[str, object]) -> object:
    # a reflected column of JSON is text on SQLite
    return json.dumps(value) if bind.dialect.name == "sqlite" else value


def _guards(dialect: str) -> tuple[str, ...]:
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER lifecycle_event_no_{verb.lower()} BEFORE {verb} ON lifecycle_event "
            "WHEN NOT EXISTS (SELECT 1 FROM erasure_passage) "
            "BEGIN SELECT RAISE(ABORT, 'lifecycle_event is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        )
    return (
        "CREATE OR REPLACE FUNCTION lifecycle_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_LEVEL = 'ROW' AND EXISTS (SELECT 1 FROM erasure_passage) THEN "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END IF; "
        "RAISE EXCEPTION 'lifecycle_event is append-only'; END $$",
        "CREATE TRIGGER lifecycle_event_no_change BEFORE UPDATE OR DELETE ON lifecycle_event "
        "FOR EACH ROW EXECUTE FUNCTION lifecycle_event_append_only()",
        "CREATE TRIGGER lifecycle_event_no_truncate BEFORE TRUNCATE ON lifecycle_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_event_append_only()",
    )

"""Tables that may only grow, and the database itself sees to it: triggers refuse every change and removal.

The audit trail lets nothing through. Other tables (lifecycle events, punches, ledgers) let an erasure through, and
nothing else: it opens `passage` within its transaction, and closes it before the transaction ends, so that no other
transaction ever sees it open.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import DDL, String, Table, delete, event
from sqlalchemy.orm import Mapped, Session, mapped_column

from interview_engine.clock import Clock
from interview_engine.store import audit
from interview_engine.store.base import Base, Row
from interview_engine.store.rows import stamp
from interview_engine.store.tables import AuditEvent

STATEMENTS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event "
        "BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END",
        "CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event "
        "BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_event_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit_event is append-only'; END $$",
        "CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION audit_event_append_only()",
        "CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_event_append_only()",
    ),
}
"""Of the audit trail, by dialect. A migration carries its own copy; these serve `metadata.create_all`."""


class ErasurePassage(Row, Base):
    """Open while there is a row: what the transaction that wrote it may remove from tables that only grow."""

    __tablename__ = "erasure_passage"

    reason: Mapped[str] = mapped_column(String(120))


def guards(table: str, dialect: str) -> tuple[str, ...]:
    """The statements that make a table append-only but for an erasure, for a migration or `create_all`."""
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            "WHEN NOT EXISTS (SELECT 1 FROM erasure_passage) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        )
    return (
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_LEVEL = 'ROW' AND EXISTS (SELECT 1 FROM erasure_passage) THEN "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END IF; "
        f"RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    )


def protect(table: type[Base]) -> type[Base]:
    """Class decorator: have `create_all` make the table's guards with it. Its migration runs `guards` too."""
    made: Table = table.__table__  # type: ignore[assignment]
    for dialect in ("sqlite", "postgresql"):
        for statement in guards(made.name, dialect):
            _after_create(made, statement, dialect)
    return table


@contextmanager
def passage(session: Session, actor_id: str, reason: str, clock: Clock) -> Iterator[None]:
    """Let an erasure change and remove rows of tables that only grow, until the block ends. In the trail.

    Raises:
        what the block raises; the transaction must then be rolled back, as it is anyway.
    """
    made = ErasurePassage(**stamp(actor_id, clock), reason=reason[:120])
    session.add(made)
    session.flush()
    audit.record(session, actor_id, "erasure.passage", f"erasure_passage:{made.id}", {"reason": made.reason}, clock)
    yield
    session.flush()
    session.execute(delete(ErasurePassage).where(ErasurePassage.id == made.id))


def install() -> None:
    """Have `create_all` make the trail's triggers with its table. Called once, when the tables are gathered."""
    trail: Table = AuditEvent.__table__  # type: ignore[assignment]
    for dialect, statements in STATEMENTS.items():
        for statement in statements:
            _after_create(trail, statement, dialect)


def _after_create(table: Table, statement: str, dialect: str) -> None:
    # a "%" would be read as a format by DDL; no statement here has one
    ddl = DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", ddl)

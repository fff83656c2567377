"""Run by Alembic. The open connection and, for a new revision, the metadata come from `migrate.py`: no address here."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON

from interview_engine.store.base import UtcDateTime


def render_type(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Own column types by their name, with the import they need."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen.imports.add("from interview_engine.store.base import UtcDateTime")
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, JSON):
        autogen.imports.add("from interview_engine.store.base import Json")
        return "Json"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    render_item=render_type,
    render_as_batch=context.config.attributes["connection"].dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

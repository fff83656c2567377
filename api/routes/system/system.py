"""Whether the service is alive and ready."""

from __future__ import annotations

from pydantic import BaseModel, Field
from sqlalchemy import text

from api.deps import Ctx
from api.routes.frame import new_router
from interview_engine import __version__

router = new_router("system")


class Health(BaseModel):
    """The service answers and reaches its database."""

    status: str = Field(examples=["ok"])
    version: str = Field(examples=["0.1.0"])


@router.get("/health")
def health(context: Ctx) -> Health:
    """Alive, and the database answers."""
    with context.database.reading() as session:
        session.execute(text("SELECT 1"))
    return Health(status="ok", version=__version__)

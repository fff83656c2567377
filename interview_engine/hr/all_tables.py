"""Every table in one place, and the areas plugged in: for migrations, and for a process that opens the database."""

from interview_engine.hr.areas import AREAS
from interview_engine.hr.house import plug_in
from interview_engine.store import append_only
from interview_engine.store.base import Base

append_only.install()
plug_in(AREAS)

__all__ = ["Base"]

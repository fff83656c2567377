"""Modules on and off (L8): which are off for whom, and what is not shown because of it.

Kept for two seconds in a process, since every page asks; the process that switches knows at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Request
from sqlalchemy.orm import Session

from api.area import WebArea
from api.context import Context
from interview_engine.clock import Clock
from interview_engine.hr.companies import service as companies
from interview_engine.hr.companies.service import Switched
from interview_engine.hr.house import house

KEPT_S = 2.0


@dataclass(slots=True)
class Switches:
    """What this process knows of modules that are off."""

    clock: Clock
    _known: Switched = field(default_factory=Switched)
    _until_s: float = float("-inf")

    def now(self, read: Callable[[], Switched]) -> Switched:
        """What is off, at most `KEPT_S` old."""
        known = self.known()
        if known is None:
            known = self._known = read()
            self._until_s = self.clock.monotonic_s() + KEPT_S
        return known

    def known(self) -> Switched | None:
        """What is off where that is known and no older; None where it must be read."""
        return self._known if self.clock.monotonic_s() < self._until_s else None

    def forget(self) -> None:
        """Ask again next time."""
        self._until_s = float("-inf")


def switches_of(request: Request) -> Switches:
    """Those of the application."""
    found: Switches = request.app.state.switches
    return found


def paths_of(areas: tuple[WebArea, ...]) -> tuple[tuple[str, str], ...]:
    """(beginning of an address, module), the longest first."""
    found = {path: module for area in areas for path, module in area.modules.items()}
    for area in areas:
        for one in area.lists:
            module = house().module_of_list(one.spec.name)
            if module is not None:
                for path in (one.href, f"/wechat/lists/{one.spec.name}", f"/api/v1/lists/{one.spec.name}"):
                    found.setdefault(path, module)
    return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))


def module_at(paths: tuple[tuple[str, str], ...], path: str) -> str | None:
    """The module that an address belongs to; None for what is always there."""
    return next((module for start, module in paths if path == start or path.startswith(f"{start}/")), None)


def shown_for(request: Request, context: Context, person_id: str | None) -> Callable[[str], bool]:
    """Whether somebody is shown what lies at an address: True for all where nothing is switched off."""
    off = off_for(request, context)
    if not off.off:
        return lambda _: True
    with context.database.reading() as session:
        company = company_for(request, session, person_id)
    paths = request.app.state.module_paths

    def shown(path: str) -> bool:
        module = module_at(paths, path)
        return module is None or not off.is_off(module, company)

    return shown


def company_for(request: Request, session: Session, person_id: str | None) -> str | None:
    """A person's company; looked up once in a request, however many ask."""
    known: dict[str | None, str | None] = request.scope.setdefault("state", {}).setdefault("companies", {})
    if person_id not in known:
        known[person_id] = companies.company_of(session, person_id)
    return known[person_id]


def off_for(request: Request, context: Context) -> Switched:
    """What is off where, as this process knows it."""

    def read() -> Switched:
        with context.database.reading() as session:
            return companies.switched(session)

    return switches_of(request).now(read)

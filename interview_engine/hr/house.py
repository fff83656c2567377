"""The areas that this process runs with, plugged in once where it starts, and looked up by name from the middle.

Like the tables' metadata it is one for the process: `all_tables.py` plugs in the areas of the product. A test, or an
installation with an area of its own, plugs in another list before it opens anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.area import (
    Area,
    Found,
    Job,
    KeptKind,
    MessageTemplate,
    Module,
    NamesSeen,
    NotBegun,
    PersonPlaces,
    Post,
    RequestKind,
    Subject,
    Watch,
    WorkKind,
)
from interview_engine.hr.forms.spec import ListSpec, SheetPart
from interview_engine.i18n import add_folder
from interview_engine.store import webhook_events
from interview_engine.store.blob_garbage import References

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class House:
    """The areas, and what they hand over by name."""

    areas: tuple[Area, ...]
    requests: Mapping[str, RequestKind]
    messages: Mapping[str, MessageTemplate]
    subjects: Mapping[str, Subject]
    work: Mapping[str, WorkKind]
    names: Mapping[str, NamesSeen]
    lists: Mapping[str, ListSpec]
    watches: Mapping[str, Watch]
    modules: Mapping[str, Module]

    def references(self) -> References:
        """Every column that names a blob: what garbage collection must leave alone."""
        return References(
            columns=tuple(column for area in self.areas for column in area.blobs),
            documents=tuple(column for area in self.areas for column in area.blob_documents),
        )

    def places(self) -> tuple[PersonPlaces, ...]:
        """Where persons are placed beside the department they work in."""
        return tuple(place for area in self.areas for place in area.places)

    def sheet_parts(self, list_name: str) -> tuple[SheetPart, ...]:
        """The columns that areas add to the sheets of a list."""
        return tuple(part for area in self.areas for part in area.sheet_parts if part.list_name == list_name)

    def jobs(self) -> tuple[Job, ...]:
        """What has to be done now and then."""
        return tuple(job for area in self.areas for job in area.jobs)

    def kept(self) -> tuple[KeptKind, ...]:
        """Kinds of documents with a period in the retention schedule."""
        return tuple(kind for area in self.areas for kind in area.kept)

    def urgent(self) -> frozenset[str]:
        """Messages that go out at any hour."""
        return frozenset(name for name, message in self.messages.items() if message.urgent)

    def by_person(self) -> tuple[str, ...]:
        """Kinds of durable work that hand their subject to a person when people go on without them."""
        return tuple(kind.name for kind in self.work.values() if kind.by_person)

    def request_kinds(self, session: Session) -> dict[str, RequestKind]:
        """Every kind of request by name, with those that companies made."""
        made = [kind for area in self.areas if area.more_requests is not None for kind in area.more_requests(session)]
        return dict(self.requests) | {kind.name: kind for kind in made}

    def module_of_kind(self, kind_name: str) -> str | None:
        """The module that a kind of request belongs to; None where it cannot be switched off."""
        for area in self.areas:
            if area.module is None:
                continue
            if kind_name in area.module.requests or any(kind.name == kind_name for kind in area.requests):
                return area.module.name
        return None

    def module_of_list(self, list_name: str) -> str | None:
        """The module that a list belongs to."""
        for area in self.areas:
            if area.module is not None and any(one.name == list_name for one in area.lists):
                return area.module.name
        return None

    def request_kind(self, session: Session, name: str) -> RequestKind | None:
        """One of them; None where there is none of that name."""
        return self.requests.get(name) or self.request_kinds(session).get(name)

    def post_of(self, session: Session, person_id: str) -> Post | None:
        """Where a person works now; None where they do not."""
        found = (area.post_of(session, person_id) for area in self.areas if area.post_of is not None)
        return next((post for post in found if post is not None), None)

    def not_begun(self, session: Session, actor: Any, what: NotBegun, clock: Clock) -> None:
        """Let every area do its part when somebody who was employed did not come, or did after all."""
        for area in self.areas:
            if area.not_begun is not None:
                area.not_begun(session, actor, what, clock)

    def days_changed(self, session: Session, days: Sequence[tuple[str, date, date]], clock: Clock) -> None:
        """Let every area do its part when days of somebody (employment, first, last) are other than they were."""
        for area in self.areas:
            if area.days_changed is not None:
                area.days_changed(session, days, clock)

    def find_subjects(self, session: Session, subjects: Iterable[str]) -> dict[str, Found]:
        """Titles and pages of what approvals and messages are about ("requisition:id"); without those that are gone."""
        ids: dict[str, list[str]] = {}
        for subject in subjects:
            kind, _, row_id = subject.partition(":")
            if kind and row_id:
                ids.setdefault(kind, []).append(row_id)
        kinds = self.requests if ids.keys() <= self.requests.keys() else self.request_kinds(session)
        return {
            f"{kind}:{row_id}": found
            for kind, wanted in ids.items()
            if kind in kinds
            for row_id, found in kinds[kind].find(session, wanted).items()
        }

    def concerned(self, session: Session, subjects: Iterable[str]) -> set[str]:
        """Keys of the open pages that events about these subjects change: the rows' own, and those of `concerns`."""
        ids: dict[str, set[str]] = {}
        for subject in subjects:
            kind, _, row_id = subject.partition(":")
            ids.setdefault(kind, set()).add(row_id)
        keys = {f"{kind}:{row_id}" for kind, rows in ids.items() for row_id in rows}
        for kind, rows in ids.items():
            declared = self.subjects.get(kind)
            if declared is not None and declared.concerns is not None:
                for found in declared.concerns(session, sorted(rows)).values():
                    keys.update(found)
        return keys

    def names_seen(self, session: Session, actor: Any, payloads: Sequence[Mapping[str, Any]]) -> list[str]:
        """Whom each message is about, by its payload: "" for nobody, and for whom the actor may not see."""
        found = {
            key: find(session, actor, sorted({str(one[key]) for one in payloads if one.get(key)}))
            for key, find in self.names.items()
        }
        return [
            next((names[row_id] for key, names in found.items() if (row_id := str(one.get(key))) in names), "")
            for one in payloads
        ]


_house: House | None = None


def plug_in(areas: Sequence[Area]) -> House:
    """Run with these areas from now on, instead of those there were.

    Raises:
        ValueError: two areas hand over something under one name.
    """
    global _house
    made = House(
        tuple(areas),
        requests=_by_name("request kind", ((kind.name, kind) for area in areas for kind in area.requests)),
        messages=_by_name("message", (pair for area in areas for pair in area.messages.items())),
        subjects=_by_name("subject", ((one.name, one) for area in areas for one in area.subjects)),
        work=_by_name("kind of work", ((kind.name, kind) for area in areas for kind in area.work)),
        names=_by_name("name", (pair for area in areas for pair in area.names.items())),
        lists=_by_name("list", ((one.name, one) for area in areas for one in area.lists)),
        modules=_by_name("module", ((one.module.name, one.module) for one in areas if one.module is not None)),
        watches=_by_name("watch", ((one.kind, one) for area in areas for one in area.watches)),
    )
    webhook_events.tell({name: subject.untold for name, subject in made.subjects.items() if subject.told})
    for area in areas:
        if area.locale is not None:
            add_folder(area.locale)
    _house = made
    return made


def house() -> House:
    """The areas of this process.

    Raises:
        RuntimeError: none were plugged in: this process did not import `hr.all_tables`.
    """
    if _house is None:
        raise RuntimeError("no areas are plugged in; import interview_engine.hr.all_tables where the process starts")
    return _house


def _by_name(what: str, pairs: Iterable[tuple[str, T]]) -> Mapping[str, T]:
    found: dict[str, T] = {}
    for name, one in pairs:
        if name in found:
            raise ValueError(f"two areas have a {what} called {name!r}")
        found[name] = one
    return MappingProxyType(found)

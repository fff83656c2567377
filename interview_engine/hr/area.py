"""What an area of HR hands over to the middle of the house. Each area's `area.py` makes one `Area`.

The middle (approvals, messages, webhooks, audit, durable work, deletion, garbage collection) names no area: it asks the
house (`house.py`). An area never imports the list of all areas (`areas.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from interview_engine.clock import Clock
from interview_engine.hr.forms.spec import ListSpec, SheetPart
from interview_engine.hr.removal import Removal
from interview_engine.i18n import Text
from interview_engine.service_settings import ServiceSettings
from interview_engine.store.base import Base
from interview_engine.store.blobs import BlobStore, Owner
from interview_engine.store.engine import Database

Column = InstrumentedAttribute[Any]

Effect = Callable[[Session, Any, str, str, Clock], None]
"""(session, actor, subject, state, clock), called when an approval has ended as approved, rejected or withdrawn.

The actor is an `access.rules.Actor`. It is not named here: access hands over an area too, and so stands on this file.
"""

Fate = Literal["erased", "forgotten", "emptied", "kept"]
"""What an erasure makes of the rows that name the person: "erased", they go; "forgotten", they go when the person is
forgotten as a whole, which nobody is who works here; "emptied", they stay without content; "kept", they stay."""


@dataclass(frozen=True, slots=True)
class PersonColumn:
    """A column that names a person, what an erasure makes of its rows, and why."""

    column: Column
    fate: Fate
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a subject is called, the console's page about it ("" for none), and facts that an approver wants to know.

    Facts are (what it is called, value); none of pay or of a candidate, because cards show them before a sign-in.
    """

    title: str
    href: str
    facts: tuple[tuple[Text, str], ...] = ()


Find = Callable[[Session, Sequence[str]], Mapping[str, Found]]
"""(session, ids): the subjects among them that are there, by id; a few queries for any number of ids."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What the conditions of an approval flow may ask about a request: a number, or one of some choices.

    Args:
        name: up to 40 characters; what conditions keep.
        word: what forms call it, with the unit of a number.
        choices: by value, what forms call it; empty for a number.
    """

    name: str
    word: Text
    choices: Mapping[str, Text] = field(default_factory=lambda: MappingProxyType({}))


Facts = Mapping[str, Decimal | str]
"""By the name of the fact: a number, or one of its choices."""


@dataclass(frozen=True, slots=True)
class RequestKind:
    """Something that needs approval. Approvals of it are about the subject "<name>:<id>".

    Args:
        name: up to 40 characters; what flows and approvals keep.
        word: what lists and cards call it.
        find: titles and pages of its subjects.
        effect: what an ended approval does, in the transaction of the last decision.
        facts: what conditions on the steps of its flows may ask.
        facts_of: (session, id of the subject): those facts when the approval is asked for.
        decided_by: (session, id of the subject): what one of those who decide must be allowed to do with whom it is
            about, as (field class, action); None where nobody must.
        asked: how persons ask for it by a form (`hr.requests.kinds.AskedKind`); None where a service asks for it.
        legal_entity_id: the company that made the kind; None for those of the product.
    """

    name: str
    word: Text
    find: Find
    effect: Effect
    facts: tuple[Fact, ...] = ()
    facts_of: Callable[[Session, str], Facts] | None = None
    decided_by: Callable[[Session, str], tuple[str, str] | None] | None = None
    asked: Any = None
    legal_entity_id: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """Where somebody works now.

    Args:
        employment_id: of the employment that counts today.
        first_day, last_day: of it; last_day None where no end is known.
        state: pending, probation, active, notice.
    """

    employment_id: str
    department_id: str
    legal_entity_id: str
    state: str
    first_day: date
    last_day: date | None = None


DaysChanged = Callable[[Session, Sequence[tuple[str, date, date]], Clock], None]
"""(session, (employment, first day, last day) each, clock): what those days are has changed, by leave for one."""


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """An outbox message in words. `{name}` is filled in from the payload; `{link}`, `{expires}` are made of it.

    Args:
        subject, body: as a mail; "open to see", so no score, answer or pay.
        path: what it leads to, "/console/applications/{application}"; "" for nothing.
        line: the same in one line of the console's inbox, where also `{subject}` and `{state}` have words; None for
            messages that no account gets.
        states: the words for `{state}` there.
        to_subject: in the inbox it leads to the page of the payload's subject, where that has one.
        to_read: the line of the list "to read" on the phone, None when it is not in it.
        card: the kind of the Official Account's template.
        urgent: goes out at night too, because the receiver has just asked for it or must know at once.
    """

    subject: Text
    body: Text
    path: str = ""
    line: Text | None = None
    states: Mapping[str, Text] = field(default_factory=lambda: MappingProxyType({}))
    to_subject: bool = False
    to_read: Text | None = None
    card: Literal["invitation", "offer", "onboarding", "result", "todo", "notice"] = "notice"
    urgent: bool = False


Concerns = Callable[[Session, Sequence[str]], Mapping[str, Iterable[str]]]
"""(session, ids): by id, keys of open pages that show the row: "account:id" and "person:id" for whom it concerns,
"requisition:id" for pages of another thing. One query or two for any number of ids. `EVERYBODY` for a row that concerns
more people than can be named."""

EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class Subject:
    """The first part of names of audit events, "application" of "application.move".

    Args:
        told: whether webhooks can ask for its events. Sign-ins, grants and reads are not told.
        untold: what the trail keeps of an event and a receiver of webhooks does not get.
        concerns: which open pages an event about such a row changes, besides pages of the row itself.
    """

    name: str
    told: bool = False
    untold: frozenset[str] = frozenset()
    concerns: Concerns | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """Things whose pages stay fresh while they are open (J5). A page watches "<kind>:<id>".

    Args:
        kind: of the key; the first part of audit events' subjects where they tell of it.
        check: (session, actor, id) raises where the actor may not read it.
        versions: (session, ids): by id, a text that differs when the row has changed. For what changes without an
            audit event, as progress does; asked about once a second for all open pages together.
    """

    kind: str
    check: Callable[[Session, Any, str], object]
    versions: Callable[[Session, Sequence[str]], Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class WorkKind:
    """A kind of durable work: measured, scored or calculated by the workers, whatever happens to them.

    Args:
        name: up to 20 characters; `pipelines.service.worker` knows by it who does the work.
        word, words: of one and of several, for the operations page.
        find: the page about each subject.
        ready: which waiting items may begin, from the item's subject.
        missing: job: subjects that should have an item and have none, at most so many.
        urgent: begins before others, because a person waits for it.
        by_person: a parked item that people go on without is run once more, and hands its subject to a person.
    """

    name: str
    word: Text
    words: Text
    find: Find
    ready: Callable[[InstrumentedAttribute[str]], ColumnElement[bool]]
    missing: Callable[[Session, int], Sequence[str]]
    urgent: bool = False
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """What a job works with."""

    database: Database
    blobs: BlobStore
    clock: Clock
    settings: ServiceSettings


@dataclass(frozen=True, slots=True)
class Job:
    """What has to be done now and then, in every server and worker; safe to be done by several at once.

    Args:
        every_s: seconds between two rounds; the first is at the start.
        do: one round; opens its own transactions. `in_transaction` makes one of what needs a session and the clock.
        by_date: it ends or deletes what is old, so it waits while the clock is in doubt.
    """

    name: str
    every_s: float
    do: Callable[[Round], object]
    by_date: bool = False


def in_transaction(do: Callable[[Session, Clock], object]) -> Callable[[Round], object]:
    """A job's `do` of a function that needs one transaction and the clock."""

    def one_round(given: Round) -> object:
        with given.database.transaction() as session:
            return do(session, given.clock)

    return one_round


@dataclass(frozen=True, slots=True)
class NotBegun:
    """An employment whose person did not come.

    Args:
        application_id: that led to it; None where nobody applied.
        undone: they came after all, and it was noted on the same day.
    """

    employment_id: str
    person_id: str
    application_id: str | None
    reason: str
    undone: bool = False


PersonPlaces = Callable[[], Select[str, str, str]]
"""A statement of (person_id, department_id, legal_entity_id): places through which a person is reached."""

EraseOne = Callable[[Session, str, Removal], None]
"""(session, id of what the request names, removal)."""


@dataclass(frozen=True, slots=True)
class Over:
    """Something whose period of keeping ends with `day`: the id of what `Area.erasures` deletes, and whose it is."""

    subject_id: str
    person_id: str
    day: date


@dataclass(frozen=True, slots=True)
class KeptKind:
    """A kind of document that is kept for a time after somebody left, and then destroyed by plan.

    Args:
        name: up to 20 characters; of its rule in the schedule, of its planned deletions, and of its erasure in
            `Area.erasures`.
        word: what people call it.
        over: (session, months after the last day, least months, until): what is over by `until`, the oldest first.
    """

    name: str
    word: Text
    over: Callable[[Session, int, int, date], Sequence[Over]]


NamesSeen = Callable[[Session, Any, Sequence[str]], Mapping[str, str]]
"""(session, actor, ids): by id, the names of the persons that the rows are about, of those whom the actor may see.

The actor is an `access.rules.Actor`, see `Effect`.
"""


BlobOwners = Callable[[Session, Sequence[str]], Mapping[str, Owner]]
"""(session, hashes): whose the blobs among them are that the area's rows name."""


Affected = Callable[[Session, str], Sequence[tuple[Text, int]]]
"""(session, id of a company): what goes on in a module there, in words with counts."""


@dataclass(frozen=True, slots=True)
class Module:
    """What a company can switch off as a whole (L8): pages, lists and requests go, what is kept stays.

    Args:
        name: up to 40 characters; what settings keep. Never changed.
        title, about: for the page on which it is switched.
        requests: kinds of requests that belong to it besides those of its area.
        affected: what is under way; it stays and is decided as before.
        outside: what people outside the company find while it is off.
    """

    name: str
    title: Text
    about: Text
    requests: tuple[str, ...] = ()
    affected: Affected | None = None
    outside: Text | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """One area of HR, as the middle of the house knows it.

    Args:
        name: its package in `interview_engine.hr`.
        tables: its mapped classes.
        blobs: columns that hold the sha256 of a stored blob, or None.
        blob_documents: columns of JSON objects whose values are sha256 of stored blobs.
        blob_owners: whose those blobs are: what they are encrypted with follows from it.
        persons: every column that names a person.
        places: where the area's rows place a person (an application: at its job's company); who may do something there
            may do it to the person's own data.
        erase: (session, person id, removal): what the area does when a person is erased.
        holds: whether a person must not be forgotten as a whole: works here, has an account.
        erasures: deletions of less than a person, by the kind of the request.
        kept: kinds of documents with a period in the retention schedule; each is in `erasures` too.
        requests: what needs approval.
        more_requests: (session): kinds that companies made themselves.
        post_of: (session, person id): where they work now; None where they do not.
        not_begun: (session, actor, what, clock): what the area does when somebody who was employed did not come, or did
            after all; in the same transaction.
        messages: by template.
        names: by the key of a message's payload that holds an id ("application"): whom the message is about.
        subjects: of the audit trail and of webhooks.
        work: kinds of durable work.
        jobs: what has to be done now and then.
        lists: kinds of lists, each with its field classes; pages and routes are made of them where the front names them
            (`api.area.ListPage`).
        module: what a company switches off with it; None where the house does not stand without it.
        watches: things whose open pages stay fresh.
        check_merge: (session, person who goes, person who is kept): raises where both have something of which a person
            has one only, when two persons turn out to be one.
        sheet_parts: columns that the area adds to the sheets of other areas' lists.
        days_changed: what the area does when another one has changed what days of somebody are.
        locale: folder with "<language>/*.po" for the area's own texts, beside those of `interview_engine/locale`.
    """

    name: str
    tables: tuple[type[Base], ...] = ()
    blobs: tuple[Column, ...] = ()
    blob_documents: tuple[Column, ...] = ()
    blob_owners: BlobOwners | None = None
    persons: tuple[PersonColumn, ...] = ()
    places: tuple[PersonPlaces, ...] = ()
    erase: EraseOne | None = None
    holds: Callable[[Session, str], bool] | None = None
    erasures: Mapping[str, EraseOne] = field(default_factory=lambda: MappingProxyType({}))
    kept: tuple[KeptKind, ...] = ()
    requests: tuple[RequestKind, ...] = ()
    more_requests: Callable[[Session], Sequence[RequestKind]] | None = None
    post_of: Callable[[Session, str], Post | None] | None = None
    not_begun: Callable[[Session, Any, NotBegun, Clock], None] | None = None
    messages: Mapping[str, MessageTemplate] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[str, NamesSeen] = field(default_factory=lambda: MappingProxyType({}))
    subjects: tuple[Subject, ...] = ()
    work: tuple[WorkKind, ...] = ()
    jobs: tuple[Job, ...] = ()
    lists: tuple[ListSpec, ...] = ()
    module: Module | None = None
    watches: tuple[Watch, ...] = ()
    sheet_parts: tuple[SheetPart, ...] = ()
    days_changed: DaysChanged | None = None
    check_merge: Callable[[Session, str, str], None] | None = None
    locale: Path | None = None

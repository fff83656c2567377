"""What a kind of request is, as its area declares it. A new kind is one such value: no page, no route, no table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Fact, Facts, Post
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.i18n import Text, msg

STATES: Mapping[str, Text] = MappingProxyType(
    {
        "pending": msg("Waiting for a decision"),
        "approved": msg("Approved, from its day on"),
        "done": msg("Done"),
        "rejected": msg("Not approved"),
        "withdrawn": msg("Withdrawn", context="request"),
        "expired": msg("Nobody decided in time"),
        "cancelling": msg("To be cancelled, waiting for a decision"),
        "cancelled": msg("Cancelled"),
    }
)
"""By state, what people read. "approved" waits for the day from which it holds; "done" has had its effect."""

ASIDE = MappingProxyType({"no": msg("a request"), "yes": msg("a cancellation")})
SEALED = "sealed"
"""Under this name a row keeps a form that is encrypted."""

CANCELLATION = Fact("cancellation", msg("It is"), ASIDE)
"""What the conditions of every kind's flow may ask: whether something is asked for, or called off after it was done."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as its kind reads it.

    Args:
        id: "" while it is not yet asked for.
        person_id: whom it is about. post: where they work.
        values: of the form's fields, by name.
        before: what they replace, by name, where the kind says so.
        day_from, day_to: the days that it speaks of; None where its form has none.
    """

    id: str
    person_id: str
    post: Post
    values: Mapping[str, Value]
    day_from: date | None
    day_to: date | None
    before: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))

    def text(self, name: str) -> str:
        """A text field; "" for nothing."""
        return str(self.values.get(name) or "")

    def day(self, name: str) -> date:
        """A day that the form requires."""
        value = self.values[name]
        assert isinstance(value, date)
        return value


@dataclass(frozen=True, slots=True)
class Effect:
    """What a request did to a row: `quantity` in the table's smallest unit (minutes, fen, or 1 for a row)."""

    table: str
    row_id: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A line that the request's page shows besides its fields, to who may read its class."""

    label: Text
    value: Text | str
    field_class: str


Apply = Callable[[Session, Actor, Ask, Clock], Sequence[Effect]]
"""(session, actor, request, clock): do it, in the transaction of the decision. The actor may do everything and is named
after who decided. What it raises leaves the request undecided and is read by who decides."""

Reverse = Callable[[Session, Actor, Ask, Sequence[Effect], Clock], Sequence[Effect]]
"""(session, actor, request, what it did, clock) → a counter-entry for each, in the same order. Removes nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class AskedKind:
    """A kind of request.

    Args:
        name: up to 40 characters; what requests, flows and approvals keep. Never changed.
        title: what lists call it. about: a sentence below it.
        fields: of its form. days: the names of those with the first and the last day that it speaks of.
        field_class: who may read this class of a person may read the request.
        classes: by field, the class that shows it where that is not the request's own ("health" of a reason).
        facts, facts_of: what the conditions of its flow may ask, and (request) → those facts. Pure.
        facts_in: (session, request): further facts, that lie in the database.
        decided_by: (request): what one of those who decide must be allowed to do with whom it is about, as (field
            class, action); None where nobody must. Nobody decides blind on pay.
        by_oneself: whether one may ask for oneself; where not, no grant makes up for it.
        for_others: what one must be allowed to do with a person to ask for them, as (field class, action); None where
            nobody may.
        earliest_days: how many days before today its first day may lie; None for any.
        offers: (session, post) → by field, the choices that depend on where somebody works; such a field is a choice.
        check: (session, request, clock) raises where it cannot be asked for; asked again before it takes effect.
        before: (session, request): what the values would replace, to be shown beside them.
        lines: (session, request): what whoever decides should know besides.
        previews: the fields that `lines` need, where those are not the form's required days; they are shown to who asks
            as soon as these are filled in.
        apply: its effect; None where the approval is all. on_its_day: not before `day_from` has come.
        reverse: how it is undone; None where it cannot be once it is done.
        line: (request): what lists show of it besides the days; no pay, no health.
        sealed: its form is kept encrypted under a key of the person, and who may not open its class sees it masked.
        masks: by field of a sealed form, what they see of it; of a field without a mask they see that it is filled in.
        opened_by: (field class, action) that opens a sealed form, where that is more than reading its class.
        started: (session, request, actor's id, clock), in the transaction in which it is asked for.
        refused: the same, in that in which it is rejected, withdrawn or expires without having had an effect.
        personal: its papers open to whom they are about alone, after a second factor, and are kept encrypted.
        legal_entity_id: the company that made the kind; None for those of the product.
        closed: nobody can ask for it any more. retired: fields that its form had once, shown where a request has them.
    """

    name: str
    title: Text
    fields: tuple[Field, ...]
    about: Text | None = None
    days: tuple[str, str] | tuple[str] | tuple[()] = ()
    field_class: str = "contact"
    classes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    facts: tuple[Fact, ...] = ()
    facts_of: Callable[[Ask], Facts] | None = None
    facts_in: Callable[[Session, Ask], Facts] | None = None
    decided_by: Callable[[Ask], tuple[str, str] | None] | None = None
    by_oneself: bool = True
    for_others: tuple[str, str] | None = ("contact", "write")
    earliest_days: int | None = None
    offers: Callable[[Session, Post], Mapping[str, Mapping[str, Text]]] | None = None
    check: Callable[[Session, Ask, Clock], None] | None = None
    before: Callable[[Session, Ask], Mapping[str, Value]] | None = None
    lines: Callable[[Session, Ask], Sequence[Line]] | None = None
    previews: tuple[str, ...] = ()
    apply: Apply | None = None
    on_its_day: bool = False
    closed: bool = False
    reverse: Reverse | None = None
    line: Callable[[Ask], str] | None = None
    sealed: bool = False
    masks: Mapping[str, Callable[[str], str]] = field(default_factory=lambda: MappingProxyType({}))
    opened_by: tuple[str, str] | None = None
    started: Callable[[Session, Ask, str, Clock], None] | None = None
    refused: Callable[[Session, Ask, str, Clock], None] | None = None
    personal: bool = False
    legal_entity_id: str | None = None
    retired: tuple[Field, ...] = ()

    def __post_init__(self) -> None:
        names = {one.name for one in self.fields}
        if len(self.name) > 40 or ":" in self.name or len(names) != len(self.fields):
            raise ValueError(f"request kind {self.name!r}: name, or fields twice")
        if not set(self.days) <= names or not set(self.classes) <= names | {one.name for one in self.retired}:
            raise ValueError(f"request kind {self.name!r}: days or classes of fields that are not there")
        if self.sealed and SEALED in names:
            raise ValueError(f"request kind {self.name!r}: a sealed form has no field {SEALED!r}")
        if self.on_its_day and not self.days:
            raise ValueError(f"request kind {self.name!r} waits for a day that its form does not have")

    def class_of(self, name: str) -> str:
        """The field class that shows a field."""
        return self.classes.get(name, self.field_class)

    def version(self) -> str:
        """What the form is now, in 12 characters: another set of fields is another version."""
        said: list[Any] = [[one.name, one.kind, one.required, sorted(one.choices)] for one in self.fields]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]

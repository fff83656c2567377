"""Changes of one's own file, asked for on the phone: a kind of request for each section, made of its declaration.

What is asked for lies encrypted in the request. Who decides sees as much of the old and the new as they may open. The
effect is one transaction with the last decision, refused where somebody has changed the entry in the meantime, and
undone by writing back what stood there before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import ConflictError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Post
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.files import entries
from interview_engine.hr.files.entries import Entry
from interview_engine.hr.files.sections import SECTIONS, Section
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.problems import conflict, invalid
from interview_engine.hr.requests.service import Ask, AskedKind, Effect
from interview_engine.i18n import LocalizedText, Text, msg

WHICH, REMOVE = "entry", "take_out"
YES_NO: Mapping[str, Text] = MappingProxyType({"1": msg("Yes"), "0": msg("No")})
AS_IS = msg("Left empty: as it is.")
TITLES: Mapping[str, Text] = MappingProxyType(
    {
        "identity": msg("Change of identity card"),
        "address": msg("Change of address"),
        "emergency": msg("Change of emergency contacts"),
        "bank": msg("Change of bank account"),
        "family": msg("Change of family members"),
        "certificates": msg("Change of certificates"),
    }
)
"""By section, what the request is called."""


@dataclass(frozen=True, slots=True)
class _Goal:
    """What a request makes of a section: the entry that it is about (None: a new one), whether it is taken out, and
    the values that it gives, by field."""

    entry: Entry | None
    take_out: bool
    given: Mapping[str, Value]

    def values(self, section: Section) -> dict[str, Value]:
        """The whole entry as it would be."""
        held = {} if self.entry is None else self.entry.values
        return {one.name: held.get(one.name) for one in section.fields} | dict(self.given)


def change_of(section: Section) -> AskedKind:
    """The kind of request by which somebody asks for a change of that section of their own file."""
    many = section.most > 1
    fields = tuple(_asked_field(one) for one in section.fields)
    if many:
        which = Field(WHICH, msg("Which one"), help=msg("Left empty: a new one."))
        fields = (which, *fields, Field(REMOVE, msg("Take it out of the file"), "flag"))
    return AskedKind(
        name=f"{section.name}_change",
        title=TITLES[section.name],
        about=msg("Fill in only what changes. The company's file changes once it is approved."),
        fields=fields,
        field_class=section.reads[0],
        classes={WHICH: "contact", REMOVE: "contact"} if many else {},
        for_others=None,
        offers=_offers(section) if many else None,
        check=_check(section),
        before=_before(section),
        apply=_apply(section),
        reverse=_reverse(section),
        sealed=True,
        masks=section.masks,
        opened_by=section.reads,
    )


def _asked_field(one: Field) -> Field:
    """The field of a section as a request asks for it: what is left empty stays."""
    if one.kind == "flag":
        return replace(one, kind="choice", choices=YES_NO, required=False, help=AS_IS)
    return replace(one, required=False, help=one.help or AS_IS)


def _offers(section: Section) -> Callable[[Session, Post], Mapping[str, Mapping[str, Text]]]:
    def offers(session: Session, post: Post) -> Mapping[str, Mapping[str, Text]]:
        person_id = session.get_one(Employment, post.employment_id).person_id
        return {WHICH: {one.id: _title(section, one) for one in entries.held_by(session, person_id, section.name)}}

    return offers


def _title(section: Section, entry: Entry) -> Text:
    """What an entry is called in a choice: its first field, masked, and its relation where it has one."""
    first = section.fields[0].name
    said = section.masks.get(first, str)(str(entry.values.get(first) or ""))
    relations = next((one.choices for one in section.fields if one.name == "relation"), {})
    relation = relations.get(str(entry.values.get("relation")))
    if relation is None:
        return LocalizedText(said, said)
    return LocalizedText(f"{said} · {relation.get('zh')}", f"{said} · {relation.get('en')}")


def _goal(session: Session, section: Section, asked: Ask) -> _Goal:
    held = entries.held_by(session, asked.person_id, section.name)
    wanted = asked.text(WHICH)
    if section.most == 1:
        entry = held[0] if held else None
    else:
        entry = next((one for one in held if one.id == wanted), None)
        if wanted and entry is None:
            raise _changed_since()
    given = {
        one.name: value for one in section.fields if (value := _as_kept(one, asked.values.get(one.name))) is not None
    }
    return _Goal(entry, asked.values.get(REMOVE) is True, given)


def _check(section: Section) -> Callable[[Session, Ask, Clock], None]:
    def check(session: Session, asked: Ask, clock: Clock) -> None:
        goal = _goal(session, section, asked)
        if goal.take_out and goal.entry is None:
            raise invalid(WHICH, "file.which", msg("It is not said what is to be taken out."), msg("Choose one."))
        if not goal.take_out:
            if not goal.given:
                first = section.fields[0].name
                raise invalid(first, "file.nothing", msg("Nothing is to be changed."), msg("Fill in what is new."))
            entries.tidied(section, goal.values(section), clock)
        if asked.id:
            _check_same(section, asked, goal)

    return check


def _before(section: Section) -> Callable[[Session, Ask], Mapping[str, Value]]:
    def before(session: Session, asked: Ask) -> Mapping[str, Value]:
        goal = _goal(session, section, asked)
        if goal.entry is None:
            return {}
        names = [one.name for one in section.fields] if goal.take_out else list(goal.given)
        return {name: _as_asked(goal.entry.values.get(name)) for name in names}

    return before


def _apply(section: Section) -> Callable[[Session, Actor, Ask, Clock], Sequence[Effect]]:
    def apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
        goal = _goal(session, section, asked)
        if goal.entry is None:
            made = entries.add(session, actor, asked.person_id, section.name, goal.values(section), clock)
            return [Effect("file_entry", made.id)]
        if goal.take_out:
            entries.remove(session, actor, goal.entry.id, goal.entry.version, clock)
            return [Effect("file_entry", goal.entry.id, -1)]
        entries.change(session, actor, goal.entry.id, goal.values(section), goal.entry.version, clock)
        return [Effect("file_entry", goal.entry.id)]

    return apply


def _reverse(section: Section) -> Callable[[Session, Actor, Ask, Sequence[Effect], Clock], Sequence[Effect]]:
    def reverse(session: Session, actor: Actor, asked: Ask, done: Sequence[Effect], clock: Clock) -> Sequence[Effect]:
        (one,) = done
        before = {field.name: _as_kept(field, asked.before.get(field.name)) for field in section.fields}
        if one.quantity < 0:
            made = entries.add(session, actor, asked.person_id, section.name, before, clock)
            return [Effect("file_entry", made.id)]
        rows = entries.held_by(session, asked.person_id, section.name)
        held = next((row for row in rows if row.id == one.row_id), None)
        if held is None:
            raise _changed_since()
        given = _goal(session, section, replace(asked, values={**asked.values, WHICH: held.id})).given
        now = {field.name: held.values.get(field.name) for field in section.fields}
        wrote = entries.tidied(section, now | dict(given), clock)
        if any(wrote[name] != held.values.get(name) for name in given):
            raise _changed_since()
        needed = [field.name for field in section.fields if field.required]
        made_new = all(name in given and before[name] is None for name in needed)
        if not made_new:
            put_back = now | {name: before[name] for name in given}
            entries.change(session, actor, held.id, put_back, held.version, clock)
        else:
            entries.remove(session, actor, held.id, held.version, clock)
        return [Effect("file_entry", held.id, -1)]

    return reverse


def _check_same(section: Section, asked: Ask, goal: _Goal) -> None:
    """Refuse where the entry says something else by now than when it was asked."""
    if goal.entry is None:
        return
    for one in section.fields:
        touched = goal.take_out or one.name in goal.given
        if touched and _as_kept(one, asked.before.get(one.name)) != goal.entry.values.get(one.name):
            raise _changed_since()


def _as_asked(value: Value) -> Value:
    return ("1" if value else "0") if isinstance(value, bool) else value


def _as_kept(one: Field, value: Value) -> Value:
    """A value of the request's form as the section keeps it; None for nothing."""
    if value is None or value == "":
        return None
    return value == "1" if one.kind == "flag" else value


def _changed_since() -> ConflictError:
    return conflict(
        "file.changed_since",
        msg("Somebody has changed this entry of the file since it was asked for."),
        msg("Reject it, and ask for what is to change now."),
    )


CHANGES: tuple[AskedKind, ...] = tuple(change_of(section) for section in SECTIONS)
"""In the order of the file."""

"""Fields that a company adds to the rows of a list without code: shown, sorted, filtered, exported, imported.

`with_own` gives a list with the custom fields that the actor's companies have; everything else then treats them as the
list's own columns, masked by their field class like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import FIELD_CLASSES, Actor, may_at_all
from interview_engine.hr.access.service import check_row, companies_of, denied, owned, visible
from interview_engine.hr.forms.fields import NUMBERS, Field, Kind, Value, checked_form, is_nothing
from interview_engine.hr.forms.query import OWN
from interview_engine.hr.forms.reading import is_like
from interview_engine.hr.forms.spec import Column, ListSpec
from interview_engine.hr.lists.reading import reached
from interview_engine.hr.lists.tables import CustomField, CustomValue
from interview_engine.hr.lists.tags import with_tags
from interview_engine.hr.people.tables import Department, LegalEntity
from interview_engine.hr.problems import conflict, invalid, missing, required, text_within
from interview_engine.i18n import LocalizedText, Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import AT_ONCE, batched, find, stamp, touch

MOST_FIELDS = 40
"""Of one list and company."""
MOST_CHOICES = 60

CUSTOM_KINDS: Mapping[str, Text] = {
    "text": msg("Text"),
    "area": msg("Long text"),
    "whole": msg("Whole number"),
    "number": msg("Number"),
    "money": msg("Amount in yuan"),
    "day": msg("Date"),
    "choice": msg("Choice"),
    "flag": msg("Yes or no"),
}
"""Kinds that can be added in the console, and what they are called."""


@dataclass(frozen=True, slots=True)
class NewField:
    """A field to be added; see `tables.CustomField`.

    Args:
        choices: (Chinese, English) of each, for a choice.
    """

    label_zh: str
    label_en: str
    kind: str
    field_class: str
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    most: int = 200


def with_own(session: Session, actor: Actor, spec: ListSpec) -> ListSpec:
    """The list with its tags, and with the custom fields of the companies in which the actor reads something."""
    spec = with_tags(spec) if spec.tags else spec
    rows = fields_of(session, actor, spec.name) if spec.custom else ()
    if not rows:
        return spec
    return replace(spec, columns=(*spec.columns, *(_column(spec, row) for row in rows)))


def fields_of(session: Session, actor: Actor, list_name: str) -> Sequence[CustomField]:
    """The custom fields of a list that are in use, of those companies, oldest first."""
    return session.scalars(
        select(CustomField)
        .where(
            CustomField.list_name == list_name,
            CustomField.retired_at.is_(None),
            owned(actor, CustomField.legal_entity_id),
        )
        .order_by(CustomField.id)
    ).all()


def as_form_field(row: CustomField) -> Field:
    """A custom field as the field of a form."""
    return Field(
        OWN + row.code,
        LocalizedText(row.label_zh, row.label_en),
        cast(Kind, row.kind),
        row.required,
        choices=_choices(row),
        most=row.most,
        low=None if row.low is None else Decimal(row.low),
        high=None if row.high is None else Decimal(row.high),
    )


def form_fields(session: Session, actor: Actor, spec: ListSpec, row_id: str) -> tuple[Field, ...]:
    """The custom fields of one row, of its company, that the actor may write there."""
    companies = _companies(session, spec, row_id)
    return tuple(
        as_form_field(row)
        for row in fields_of(session, actor, spec.name)
        if row.legal_entity_id in companies
        and row_id in reached(session, actor, spec, (row_id,), row.field_class, "write")
    )


def values_of(session: Session, actor: Actor, spec: ListSpec, row_id: str) -> dict[str, Value]:
    """The values of those fields in a row, by the fields' names."""
    names = {one.name: one for one in form_fields(session, actor, spec, row_id)}
    rows = session.execute(
        select(CustomField, CustomValue)
        .join(CustomValue, CustomValue.field_id == CustomField.id)
        .where(CustomValue.row_id == row_id, CustomField.list_name == spec.name)
    ).tuples()
    return {
        OWN + field.code: _loaded(cast(Kind, field.kind), value) for field, value in rows if OWN + field.code in names
    }


def values_of_rows(session: Session, actor: Actor, spec: ListSpec, ids: Sequence[str]) -> dict[str, dict[str, Value]]:
    """The values of custom fields of many rows by id, of those that the actor may write there; all of them, None where
    nothing is kept."""
    found: dict[str, dict[str, Value]] = {row_id: {} for row_id in ids}
    fields = {row.id: row for row in fields_of(session, actor, spec.name)} if spec.custom else {}
    for part in batched(ids, AT_ONCE) if fields else ():
        writes = {
            one: reached(session, actor, spec, part, one, "write")
            for one in {row.field_class for row in fields.values()}
        }
        for row in fields.values():
            for row_id in writes[row.field_class]:
                found[row_id][OWN + row.code] = None
        values = select(CustomValue).where(CustomValue.row_id.in_(part), CustomValue.field_id.in_(fields))
        for value in session.scalars(values):
            field = fields[value.field_id]
            if value.row_id in writes[field.field_class]:
                found[value.row_id][OWN + field.code] = _loaded(cast(Kind, field.kind), value)
    return found


def new_fields(session: Session, actor: Actor, spec: ListSpec) -> tuple[Field, ...]:
    """The custom fields that a form for a new row asks for: of every company in reach, because its company shows only
    when it is made. Where there is one company only, what it requires is required at once."""
    rows = fields_of(session, actor, spec.name) if spec.custom else ()
    reach = select(LegalEntity.id).where(visible(actor, spec.field_class, "write", legal_entity=LegalEntity.id))
    one_company = len(session.scalars(reach.limit(2)).all()) == 1
    return tuple(
        replace(as_form_field(row), required=row.required and one_company)
        for row in rows
        if may_at_all(actor, row.field_class, "write")
    )


def fill(
    session: Session, actor: Actor, spec: ListSpec, row_id: str, values: Mapping[str, Value], clock: Clock
) -> None:
    """Write custom fields of a row that is there; what its company requires must be said now, or kept already.

    Raises:
        as `fill_new`.
    """
    if not spec.custom:
        return
    companies = _companies(session, spec, row_id)
    rows = [row for row in fields_of(session, actor, spec.name) if row.legal_entity_id in companies]
    writes = {one.name for one in form_fields(session, actor, spec, row_id)}
    held = values_of(session, actor, spec, row_id)
    check_required([row for row in rows if OWN + row.code in writes], {**held, **values})
    if values:
        set_values(session, actor, spec, row_id, values, clock)


def fill_new(
    session: Session, actor: Actor, spec: ListSpec, row_id: str, values: Mapping[str, Value], clock: Clock
) -> None:
    """Write the custom fields of a row that was just made; each that its company requires must be among them.

    Fields of other companies that are left empty are passed over: a form asks for those of every company in reach.

    Raises:
        PermissionDenied, InvalidInput: as `set_values`; a required field is empty.
    """
    if not spec.custom:
        return
    companies = _companies(session, spec, row_id)
    rows = {OWN + row.code: row for row in fields_of(session, actor, spec.name) if row.legal_entity_id in companies}
    given = {name: value for name, value in values.items() if name in rows or not is_nothing(value)}
    check_required([row for row in rows.values() if may_at_all(actor, row.field_class, "write")], given)
    if filled := {name: value for name, value in given.items() if not is_nothing(value)}:
        set_values(session, actor, spec, row_id, filled, clock)


def check_required(rows: Iterable[CustomField], values: Mapping[str, Value]) -> None:
    """Raises: InvalidInput, a field that is required has no value."""
    for row in rows:
        if row.required and is_nothing(values.get(OWN + row.code)):
            raise required(OWN + row.code, LocalizedText(row.label_zh, row.label_en))


def set_values(
    session: Session, actor: Actor, spec: ListSpec, row_id: str, values: Mapping[str, Value], clock: Clock
) -> list[str]:
    """Write custom fields of a row; fields that are not named stay. Gives the names of those that changed.

    Raises:
        NotFoundError: the row is not there for the actor. PermissionDenied: a field that the actor may not write there.
        InvalidInput: a value.
    """
    if row_id not in reached(session, actor, spec, (row_id,), spec.field_class, "read"):
        raise missing(spec.name, spec.thing)
    allowed = {one.name: one for one in form_fields(session, actor, spec, row_id)}
    if not set(values) <= set(allowed):
        raise denied()
    clean = checked_form(tuple(allowed[name] for name in values), values)
    before = values_of(session, actor, spec, row_id)
    changed = [name for name, value in clean.items() if value != before.get(name)]
    rows = {OWN + row.code: row for row in fields_of(session, actor, spec.name)}
    for name in changed:
        _write(session, spec, rows[name], row_id, clean[name])
    if changed:
        codes = [rows[name].code for name in changed]
        detail = {"list": spec.name, "row": row_id, "fields": codes}
        audit.record(session, actor.id, "custom_field.fill", f"custom_field:{rows[changed[0]].id}", detail, clock)
    session.flush()
    return changed


def add_field(
    session: Session, actor: Actor, spec: ListSpec, legal_entity_id: str, new: NewField, clock: Clock
) -> CustomField:
    """Add a field to a company's rows of a list; needs "public" manage there.

    Raises:
        InvalidInput: label, kind, class, choices or limits. ConflictError: `custom.many`, `custom.twice`.
    """
    check_row(session, actor, "public", "manage", legal_entity_id=legal_entity_id)
    if not spec.custom:
        raise missing("list", msg("list"))
    labels = (one.label.get(language) for one in spec.columns for language in ("zh", "en"))
    return _add(session, actor, spec.name, legal_entity_id, new, {is_like(label) for label in labels}, clock)


def add_form_field(
    session: Session, actor: Actor, form_name: str, legal_entity_id: str, new: NewField, clock: Clock
) -> CustomField:
    """Add a field to a form that the company made itself; needs "public" manage there.

    Raises:
        as `add_field`.
    """
    check_row(session, actor, "public", "manage", legal_entity_id=legal_entity_id)
    return _add(session, actor, form_name, legal_entity_id, new, set(), clock)


def fields_of_forms(session: Session, form_names: Iterable[str]) -> Sequence[CustomField]:
    """The fields of such forms, retired ones too, oldest first. The caller has checked that they may be seen."""
    return session.scalars(
        select(CustomField).where(CustomField.list_name.in_(tuple(form_names))).order_by(CustomField.id)
    ).all()


def retire_field(session: Session, actor: Actor, field_id: str, clock: Clock) -> CustomField:
    """Show a field no longer; its values are kept.

    Raises:
        NotFoundError: there is none, or it is retired already. PermissionDenied.
    """
    row = find(session, CustomField, field_id, lock=True)
    if row is None or row.retired_at is not None:
        raise missing("custom_field", msg("field"))
    check_row(session, actor, "public", "manage", legal_entity_id=row.legal_entity_id)
    row.retired_at = clock.now()
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "custom_field.retire", f"custom_field:{row.id}", {"list": row.list_name}, clock)
    return row


def read_choices(text: str) -> tuple[tuple[str, str], ...]:
    """Choices as they are typed, one a line, "Chinese = English"; one language alone stands for both.

    Raises:
        InvalidInput: `custom.choices`.
    """
    found = []
    for line in text.splitlines():
        chinese, _, english = (part.strip() for part in line.partition("="))
        if chinese or english:
            found.append(((chinese or english)[:60], (english or chinese)[:60]))
    return tuple(found)


def _add(
    session: Session,
    actor: Actor,
    list_name: str,
    legal_entity_id: str,
    new: NewField,
    taken: set[str],
    clock: Clock,
) -> CustomField:
    """A further field of a list or form; `taken` are names that it may not have, as they are compared."""
    row = CustomField(**stamp(actor.id, clock), list_name=list_name, legal_entity_id=legal_entity_id)
    _describe(row, new)
    own = select(CustomField).where(CustomField.list_name == list_name)
    there = session.scalars(own.with_for_update()).all()
    in_use = [one for one in there if one.legal_entity_id == legal_entity_id and one.retired_at is None]
    if len(in_use) >= MOST_FIELDS:
        raise conflict("custom.many", msg("The list has {most} fields of your own.", most=MOST_FIELDS),
                       msg("Retire one that you no longer need."))  # fmt: skip
    taken = taken | {is_like(label) for one in in_use for label in (one.label_zh, one.label_en)}
    if {is_like(row.label_zh), is_like(row.label_en)} & taken:
        raise conflict("custom.twice", msg("The list has a column called that."), msg("Choose another name."))
    row.code = _free_code({one.code for one in there})
    session.add(row)
    session.flush()
    detail = {"list": list_name, "kind": row.kind, "class": row.field_class, "company": legal_entity_id}
    audit.record(session, actor.id, "custom_field.add", f"custom_field:{row.id}", detail, clock)
    return row


def _describe(row: CustomField, new: NewField) -> None:
    row.label_zh = text_within(new.label_zh or new.label_en, "label_zh", msg("name in Chinese"), 60)
    row.label_en = text_within(new.label_en or new.label_zh, "label_en", msg("name in English"), 60)
    if new.kind not in CUSTOM_KINDS:
        raise invalid("kind", "custom.kind", msg("There is no such kind of field."), msg("Choose one of them."))
    if new.field_class not in FIELD_CLASSES:
        raise invalid("field_class", "custom.class", msg("There is no such group of data."), msg("Choose one of them."))
    if (new.kind == "choice") != bool(new.choices):
        if new.kind == "choice":
            raise required("choices", msg("choices"))
        raise invalid("choices", "custom.choices", msg("Only a choice has choices."), msg("Delete them."))
    if len(new.choices) > MOST_CHOICES or len({is_like(zh) for zh, _ in new.choices}) != len(new.choices):
        raise invalid(
            "choices",
            "custom.choices",
            msg("At most {most} choices, each of them once.", most=MOST_CHOICES),
            msg("Correct it and send again."),
        )
    if new.low is not None and new.high is not None and new.low > new.high:
        raise invalid("high", "custom.limits", msg("The highest value is below the lowest."), msg("Correct it."))
    row.kind, row.field_class, row.required = new.kind, new.field_class, new.required
    row.choices = [[f"c{place}", zh, en] for place, (zh, en) in enumerate(new.choices, start=1)]
    is_number = new.kind in NUMBERS
    row.low = None if new.low is None or not is_number else f"{new.low:f}"[:40]
    row.high = None if new.high is None or not is_number else f"{new.high:f}"[:40]
    row.most = 4000 if new.kind == "area" else max(1, min(new.most, 1000))


def _column(spec: ListSpec, row: CustomField) -> Column:
    kind = cast(Kind, row.kind)
    is_number = kind in NUMBERS or kind == "flag"
    stored = CustomValue.number if is_number else CustomValue.text
    value = select(stored).where(CustomValue.field_id == row.id, CustomValue.row_id == spec.key).scalar_subquery()
    return Column(
        OWN + row.code,
        LocalizedText(row.label_zh, row.label_en),
        kind,
        value,
        field_class=row.field_class,
        choices=_choices(row),
        shown=False,
        filters=True,
        searched=False,
        counts=kind in ("choice", "flag"),
        stored="text",
        own=True,
    )


def _choices(row: CustomField) -> dict[str, Text]:
    return {key: LocalizedText(zh, en) for key, zh, en in row.choices} if row.kind == "choice" else {}


def _companies(session: Session, spec: ListSpec, row_id: str) -> frozenset[str]:
    """The companies that a row belongs to; a person may have a place in several."""
    place = spec.place
    statement = spec.rows().where(spec.key == row_id)
    if place.legal_entity is not None:
        found = session.scalars(statement.with_only_columns(place.legal_entity))
    elif place.department is not None and not place.own:
        department = select(Department.legal_entity_id).where(Department.id == place.department).scalar_subquery()
        found = session.scalars(statement.with_only_columns(department))
    else:
        person = session.scalar(statement.with_only_columns(place.person))
        return frozenset() if person is None else companies_of(session, person)
    return frozenset(one for one in found if one is not None)


def _write(session: Session, spec: ListSpec, field: CustomField, row_id: str, value: Value) -> None:
    row = session.get(CustomValue, (field.id, row_id))
    if is_nothing(value):
        if row is not None:
            session.delete(row)
        return
    if row is None:
        about = spec.place.person
        person = None
        if about is not None:
            person = session.scalar(spec.rows().where(spec.key == row_id).with_only_columns(about))
        row = CustomValue(field_id=field.id, row_id=row_id, person_id=person)
        session.add(row)
    row.text, row.number = _stored(value)


def _stored(value: Value) -> tuple[str, float | None]:
    if isinstance(value, bool):
        return str(int(value)), float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds"), None
    if isinstance(value, date):
        return value.isoformat(), None
    return (f"{value:f}" if isinstance(value, Decimal) else str(value)), (
        float(value) if isinstance(value, int | Decimal) else None
    )


def _loaded(kind: Kind, row: CustomValue) -> Value:
    match kind:
        case "flag":
            return row.text == "1"
        case "whole" | "money":
            return int(row.text)
        case "number":
            return Decimal(row.text)
        case "day":
            return date.fromisoformat(row.text)
    return row.text


def _free_code(taken: set[str]) -> str:
    return next(code for number in range(1, len(taken) + 2) if (code := f"f{number}") not in taken)

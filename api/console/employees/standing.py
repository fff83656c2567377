"""What the forms and buttons of a file stand on: places, contracts and the last day as they were shown. Where somebody
else has changed them by the time a form is sent, it is refused and what is there now is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from api.console.forms import Fields
from api.i18n import day_text
from interview_engine.hr.employment import assignments
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.files import contracts
from interview_engine.hr.files.contract_list import STATES
from interview_engine.hr.files.contract_sheet import KIND_WORDS
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.forms.seen import Meanwhile, check_unseen, marks, meanwhile
from interview_engine.hr.forms.writing import typed
from interview_engine.hr.org.service import department_names
from interview_engine.hr.people.tables import Person
from interview_engine.i18n import Text, mark, msg, translator

Part = Literal["place", "contracts", "last_day"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a form stands on.

    Args:
        name: of the form's field that begins with it, else a name of its own.
        value: as the field has it, and as it is compared. words: as people read it.
    """

    name: str
    label: Text
    value: str
    words: str


def facts(session: Session, part: Part, row: Employment, language: str, contract_id: str = "") -> tuple[Fact, ...]:
    """What the forms of a part of the file stand on now. The caller has checked that the file may be read.

    Args:
        contract_id: of that contract alone.
    """
    if part == "place":
        return _of_place(session, row, language)
    if part == "last_day":
        last, reason = row.last_day, row.leaving_reason or ""
        return (
            Fact(
                "leaving_on",
                msg("Last day of work"),
                typed("day", last),
                "" if last is None else day_text(last, language),
            ),
            Fact("leaving_reason", msg("Reason"), reason, reason),
        )
    held = contracts.of_person(session, row.person_id, row.legal_entity_id)
    return (of_contracts([one for one in held if contract_id in ("", one.id)], language),)


def seen_of(found: Sequence[Fact]) -> str:
    """The marks for the form to carry."""
    return marks({one.name: one.value for one in found})


def check(found: Sequence[Fact], form: Fields) -> None:
    """Refuse a form that stands on something else than is there now, unless that is what it says: it was sent twice.

    Raises:
        ConflictError: `form.changed_since`.
    """
    now = {one.name: one.value for one in found}
    if any(form.text(name) != now[name] for name in changed(found, form).changed):
        check_unseen(form.text("seen"), now, form.values(), {one.name: one.label for one in found})


def changed(found: Sequence[Fact], form: Fields) -> Meanwhile:
    """What has been changed since the form was shown, and what its fields should show now."""
    return meanwhile(form.text("seen"), {one.name: one.value for one in found}, form.values())


def _of_place(session: Session, row: Employment, language: str) -> tuple[Fact, ...]:
    names = department_names(session)
    level = typed("whole", session.get_one(Person, row.person_id).level)
    value, lines = "", []
    for span in assignments.places(session, row.id):
        held = (span.row.department_id, span.row.title, typed("whole", span.row.level))
        value += f"{span.first} {held} "
        said = (day_text(span.first, language), names.get(span.row.department_id, ""), *held[1:])
        lines.append(" · ".join(one for one in said if one))
    return (
        Fact("department", msg("Department"), row.department_id, names.get(row.department_id, "")),
        Fact("title", msg("Job title"), row.title, row.title),
        Fact("level", msg("Level"), level, level),
        Fact("places", msg("Where they work"), value, " | ".join(lines)),
    )


def of_contracts(held: Sequence[Contract], language: str) -> Fact:
    """Contracts as one fact, in the order in which they are given."""
    say = translator(language)
    lines = []
    for one in held:
        last = say(mark("open end")) if one.last_day is None else day_text(one.last_day, language)
        days = f"{day_text(one.first_day, language)} – {last}"
        kind, state = KIND_WORDS[one.kind].get(language), STATES[one.state].get(language)
        lines.append(f"{kind} · {days} · {state}")
    value = " ".join(f"{one.id}:{one.kind}:{one.first_day}:{one.last_day}:{one.state}" for one in held)
    return Fact("contracts", msg("Contracts"), value, " | ".join(lines))

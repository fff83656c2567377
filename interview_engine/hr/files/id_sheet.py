"""The ID number in the sheet of employees: read from what spreadsheets make of it, held against the birthday and sex
beside it and against everybody who is known, and kept encrypted in the person's file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_persons, denied, reached_persons
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files import entries
from interview_engine.hr.files.id_numbers import read_id_number
from interview_engine.hr.files.sections import BY_NAME, SEX, masked_number
from interview_engine.hr.files.tables import FileEntry
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.reading import is_like
from interview_engine.hr.forms.spec import SheetPart, Told
from interview_engine.hr.people.contact import name_key
from interview_engine.hr.people.id_keys import forget_number, keep_numbers, persons_of_numbers
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import invalid
from interview_engine.i18n import joined, msg
from interview_engine.store import audit, vault
from interview_engine.store.blobs import Owner
from interview_engine.store.rows import AT_ONCE, batched, stamp

SECTION = BY_NAME["identity"]
_FAR = date(2199, 12, 31)
"""Whether a birthday is still to come is asked with the clock at hand, in `check`."""
OCTOBER = 10
"""Of a month that a spreadsheet takes for a number, 1990.10, it keeps 1990.1."""
_SEXES: Mapping[str, str] = {
    **dict.fromkeys(("男", "男性", "先生", "m", "male", "1"), "male"),
    **dict.fromkeys(("女", "女性", "女士", "f", "female", "2"), "female"),
}

Values = Mapping[str, Value]


def _number(raw: str) -> str:
    return read_id_number(raw, _FAR).number


def _sex(raw: str) -> str:
    found = _SEXES.get(is_like(raw))
    if found is None:
        raise invalid(
            "sex",
            "input.choice",
            msg("“{raw}” is no sex.", raw=raw[:20]),
            msg("Choose one of {listed}.", listed=joined(SEX.values())),
        )
    return found


FIELDS = (
    Field("id_number", msg("ID number"), most=40, reads=_number, mask=masked_number, alone=str,
          also=("身份证", "身份证号", "身份证号码", "证件号", "证件号码", "居民身份证号", "公民身份号码", "id card",
                "id card number", "id no", "id no.", "identity number", "national id")),
    Field("born_on", msg("Birthday"), "day", mask=lambda text: f"{text[:4]}-**-**",
          also=("出生日期", "出生年月日", "生日", "date of birth", "dob", "birth date")),
    Field("born_in", msg("Month of birth"), "month", mask=lambda text: f"{text[:4]}-**",
          also=("出生年月", "birth month", "year and month of birth")),
    Field("sex", msg("Sex"), "choice", choices=SEX, reads=_sex, also=("性别", "gender")),
)  # fmt: skip


def _known(session: Session, actor: Actor, lines: Sequence[Values]) -> list[str | InterviewEngineError | None]:
    numbers = sorted({str(line["id_number"]) for line in lines if line.get("id_number")})
    owners = persons_of_numbers(session, numbers)
    persons: dict[str, Person] = {}
    for part in batched(sorted(set(owners.values())), AT_ONCE):
        persons |= {row.id: row for row in session.scalars(select(Person).where(Person.id.in_(part)))}
    reached: set[str] = set()
    for part in batched(sorted(persons), AT_ONCE):
        reached |= reached_persons(session, actor, "contact", "write", part)
        reached &= reached_persons(session, actor, "identity", "read", part) | (reached - set(part))
    found: list[str | InterviewEngineError | None] = []
    for line in lines:
        person = persons.get(owners.get(str(line.get("id_number") or ""), ""))
        if person is None:
            found.append(None)
        elif person.id in reached and name_key(person.name) == name_key(str(line.get("name") or "")):
            found.append(person.id)
        else:
            found.append(_taken())
    return found


def _check(
    session: Session, actor: Actor, lines: Sequence[tuple[str, Values]], clock: Clock
) -> list[InterviewEngineError | Sequence[Told]]:
    persons = employments.persons_of(session, [row_id for row_id, _ in lines if row_id])
    held = _held(session, persons.values())
    owners = persons_of_numbers(session, sorted({str(one["id_number"]) for _, one in lines if one.get("id_number")}))
    writes: set[str] = set()
    for part in batched(sorted(set(persons.values())), AT_ONCE):
        writes |= reached_persons(session, actor, *SECTION.writes, part)
    found: list[InterviewEngineError | Sequence[Told]] = []
    for row_id, values in lines:
        person_id = persons.get(row_id, "")
        try:
            if person_id and person_id not in writes and any(value is not None for value in values.values()):
                raise denied()
            number = str(values.get("id_number") or "")
            if number and person_id and owners.get(number, person_id) != person_id:
                raise _taken()
            found.append(_fits(values, held.get(person_id, {}), china_day(clock)))
        except InterviewEngineError as error:
            found.append(error)
    return found


def _fits(values: Values, held: Values, today: date) -> Sequence[Told]:
    """Whether birthday and sex are those of the number."""
    number = values.get("id_number") or held.get("id_number")
    if not number:
        lone = next((name for name in ("born_on", "born_in", "sex") if values.get(name) is not None), None)
        if lone is None:
            return ()
        return (
            (lone, msg("Birthday and sex are not kept without an ID number: they follow from it."),
             msg("Add the ID number to this line.")),
        )  # fmt: skip
    read = read_id_number(str(number), today)
    if values.get("born_on") not in (None, read.born_on):
        raise invalid("born_on", "id_number.born_on", msg("The birthday is not the one in the ID number."),
                      msg("Compare both with the card, and correct one of the two."))  # fmt: skip
    said = values.get("born_in")
    if isinstance(said, date) and said != read.born_on.replace(day=1):
        if said == read.born_on.replace(month=1, day=1) and read.born_on.month == OCTOBER:
            return ()
        raise invalid("born_in", "id_number.born_on", msg("The birthday is not the one in the ID number."),
                      msg("Compare both with the card, and correct one of the two."))  # fmt: skip
    if values.get("sex") not in (None, read.sex):
        raise invalid("sex", "id_number.sex", msg("The sex is not the one in the ID number."),
                      msg("Compare both with the card, and correct one of the two."))  # fmt: skip
    return ()


def _write(session: Session, actor: Actor, lines: Sequence[tuple[str, Values]], clock: Clock) -> None:
    """Keep the numbers of lines that have one; an entry that is there keeps what else it says."""
    persons = employments.persons_of(session, [row_id for row_id, _ in lines])
    numbers = {persons[row_id]: str(values["id_number"]) for row_id, values in lines if values.get("id_number")}
    there = _rows(session, numbers)
    for person_id, row in there.items():
        said = {one.name: entries.opened_values(session, row).get(one.name) for one in SECTION.fields}
        if said["id_number"] != numbers[person_id]:
            entries.change(session, actor, row.id, said | {"id_number": numbers[person_id]}, row.version, clock)
    new = {person_id: number for person_id, number in numbers.items() if person_id not in there}
    for part in batched(sorted(new), AT_ONCE):
        check_persons(session, actor, *SECTION.writes, part)
    _add_many(session, actor, new, clock)


def _add_many(session: Session, actor: Actor, numbers: Mapping[str, str], clock: Clock) -> None:
    """What `entries.add` does for the identity card of each of thousands of persons, in few statements."""
    today = china_day(clock)
    rows = []
    texts: list[tuple[Owner, str, str]] = []
    for person_id, number in numbers.items():
        values = SECTION.tidy({"id_number": number, "valid_from": None, "valid_until": None}, today)
        row = {**stamp(actor.id, clock), "person_id": person_id, "section": SECTION.name, "version": 1,
               "changes": {one.name: 1 for one in SECTION.fields}}  # fmt: skip
        rows.append(row)
        texts.append((Owner(person_id, entries.PART), entries.as_text(SECTION, values), f"file_entry:{row['id']}"))
    if not rows:
        return
    keep_numbers(session, numbers, actor.id, clock)
    sealed = vault.seal_many(session, texts, clock)
    session.execute(insert(FileEntry), [{**row, "sealed": one} for row, one in zip(rows, sealed, strict=True)])
    for row in rows:
        detail = {"section": SECTION.name, "entry": row["id"], "fields": ["id_number"]}
        audit.record(session, actor.id, "file.add", f"person:{row['person_id']}", detail, clock)


def _load(session: Session, actor: Actor, ids: Sequence[str]) -> dict[str, Values]:
    persons = employments.persons_of(session, ids)
    reads: set[str] = set()
    for part in batched(sorted(set(persons.values())), AT_ONCE):
        reads |= reached_persons(session, actor, *SECTION.reads, part)
    held = _held(session, reads)
    return {
        row_id: {one.name: held.get(person_id, {}).get(one.name) for one in FIELDS if one.name != "born_in"}
        for row_id, person_id in persons.items()
        if person_id in reads
    }


def _restore(session: Session, actor: Actor, row_id: str, before: Values, clock: Clock) -> None:
    """Give an identity card back what it said before an import; what the import has made goes."""
    person_id = employments.persons_of(session, (row_id,))[row_id]
    row = _rows(session, (person_id,)).get(person_id)
    if row is None or before.get("id_number") == entries.opened_values(session, row).get("id_number"):
        return
    if before.get("id_number"):
        said = {one.name: entries.opened_values(session, row).get(one.name) for one in SECTION.fields}
        entries.change(session, actor, row.id, said | {"id_number": before["id_number"]}, row.version, clock)
    else:
        entries.remove(session, actor, row.id, row.version, clock)


def _remove(session: Session, actor: Actor, ids: Sequence[str], since: datetime, clock: Clock) -> None:
    """Take away the identity cards that an import has made for these employments and nobody has changed."""
    persons = employments.persons_of(session, ids)
    there = _rows(session, persons.values()).values()
    rows = [row for row in there if row.created_at >= since and row.version == 1]
    for part in batched(sorted(row.person_id for row in rows), AT_ONCE):
        check_persons(session, actor, *SECTION.writes, part)
    for row in rows:
        forget_number(session, row.person_id)
        audit.record(session, actor.id, "file.remove", f"person:{row.person_id}",
                     {"section": SECTION.name, "entry": row.id, "fields": []}, clock)  # fmt: skip
    for part in batched([row.id for row in rows], AT_ONCE):
        session.execute(delete(FileEntry).where(FileEntry.id.in_(part)))
    session.flush()


def _rows(session: Session, person_ids: Iterable[str]) -> dict[str, FileEntry]:
    """By person, their identity card."""
    found: dict[str, FileEntry] = {}
    for part in batched(sorted(set(person_ids)), AT_ONCE):
        statement = select(FileEntry).where(FileEntry.person_id.in_(part), FileEntry.section == SECTION.name)
        found |= {row.person_id: row for row in session.scalars(statement)}
    return found


def _held(session: Session, person_ids: Iterable[str]) -> dict[str, Values]:
    """By person, what their identity card says, whole."""
    rows = list(_rows(session, person_ids).values())
    texts = vault.opened_many(session, [(row.sealed, f"file_entry:{row.id}") for row in rows])
    return {
        row.person_id: entries.read_text(SECTION, text)
        for row, text in zip(rows, texts, strict=True)
        if text is not None
    }


def _taken() -> InterviewEngineError:
    return invalid(
        "id_number",
        "id_number.taken",
        msg("Another person here has this ID number: it may be the same human being."),
        msg(
            "Search the employees by the ID number. Who comes back keeps their file; a typing error is corrected there."
        ),
    )


ID_NUMBER = SheetPart("employees", FIELDS, SECTION.writes, _known, _check, _write, _load, _restore, _remove)

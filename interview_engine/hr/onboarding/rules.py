"""Onboarding: its states, and the entry form as values. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from types import MappingProxyType

from interview_engine.errors import InvalidInput
from interview_engine.hr.files.id_numbers import IdNumber, read_id_number
from interview_engine.hr.files.service import DOCUMENTS as DOCUMENTS
from interview_engine.hr.files.service import account_number
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.reading import read_day
from interview_engine.hr.onboarding import asked_sections
from interview_engine.hr.people.contact import phone_key, phone_written
from interview_engine.hr.problems import invalid, required, text_within
from interview_engine.i18n import Text, msg

STATES: Mapping[str, Text] = MappingProxyType(
    {
        "asked": msg("Form not filled in"),
        "filled": msg("Waits for approval"),
        "returned": msg("Sent back to be corrected"),
        "approved": msg("Expected"),
        "joined": msg("Has come"),
        "no_show": msg("Did not come"),
        "called_off": msg("Called off"),
    }
)
EDITABLE = ("asked", "filled", "returned")
"""The form can be filled in and corrected."""
UNDER_WAY = (*EDITABLE, "approved")
OVER = ("joined", "no_show", "called_off")

RELATIONS: Mapping[str, Text] = MappingProxyType(
    {
        "spouse": msg("Husband or wife"),
        "parent": msg("Father or mother"),
        "child": msg("Son or daughter"),
        "sibling": msg("Brother or sister"),
        "friend": msg("Friend"),
        "other": msg("Other", context="relation"),
    }
)
FILE_RELATIONS = frozenset({"spouse", "parent", "child", "sibling"})
"""Those that the sections of the file have too; the others are "other" there."""
SOURCES: Mapping[str, Text] = MappingProxyType(
    {
        "photo": msg("read from the photo of the card"),
        "corrected": msg("read from the photo, corrected by the person"),
        "typed": msg("typed by the person"),
    }
)
"""Where a field of the form came from."""
YOUNGEST = 16
"""Years: who is younger must not be employed (Labour Law, article 15)."""
REMIND_AFTER = timedelta(days=2)
"""Who has not filled in the form is reminded so long after it was sent, once."""

_DAYS = ("born_on", "valid_from", "valid_until")
_DOCUMENT_NUMBER = re.compile(r"[A-Z0-9]{5,30}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A filled form.

    Args:
        document: a key of `DOCUMENTS`. number: of it; of an identity card 18 characters.
        born_on, sex: of an identity card, from its number; else as given ("" sex where it is not said).
        number_from, address_from: a key of `SOURCES`.
        valid_from, valid_until: of an identity card; None for not said, `valid_until` also for a card without end.
        family, certificates: entries of these sections of the file, see `asked_sections`.
    """

    document: str
    number: str
    born_on: date
    sex: str
    address: str
    emergency_name: str
    emergency_relation: str
    emergency_phone: str
    bank: str
    account_number: str
    number_from: str = "typed"
    address_from: str = "typed"
    valid_from: date | None = None
    valid_until: date | None = None
    family: asked_sections.Entries = ()
    certificates: asked_sections.Entries = ()

    def masked_number(self) -> str:
        """Enough of it to compare with the document in the hand."""
        return f"{self.number[:3]}{'*' * max(0, len(self.number) - 7)}{self.number[-4:]}"

    def masked_account(self) -> str:
        """The last four digits."""
        return f"{'*' * (len(self.account_number) - 4)}{self.account_number[-4:]}"


def read_entry(given: Mapping[str, str], own_phone: str, today: date) -> Entry:
    """The form as a person sent it.

    Args:
        own_phone: of the person: nobody is their own emergency contact.

    Raises:
        InvalidInput: of the first field that is not right, with the field's name; `entry.young`, below `YOUNGEST`.
    """
    document = given.get("document", "id_card")
    if document not in DOCUMENTS:
        raise invalid("document", "entry.document", msg("There is no such value."), msg("Choose the document."))
    raw = given.get("number", "")
    if not raw.strip():
        raise required("number", msg("number of the document"))
    if document == "id_card":
        card = _card(raw, today)
        number, born_on, sex = card.number, card.born_on, str(card.sex)
    else:
        number, born_on, sex = _foreign(raw), _day(given.get("born_on", ""), today), ""
    if born_on > _years_before(today, YOUNGEST):
        raise invalid(
            "number",
            "entry.young",
            msg("Who is younger than {years} must not be employed.", years=YOUNGEST),
            msg("Check the number; if it is right, speak to HR."),
        )
    valid_from, valid_until = _validity(given) if document == "id_card" else (None, None)
    relation = given.get("emergency_relation", "")
    name = text_within(given.get("emergency_name", ""), "emergency_name", msg("name of the emergency contact"), 60)
    if relation not in RELATIONS:
        raise invalid(
            "emergency_relation",
            "entry.relation",
            msg("It is not said who the emergency contact is to you."),
            msg("Choose one."),
        )
    emergency = _phone(given.get("emergency_phone", ""), own_phone)
    return Entry(
        document=document,
        number=number,
        born_on=born_on,
        sex=sex,
        address=text_within(given.get("address", ""), "address", msg("address"), 200, least=4),
        emergency_name=name,
        emergency_relation=relation,
        emergency_phone=emergency,
        bank=text_within(given.get("bank", ""), "bank", msg("name of the bank"), 60, least=2),
        account_number=_account_number(given.get("account_number", "")),
        number_from=_source(number, given.get("read_number", "")),
        address_from=_source(given.get("address", ""), given.get("read_address", "")),
        valid_from=valid_from,
        valid_until=valid_until,
        **asked_sections.read_entries(given, today),
    )


def _source(given: str, read: str) -> str:
    """Where a field came from, by what the photo of the card was read as ("" where there was none)."""
    if not read.strip():
        return "typed"
    return "photo" if read.strip().upper() == given.strip().upper() else "corrected"


def sections_of(entry: Entry, name: str) -> list[tuple[str, dict[str, Value]]]:
    """What the form leaves in the employee file: (section, values of one entry).

    Args:
        name: of the person: whose account it is.
    """
    card = entry.document == "id_card"
    relation = entry.emergency_relation if entry.emergency_relation in FILE_RELATIONS else "other"
    identity: dict[str, Value] = {"id_number": entry.number}
    if not card:
        identity |= {"document": entry.document, "birthday": entry.born_on}
    if entry.valid_from is not None:
        identity |= {"valid_from": entry.valid_from, "valid_until": entry.valid_until}
    lists = {"family": entry.family, "certificates": entry.certificates}
    return [
        ("identity", identity),
        ("address", {"lives_at": entry.address}),
        ("emergency", {"name": entry.emergency_name, "relation": relation, "phone": entry.emergency_phone}),
        ("bank", {"holder": name, "bank": entry.bank, "account_number": entry.account_number}),
        *((name, asked_sections.values_of(name, one)) for name, entries in lists.items() for one in entries),
    ]


def dump(entry: Entry) -> bytes:
    """As it is kept."""
    days = {name: day.isoformat() for name in _DAYS if (day := getattr(entry, name)) is not None}
    return json.dumps({**asdict(entry), **days}, ensure_ascii=False).encode()


def load(kept: bytes) -> Entry:
    """As it was kept."""
    values = json.loads(kept)
    days = {name: date.fromisoformat(values[name]) for name in _DAYS if values.get(name)}
    lists = {one.name: tuple(values.get(one.name, ())) for one in asked_sections.ASKED}
    return Entry(**{**values, **days, **lists})


def as_form(entry: Entry) -> dict[str, str]:
    """The values of the form's fields, to be corrected."""
    read = {"photo": entry.number, "corrected": "?", "typed": ""}[entry.number_from]
    lay = {"photo": entry.address, "corrected": "?", "typed": ""}[entry.address_from]
    lists = {one.name: getattr(entry, one.name) for one in asked_sections.ASKED}
    plain = {name: "" if value is None else str(value) for name, value in asdict(entry).items() if name not in lists}
    return plain | {"read_number": read, "read_address": lay} | asked_sections.as_form(lists)


def _card(raw: str, today: date) -> IdNumber:
    try:
        return read_id_number(raw, today)
    except InvalidInput as wrong:
        raise InvalidInput(wrong.code, wrong.message, wrong.next_step, field="number") from None


def _foreign(raw: str) -> str:
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", raw)).upper()
    if _DOCUMENT_NUMBER.fullmatch(number) is None:
        raise invalid(
            "number",
            "entry.number",
            msg("The number of a document has 5 to 30 letters and digits."),
            msg("Copy it from the document."),
        )
    return number


def _day(raw: str, today: date) -> date:
    try:
        day = date.fromisoformat(raw.strip())
    except ValueError:
        raise invalid("born_on", "entry.born_on", msg("The birthday is no day."), msg("Choose the day.")) from None
    if not today.year - 110 < day.year or day > today:
        raise invalid("born_on", "entry.born_on", msg("The birthday cannot be right."), msg("Choose the day."))
    return day


def _validity(given: Mapping[str, str]) -> tuple[date | None, date | None]:
    """From when until when the card is valid; (None, None) where it is not said, an open end for a card without one."""
    days: list[date | None] = []
    for name, what in (("valid_from", msg("Card valid from")), ("valid_until", msg("Card valid until"))):
        days.append(read_day(Field(name, what, "day"), raw) if (raw := given.get(name, "").strip()) else None)
    first, last = days
    if last is not None and first is None:
        raise required("valid_from", msg("first day of the card"))
    if first is not None and last is not None and last <= first:
        raise invalid(
            "valid_until", "id_card.validity", msg("The card ends before it begins."),
            msg("Compare both days with the card."),
        )  # fmt: skip
    return first, last


def _phone(raw: str, own_phone: str) -> str:
    if not raw.strip():
        raise required("emergency_phone", msg("phone of the emergency contact"))
    try:
        key = phone_key(raw)
    except InvalidInput as error:
        raise invalid(
            "emergency_phone", "entry.phone", msg("This is no phone number."), msg("Write one number only.")
        ) from error
    if own_phone and key == phone_key(own_phone):
        raise invalid(
            "emergency_phone",
            "entry.own_phone",
            msg("This is your own number."),
            msg("Give the number of somebody else, who can be called when you cannot."),
        )
    return phone_written(raw)


def _account_number(raw: str) -> str:
    if not raw.strip():
        raise required("account_number", msg("account number"))
    return account_number(raw)


def _years_before(day: date, years: int) -> date:
    """The same day so many years before; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)

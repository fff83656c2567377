"""The sections of an employee's file: what each asks, who may read it, what of it is shown without asking for more.

A section is a declaration, as lists are: from it come the page, the forms in the console and on the phone, the export
of one's own data. The services are in `entries.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from interview_engine.hr.access.rules import Action, FieldClass
from interview_engine.hr.files.id_numbers import read_id_number
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.people.contact import phone_written
from interview_engine.hr.problems import invalid
from interview_engine.i18n import Text, msg

Need = tuple[FieldClass, Action]
Values = dict[str, Value]

DOCUMENTS: Mapping[str, Text] = MappingProxyType(
    {"id_card": msg("Identity card"), "passport": msg("Passport"), "other": msg("Another document")}
)
SEX: Mapping[str, Text] = MappingProxyType({"male": msg("Male"), "female": msg("Female")})
RELATIONS: Mapping[str, Text] = MappingProxyType(
    {
        "spouse": msg("Husband or wife"),
        "child": msg("Child"),
        "parent": msg("Parent"),
        "sibling": msg("Brother or sister"),
        "other": msg("Other", context="relation"),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """One section.

    Args:
        name: an identifier; what rows and addresses keep.
        thing: what one entry is called, in the middle of a sentence.
        fields: texts, days, choices and flags.
        reads, writes: (field class, action) on the person that it takes.
        own: the same for what somebody reads of themselves.
        most: entries of a person.
        masks: by field, what is shown of it to who has not asked to see it; the others are shown.
        tidy: (values, today) → the values as they are kept, with what follows from them.
        derived: fields that follow from the others: they are shown and never asked for.
        until: the name of the day on which an entry runs out; None where none does.
    """

    name: str
    title: Text
    about: Text
    thing: Text
    fields: tuple[Field, ...]
    reads: Need
    writes: Need
    own: Need
    most: int = 1
    masks: Mapping[str, Callable[[str], str]] = field(default_factory=lambda: MappingProxyType({}))
    tidy: Callable[[Values, date], Values] = lambda values, _: values
    derived: tuple[Field, ...] = ()
    until: str | None = None

    def shown(self) -> tuple[Field, ...]:
        """Every field that is shown."""
        return self.fields + self.derived


def masked_number(text: str) -> str:
    """Of an ID number what helps to compare it with a card in the hand."""
    return f"{text[:3]}{'*' * 11}{text[-4:]}" if len(text) > 10 else f"{'*' * max(0, len(text) - 2)}{text[-2:]}"


def masked_account(text: str) -> str:
    """The last four digits."""
    return f"**** {text[-4:]}"


def masked_phone(text: str) -> str:
    """The first three and the last four."""
    return f"{text[:3]}****{text[-4:]}" if len(text) > 7 else "****"


def masked_name(text: str) -> str:
    """The first letter."""
    return f"{text[:1]}**"


def masked_place(text: str) -> str:
    """As far as the province or city."""
    return f"{text[:3]}****"


def _identity(values: Values, today: date) -> Values:
    first, last = values.get("valid_from"), values.get("valid_until")
    if isinstance(first, date) and isinstance(last, date) and last <= first:
        raise invalid(
            "valid_until", "id_card.validity", msg("The card ends before it begins."),
            msg("Compare both days with the card."),
        )  # fmt: skip
    if values.get("document") in (None, "id_card"):
        found = read_id_number(str(values["id_number"]), today)
        return {**values, "id_number": found.number, "birthday": None, "born_on": found.born_on, "sex": found.sex}
    born = values.get("birthday")
    if not isinstance(born, date) or born > today:
        raise invalid(
            "birthday", "id_card.birthday", msg("The birthday does not follow from the number of this document."),
            msg("Enter it as the document says."),
        )  # fmt: skip
    return {**values, "id_number": document_number(str(values["id_number"])), "born_on": born}


def document_number(raw: str) -> str:
    """The number of a passport or another document in one spelling. Raises InvalidInput `id_card.number`."""
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", raw)).upper()
    if re.fullmatch(r"[A-Z0-9]{5,30}", number) is None:
        raise invalid(
            "id_number", "id_card.number", msg("The number of a document has 5 to 30 letters and digits."),
            msg("Copy it from the document."),
        )  # fmt: skip
    return number


def _phone(values: Values, _: date) -> Values:
    return {**values, "phone": phone_written(str(values["phone"]))}


def _bank(values: Values, _: date) -> Values:
    return {**values, "account_number": account_number(str(values["account_number"]))}


def account_number(raw: str) -> str:
    """The number of a bank account or card in one spelling. Raises InvalidInput `bank.number`, `bank.checksum`."""
    number = re.sub(r"[\s\-.]", "", unicodedata.normalize("NFKC", raw))
    if re.fullmatch(r"\d{8,30}", number) is None:
        raise invalid(
            "account_number", "bank.number", msg("An account number has 8 to 30 digits."),
            msg("Compare it with the card and enter it again."),
        )  # fmt: skip
    if len(number) in (16, 19) and number.startswith("62") and not _luhn(number):
        raise invalid(
            "account_number", "bank.checksum", msg("The card number does not check: a digit is wrong."),
            msg("Compare it with the card and enter it again."),
        )  # fmt: skip
    return number


def _luhn(number: str) -> bool:
    """ISO/IEC 7812-1, annex B: every second digit from the right counts double, two figures as their sum."""
    digits = [int(one) for one in reversed(number)]
    doubled = (sum(divmod(2 * one, 10)) for one in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _family(values: Values, today: date) -> Values:
    values = dict(values)
    if values.get("id_number"):
        found = read_id_number(str(values["id_number"]), today)
        values |= {"id_number": found.number, "born_on": values.get("born_on") or found.born_on}
        if values["born_on"] != found.born_on:
            raise invalid(
                "born_on", "family.born_on", msg("The birthday is not the one in the ID number."),
                msg("Correct one of the two."),
            )  # fmt: skip
    born = values.get("born_on")
    if isinstance(born, date) and born > today:
        raise invalid("born_on", "family.born_on", msg("The birthday is in the future."), msg("Correct the day."))
    if values.get("phone"):
        values["phone"] = phone_written(str(values["phone"]))
    return values


def _certificate(values: Values, _: date) -> Values:
    issued, expires = values.get("issued_on"), values.get("expires_on")
    if isinstance(issued, date) and isinstance(expires, date) and expires < issued:
        raise invalid(
            "expires_on", "certificate.days", msg("The certificate runs out before it was issued."),
            msg("Compare both days with the paper."),
        )  # fmt: skip
    return values


SECTIONS: tuple[Section, ...] = (
    Section(
        "identity", msg("Identity card"), msg("Birthday and sex follow from the number."), msg("identity card"),
        (
            Field("document", msg("Kind of document"), "choice", choices=DOCUMENTS,
                  help=msg("Left empty: an identity card.")),
            Field("id_number", msg("ID number"), required=True, most=40, also=("身份证号", "身份证号码", "证件号码")),
            Field("birthday", msg("Birthday in the document"), "day", help=msg("Only when it is no identity card.")),
            Field("valid_from", msg("Card valid from"), "day"),
            Field("valid_until", msg("Card valid until"), "day", help=msg("Leave it empty for a card without end.")),
        ),
        ("identity", "read"), ("identity", "write"), ("identity", "read"),
        masks=MappingProxyType({"id_number": masked_number}), tidy=_identity,
        derived=(Field("born_on", msg("Birthday"), "day"), Field("sex", msg("Sex"), "choice", choices=SEX)),
        until="valid_until",
    ),
    Section(
        "address", msg("Address"), msg("Where the person is registered, and where they live."), msg("address"),
        (
            Field("registered", msg("Registered address"), most=200, also=("户籍地址", "户口所在地")),
            Field("lives_at", msg("Lives at"), required=True, most=200, also=("现住址", "居住地址", "家庭住址")),
            Field("postcode", msg("Postcode"), most=10),
        ),
        ("identity", "read"), ("identity", "write"), ("identity", "read"),
        masks=MappingProxyType({"registered": masked_place, "lives_at": masked_place, "postcode": masked_place}),
    ),
    Section(
        "emergency", msg("Emergency contacts"), msg("Whom to call when something happens."), msg("emergency contact"),
        (
            Field("name", msg("Name"), required=True, most=60),
            Field("relation", msg("Relation"), "choice", required=True, choices=RELATIONS),
            Field("phone", msg("Phone"), required=True, most=40),
        ),
        ("identity", "read"), ("identity", "write"), ("identity", "read"), most=5,
        masks=MappingProxyType({"name": masked_name, "phone": masked_phone}), tidy=_phone,
    ),
    Section(
        "bank", msg("Bank account"), msg("Where pay goes to."), msg("bank account"),
        (
            Field("holder", msg("Account holder"), required=True, most=60),
            Field("bank", msg("Bank"), required=True, most=60, also=("开户银行", "银行")),
            Field("branch", msg("Branch"), most=100, also=("开户支行", "支行")),
            Field("account_number", msg("Account number"), required=True, most=50, also=("银行账号", "银行卡号")),
        ),
        # who decides on pay: recruiters, who read and write the pay of offers, are not among them
        ("pay", "decide"), ("pay", "decide"), ("pay", "read"),
        masks=MappingProxyType({"holder": masked_name, "account_number": masked_account}), tidy=_bank,
    ),
    Section(
        "family", msg("Family"), msg("Family members, and who depends on the person."), msg("family member"),
        (
            Field("name", msg("Name"), required=True, most=60),
            Field("relation", msg("Relation"), "choice", required=True, choices=RELATIONS),
            Field("born_on", msg("Birthday"), "day"),
            Field("id_number", msg("ID number"), most=40),
            Field("phone", msg("Phone"), most=40),
            Field("dependent", msg("Depends on the person"), "flag"),
        ),
        ("identity", "read"), ("identity", "write"), ("identity", "read"), most=20,
        masks=MappingProxyType({"name": masked_name, "id_number": masked_number, "phone": masked_phone,
                                "born_on": lambda text: f"{text[:4]}-**-**"}),
        tidy=_family,
    ),
    Section(
        "certificates", msg("Certificates"), msg("Licences and certificates; HR is told before one runs out."),
        msg("certificate"),
        (
            Field("title", msg("What it certifies"), required=True, most=120),
            Field("number", msg("Certificate number"), most=60),
            Field("issuer", msg("Issued by"), most=120),
            Field("issued_on", msg("Issued on"), "day"),
            Field("expires_on", msg("Valid until"), "day"),
        ),
        ("contact", "read"), ("identity", "write"), ("contact", "read"), most=50,
        tidy=_certificate, until="expires_on",
    ),
)  # fmt: skip
"""In the order of the page."""

BY_NAME: Mapping[str, Section] = MappingProxyType({one.name: one for one in SECTIONS})

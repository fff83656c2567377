"""Kinds of expense: those that ship, and what a company makes of them (limits, own kinds, none that is closed)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.expense.tables import ExpenseKind
from interview_engine.i18n import LocalizedText, Text, msg

PER_DIEM = "per_diem"
"""The kind of lines that a rule gives, without an invoice; nobody chooses it for an invoice."""
SHIPPED: Mapping[str, Text] = MappingProxyType(
    {
        "travel": msg("Travel: train, plane, coach"),
        "lodging": msg("Lodging"),
        "local": msg("Local transport"),
        "meals": msg("Meals"),
        "entertainment": msg("Entertaining guests"),
        "office": msg("Office supplies"),
        "communication": msg("Phone and network"),
        "training": msg("Training and books"),
        "other": msg("Other", context="expense"),
    }
)
WORDS: Mapping[str, Text] = MappingProxyType({**SHIPPED, PER_DIEM: msg("Per diem")})


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind as it holds in a company. `most`: the limit of one line in yuan, None for none."""

    code: str
    word: Text
    most: Decimal | None = None
    needs_invoice: bool = True


def kinds_of(session: Session, legal_entity_id: str) -> dict[str, Kind]:
    """The kinds that lines of a company may have now, by code."""
    found = {code: Kind(code, word) for code, word in SHIPPED.items()}
    rows = session.scalars(
        select(ExpenseKind).where(ExpenseKind.legal_entity_id == legal_entity_id).order_by(ExpenseKind.id)
    )
    for row in rows:
        if row.closed:
            found.pop(row.code, None)
        else:
            found[row.code] = Kind(row.code, word_of(row), row.most, row.needs_invoice)
    return found


def word_of(row: ExpenseKind) -> Text:
    """What a company's row is called."""
    if row.name_zh or row.name_en:
        return LocalizedText(row.name_zh or row.name_en, row.name_en or row.name_zh)
    return WORDS.get(row.code, LocalizedText(row.code, row.code))


def words_of(session: Session, legal_entity_id: str) -> dict[str, Text]:
    """Every kind that lines of a company can have had, by code, closed ones too."""
    rows = session.scalars(select(ExpenseKind).where(ExpenseKind.legal_entity_id == legal_entity_id))
    return {**WORDS, **{row.code: word_of(row) for row in rows}}

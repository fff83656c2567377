"""What a person must look at in contracts that were taken over: what the law says of them, and what does not fit the
employee's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files import contracts
from interview_engine.hr.files.contract_rules import Warning, unwritten
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.forms.spec import Told
from interview_engine.i18n import msg
from interview_engine.law_articles import article_text
from interview_engine.store.rows import AT_ONCE, batched

_COLUMNS: Mapping[str, str] = {"probation": "probation_last_day", "third": "sign_count"}


def remarks_on(session: Session, _: Actor, ids: Sequence[str], clock: Clock) -> dict[str, list[Told]]:
    """What must be looked at in contracts of the database, by id; those with nothing are left out."""
    rows: list[Contract] = []
    for part in batched(ids, AT_ONCE):
        rows += session.scalars(select(Contract).where(Contract.id.in_(part)))
    there = employments.many_of(session, (row.employment_id for row in rows))
    held = contracts.of_persons(session, (row.person_id for row in rows))
    found: dict[str, list[Told]] = {}
    for row in rows:
        others = held[row.person_id, row.legal_entity_id]
        said = remarks(row, others, there[row.employment_id], china_day(clock))
        if said:
            found[row.id] = said
    return found


def remarks(
    row: Contract, of_person: Sequence[Contract], employment: employments.Employment, today: date
) -> list[Told]:
    """What must be looked at in one of a person's contracts with a company.

    Args:
        of_person: all of them, in the order of days.
    """
    by_law = contracts.law_of(row, of_person, employment.start_date)
    return [*map(_by_law, by_law), *_beside(row, of_person, employment, today)]


def _by_law(warning: Warning) -> Told:
    column = _COLUMNS.get(warning.code.partition(".")[0], "first_day")
    return column, warning.text, msg("It is taken over as it is. {article}", article=article_text(warning.article))


def _beside(
    row: Contract, of_person: Sequence[Contract], employment: employments.Employment, today: date
) -> list[Told]:
    others = [one for one in of_person if one.id != row.id and one.state in ("active", "ended")]
    earlier = [one for one in others if one.first_day < row.first_day]
    told: list[Told] = []
    look = msg("Look at it in the employee's file.")
    if not earlier and row.sign_count == 1:
        late = unwritten(employment.start_date, row.first_day if row.state != "draft" else None, today)
        if late is not None:
            told.append(_by_law(late))
    if row.sign_count <= len(earlier):
        told.append(("sign_count", msg("It says contract {number}, and {count} earlier ones are kept here.",
                                       number=row.sign_count, count=len(earlier)), look))  # fmt: skip
    elif row.sign_count > 2 and len(earlier) < 2 and row.kind == "fixed" and not row.asked_for_fixed:
        told.append(("sign_count", msg("It is the third contract or a later one, for a fixed term: unless the employee "
                                       "asked otherwise, an open-ended one was due."), look))  # fmt: skip
    is_last = all(one.first_day < row.first_day for one in others)
    until, last = employment.last_day, row.last_day
    works_on = is_last and employment.state != "left" and row.state == "active"
    if works_on and last is not None and last < today and (until is None or until > last):
        told.append(("last_day", msg("The contract ran out on {day}, and the employee still works here.",
                                     day=last.isoformat()),
                     msg("Renew it, or enter the last day of work.")))  # fmt: skip
    probation = row.probation_last_day
    if probation is not None and probation >= today and employment.probation_end != probation:
        told.append(("probation_last_day", msg("The employee's file has another last day of probation."),
                     msg("Correct it there; an import of contracts leaves it.")))  # fmt: skip
    return told

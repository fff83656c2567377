"""Who is told that a contract ends: HR and the manager one month before, once; HR again while nobody has decided."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.service import reached_persons
from interview_engine.hr.accounts.service import account_of_person, actors_with_role
from interview_engine.hr.files import contract_ends, entries
from interview_engine.hr.files.contract_rules import reminder_day
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.messaging.service import tell_account
from interview_engine.hr.months import add_months
from interview_engine.hr.org.service import managers_above
from interview_engine.store import audit
from interview_engine.store.rows import touch

EARLY = timedelta(days=30)
"""Before an identity card or a certificate runs out."""
ESCALATE_AFTER = timedelta(days=14)
"""After the reminder, where nothing was decided: half the month that is left."""


def remind(session: Session, clock: Clock) -> int:
    """Job: tell of contracts that end within a month, each once and, if nobody decides, once more; how many told."""
    today = china_day(clock)
    told = 0
    for contract in contract_ends.ending(session, today, add_months(today, 1) + timedelta(days=3)):
        last = contract.last_day
        if last is None or today < reminder_day(last):
            continue
        if contract.told_on is None:
            _tell(session, contract, "contract.ending", clock)
            contract.told_on = today
        elif contract.escalated_on is None and today >= contract.told_on + ESCALATE_AFTER:
            _tell(session, contract, "contract.undecided", clock)
            contract.escalated_on = today
        else:
            continue
        touch(contract, "system", clock)
        audit.record(session, "system", "contract.remind", f"contract:{contract.id}", {}, clock)
        told += 1
    return told


def remind_of_entries(session: Session, clock: Clock) -> int:
    """Job: tell HR of identity cards and certificates that run out within `EARLY`, each once; how many told.

    Of what has run out longer ago than that nobody is told: it was entered as what it was.
    """
    today = china_day(clock)
    told = 0
    for entry in entries.running_out(session, today, today + EARLY):
        for account_id in _hr_of(session, entry.person_id, ("hr",), clock):
            until = "" if entry.until is None else entry.until.isoformat()
            payload = {"person": entry.person_id, "title": until}
            key = f"file.running_out:{entry.id}:{until}:{account_id}"
            tell_account(session, account_id, key, "file.running_out", payload, clock)
        entry.told_on = today
        audit.record(session, "system", "file.remind", f"person:{entry.person_id}", {"entry": entry.id}, clock)
        told += 1
    return told


def _hr_of(session: Session, person_id: str, roles: tuple[str, ...], clock: Clock) -> list[str]:
    """Accounts with one of the roles that reach the person's file."""
    return [
        actor.account_id
        for actor in actors_with_role(session, roles, clock)
        if actor.account_id is not None and reached_persons(session, actor, "contact", "write", (person_id,))
    ]


def _tell(session: Session, contract: Contract, template: str, clock: Clock) -> None:
    last = "" if contract.last_day is None else contract.last_day.isoformat()
    payload = {"person": contract.person_id, "title": last, "contract": contract.id}
    for account_id in _receivers(session, contract, template, clock):
        tell_account(session, account_id, f"{template}:{contract.id}:{last}:{account_id}", template, payload, clock)


def _receivers(session: Session, contract: Contract, template: str, clock: Clock) -> list[str]:
    """HR that reaches the person's file; the first time the department's manager too, later the administrators."""
    roles = ("hr",) if template == "contract.ending" else ("hr", "administrator")
    found = _hr_of(session, contract.person_id, roles, clock)
    above = (one for one in managers_above(session, contract.department_id) if one != contract.person_id)
    manager = next(above, None)
    account = None if manager is None else account_of_person(session, manager)
    if account is not None and account.id not in found:
        found.append(account.id)
    return found

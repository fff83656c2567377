"""Requests on which somebody must decide who may see what they are about: nobody decides blind on pay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.service import reached_persons
from interview_engine.hr.accounts.service import actors, actors_with_role
from interview_engine.hr.approvals.flows import Requester
from interview_engine.hr.house import house
from interview_engine.hr.problems import conflict
from interview_engine.i18n import msg

Chosen = tuple[Mapping[str, Any], tuple[str, ...]]
"""A step of a flow with the accounts that decide it."""
ROLES = ("payroll", "hr", "administrator")
"""Whose accounts are asked where nobody of the flow may see it."""


def with_right(
    session: Session,
    kind: str,
    subject: str,
    about: str | None,
    steps: Sequence[Chosen],
    asking: Requester,
    clock: Clock,
) -> list[Chosen]:
    """The steps of a request: one in which somebody has the right that its kind asks for is theirs alone, and where no
    step has such a person one more follows with all who have it.

    Raises:
        ConflictError: `approval.nobody_may`.
    """
    right = right_for(session, kind, subject)
    if right is None or about is None:
        return list(steps)
    found: list[Chosen] = []
    some = False
    for step, approvers in steps:
        able = _able(session, right, about, approvers, clock)
        some = some or bool(able)
        found.append((step, able or approvers))
    if some:
        return found
    everybody = (one.account_id for one in actors_with_role(session, ROLES, clock) if one.account_id)
    others = [one for one in everybody if one not in asking.accounts]
    last = _able(session, right, about, others, clock)
    if not last:
        raise conflict(
            "approval.nobody_may",
            msg("Nobody who may see pay can decide on this."),
            msg("Give a colleague of HR or payroll the right to decide on pay there."),
        )
    return [*found, ({"rule": "any"}, last)]


def right_for(session: Session, kind: str, subject: str) -> tuple[str, str] | None:
    """What one of those who decide on a subject must be allowed to do with whom it is about; None: nothing more."""
    made = house().request_kind(session, kind)
    return None if made is None or made.decided_by is None else made.decided_by(session, subject.partition(":")[2])


def keeping_right(
    session: Session, kind: str, subject: str, about: str | None, before: set[str], after: set[str], clock: Clock
) -> set[str]:
    """Those of `after` to whom a step may be handed that lies with `before`: where all of these have the right, only
    who has it too."""
    right = right_for(session, kind, subject)
    if right is None or about is None or set(_able(session, right, about, before, clock)) != before:
        return after
    return set(_able(session, right, about, after, clock))


def decides_blind(
    session: Session,
    kind: str,
    subject: str,
    about: str | None,
    account_id: str,
    beside: set[str],
    everybody: set[str],
    clock: Clock,
) -> bool:
    """Whether an account would decide a part of a step without seeing what it decides on: it lacks the right that the
    request asks for now, and somebody of the step has it, or nobody of the whole request has.

    Args:
        beside: the accounts of its step, and those that handed parts of it on. everybody: the same of all steps.
    """
    right = right_for(session, kind, subject)
    if right is None or about is None:
        return False
    able = set(_able(session, right, about, everybody | {account_id}, clock))
    return account_id not in able and (bool(able & beside) or not able)


def _able(
    session: Session, right: tuple[str, str], about: str, account_ids: Iterable[str], clock: Clock
) -> tuple[str, ...]:
    return tuple(
        one.account_id
        for one in actors(session, account_ids, clock)
        if one.account_id and reached_persons(session, one, *right, (about,))
    )

"""The door of expenses: claims and their lines for the pages, and what of advances is open for a settlement."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.expense import lines
from interview_engine.hr.expense.advances import open_at
from interview_engine.hr.expense.claim_request import sums
from interview_engine.hr.expense.tables import ExpenseClaim, ExpenseLine
from interview_engine.hr.people.names import person_names
from interview_engine.hr.problems import missing
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.service import Line
from interview_engine.i18n import msg
from interview_engine.store.rows import find

__all__ = ["ClaimPage", "claim_page", "file_of", "open_at"]


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """A claim with its lines, as who decides and finance see it."""

    claim: ExpenseClaim
    name: str
    lines: tuple[ExpenseLine, ...]
    said: tuple[Line, ...]


def claim_page(session: Session, actor: Actor, claim_id: str, clock: Clock) -> ClaimPage:
    """A claim that was sent, for who may read its person's "contact" there, and for who decides on it.

    Raises:
        NotFoundError: there is none, or not for this actor.
    """
    claim = _seen(session, actor, claim_id, clock)
    names = person_names(session, {claim.person_id})
    rows = tuple(lines.of_claim(session, claim.id))
    return ClaimPage(claim, names.get(claim.person_id, ""), rows, tuple(sums(session, claim)))


def file_of(session: Session, actor: Actor, claim_id: str, line_id: str, clock: Clock) -> ExpenseLine:
    """The line whose file is asked for; its own person sees it in a draft too.

    Raises:
        NotFoundError.
    """
    row = lines.in_claim(session, _seen(session, actor, claim_id, clock), line_id)
    if row.file_sha256 is None:
        raise missing("expense_line", msg("line"))
    return row


def _seen(session: Session, actor: Actor, claim_id: str, clock: Clock) -> ExpenseClaim:
    claim = find(session, ExpenseClaim, claim_id)
    if claim is None:
        raise missing("expense_claim", msg("claim"))
    if actor.person_id == claim.person_id:
        return claim
    if claim.state == "draft":
        raise missing("expense_claim", msg("claim"))
    try:
        check_row(session, actor, "contact", "read", department_id=claim.department_id,
                  legal_entity_id=claim.legal_entity_id, person_id=claim.person_id)  # fmt: skip
    except PermissionDenied:
        requests.see(session, actor, claim.request_id or "", clock)
    return claim

"""Questions to payroll from a line of one's own payslip, and their answers: both stay where pay is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.accounts.service import actors_with_role
from interview_engine.hr.messaging.service import settle_told, tell_account, tell_person
from interview_engine.hr.pay import words
from interview_engine.hr.pay.handing_out import LINK_LIFE, link
from interview_engine.hr.pay.own import own_slip
from interview_engine.hr.pay.tables import Payslip, PayslipNotice, PayslipQuestion
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch
from interview_engine.store.secrets import Signer

STATES: dict[str, Text] = {
    "open": msg("Waits for an answer"),
    "answered": msg("Answered"),
}
MOST = 20
"""Open questions of one payslip: more are a conversation."""
ANSWER_ROLES = ("payroll", "hr")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as its page shows it; `line` what it is about, None for the payslip as a whole."""

    row: PayslipQuestion
    line: Text | None
    name: str


def ask(session: Session, actor: Actor, slip_id: str, position: int | None, text: str, clock: Clock) -> PayslipQuestion:
    """Ask payroll about a line of one's own payslip, or about the whole; payroll is told that there is a question.

    The same question while it waits is one question.

    Raises:
        NotFoundError: see `own_slip`. InvalidInput: question, `pay.no_line`. ConflictError: `pay.questions`.
    """
    slip = own_slip(session, actor, slip_id)
    clean = text_within(text, "question", msg("question", context="payslip"), 1000, least=2)
    if position is not None and not 0 <= position < len(slip.lines):
        raise invalid("position", "pay.no_line", msg("The payslip has no such line."), msg("Choose a line of it."))
    # two taps at once wait for each other here
    find(session, Payslip, slip.id, lock=True)
    mine = select(PayslipQuestion).where(PayslipQuestion.payslip_id == slip.id, PayslipQuestion.state == "open")
    waiting = session.scalars(mine).all()
    for one in waiting:
        if (one.position, one.question) == (position, clean):
            return one
    if len(waiting) >= MOST:
        raise conflict(
            "pay.questions",
            msg("{count} questions about this payslip wait for an answer.", count=MOST),
            msg("Wait for the answers, or speak to payroll."),
        )
    line = None if position is None else slip.lines[position]
    row = PayslipQuestion(
        **stamp(actor.id, clock), payslip_id=slip.id, person_id=slip.person_id, legal_entity_id=slip.legal_entity_id,
        department_id=slip.department_id, position=position, code="" if line is None else line["code"],
        month="" if line is None else line["month"], question=clean, state="open",
    )  # fmt: skip
    session.add(row)
    session.flush()
    for colleague in _payroll(session, row, clock):
        account_id = colleague.account_id or ""
        tell_account(session, account_id, f"{_key(row)}:{account_id}", "payslip.question", {"question": row.id}, clock)
    audit.record(session, actor.id, "payslip.ask", f"payslip:{slip.id}", {"question": row.id}, clock)
    return row


def answer(
    session: Session, actor: Actor, question_id: str, text: str, signer: Signer, clock: Clock
) -> PayslipQuestion:
    """Answer a question; the person is told that there is an answer. Needs "payroll" write of the person.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: answer. ConflictError: `pay.answered`.
    """
    row = find(session, PayslipQuestion, question_id, lock=True)
    if row is None:
        raise missing("payslip_question", msg("question", context="payslip"))
    _check(session, actor, row, "write")
    clean = text_within(text, "answer", msg("answer"), 2000, least=2)
    if row.state != "open":
        raise conflict("pay.answered", msg("The question is answered already."))
    row.state, row.answer, row.answered_by, row.answered_at = "answered", clean, actor.id, clock.now()
    touch(row, actor.id, clock)
    settle_told(session, _key(row), clock)
    notice = session.scalars(select(PayslipNotice).where(PayslipNotice.payslip_id == row.payslip_id)).one()
    notice.expires_at = max(notice.expires_at, clock.now() + LINK_LIFE)
    key = f"payslip.answer:{row.id}"
    tell_person(session, row.person_id, key, "payslip.answer", link(notice, signer), clock)
    audit.record(session, actor.id, "payslip.answer", f"payslip:{row.payslip_id}", {"question": row.id}, clock)
    return row


def seen(session: Session, actor: Actor, question_id: str) -> Asked:
    """A question for its page in the console; needs "payroll" read of the person.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, PayslipQuestion, question_id)
    if row is None:
        raise missing("payslip_question", msg("question", context="payslip"))
    _check(session, actor, row, "read")
    return _asked(row, session.get_one(Person, row.person_id).name)


def of_slip(session: Session, slip_id: str) -> list[Asked]:
    """The questions about a payslip, the first first. The caller has checked that it may be seen."""
    rows = session.execute(
        select(PayslipQuestion, Person.name)
        .join(Person, Person.id == PayslipQuestion.person_id)
        .where(PayslipQuestion.payslip_id == slip_id)
        .order_by(PayslipQuestion.id)
    ).tuples()
    return [_asked(row, name) for row, name in rows]


def _asked(row: PayslipQuestion, name: str) -> Asked:
    return Asked(row, words.line_word(row.code) if row.code else None, name)


def _payroll(session: Session, row: PayslipQuestion, clock: Clock) -> Sequence[Actor]:
    """Those of payroll, where there are any, else of HR, who may answer it."""
    for role in ANSWER_ROLES:
        found = [one for one in actors_with_role(session, (role,), clock) if _may(session, one, row)]
        if found:
            return found
    return ()


def _may(session: Session, actor: Actor, row: PayslipQuestion) -> bool:
    try:
        _check(session, actor, row, "write")
    except PermissionDenied:
        return False
    return actor.person_id != row.person_id


def _check(session: Session, actor: Actor, row: PayslipQuestion, action: str) -> None:
    check_row(
        session, actor, "payroll", action, department_id=row.department_id, legal_entity_id=row.legal_entity_id,
        person_id=row.person_id,
    )  # fmt: skip


def _key(row: PayslipQuestion) -> str:
    return f"payslip.question:{row.id}"

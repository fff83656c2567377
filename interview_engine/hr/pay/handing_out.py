"""Payslips out: one notice a person with a link that ends, and who has opened theirs.

The message says "open to see" and never a value. From then on a run does not go back: what is wrong becomes an
adjustment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import NotFoundError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.pay.tables import PayRun, Payslip, PayslipNotice, PayslipQuestion, PayslipReceipt
from interview_engine.hr.problems import conflict, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp
from interview_engine.store.secrets import Signer
from interview_engine.store.upsert import insert_for

LINK_LIFE = timedelta(days=30)
"""Until a month later; on the phone, signed in, the payslip opens after that too."""
PURPOSE = "payslip"
"""Of the signature of a link."""
OUT = ("approved", "paid", "closed")
"""States of runs whose payslips may be handed out."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How many payslips of a run were handed out, how many of those were opened by their person, how many questions
    about them wait for an answer."""

    out: int
    read: int
    questions: int


def hand_out(session: Session, actor: Actor, run_id: str, signer: Signer, clock: Clock) -> int:
    """Hand out the payslips of an approved run to those who do not have theirs yet; returns to how many persons.

    Needs "payroll" write.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `pay.not_approved`; `pay.all_out`, everybody has theirs.
    """
    run = find(session, PayRun, run_id, lock=True)
    if run is None:
        raise missing("pay_run", msg("pay run"))
    check_owner(session, actor, "payroll", "write", run.legal_entity_id)
    if run.state not in OUT:
        raise conflict(
            "pay.not_approved",
            msg("Payslips are handed out once the run is approved."),
            msg("Have it approved first."),
        )
    known = select(PayslipNotice.payslip_id).where(PayslipNotice.run_id == run.id)
    slips = session.scalars(
        select(Payslip).where(Payslip.run_id == run.id, Payslip.id.not_in(known)).order_by(Payslip.employment_id)
    ).all()
    if not slips:
        raise conflict("pay.all_out", msg("Everybody has their payslip already."), msg("There is nothing to do."))
    told: set[str] = set()
    for slip in slips:
        notice = PayslipNotice(
            **stamp(actor.id, clock), payslip_id=slip.id, run_id=run.id, person_id=slip.person_id,
            expires_at=clock.now() + LINK_LIFE,
        )  # fmt: skip
        session.add(notice)
        if slip.person_id not in told:
            told.add(slip.person_id)
            key = f"payslip.out:{notice.id}"
            tell_person(session, slip.person_id, key, "payslip.out", link(notice, signer), clock)
    session.flush()
    detail = {"month": f"{run.month:%Y-%m}", "number": run.number, "persons": len(told)}
    audit.record(session, actor.id, "payslip.hand_out", f"pay_run:{run.id}", detail, clock)
    return len(told)


def link(notice: PayslipNotice, signer: Signer) -> dict[str, str]:
    """What a message's link to a payslip is made of."""
    token = signer.sign(PURPOSE, notice.id, notice.expires_at)
    return {"token": token, "expires_at": notice.expires_at.isoformat()}


def behind(session: Session, token: str, signer: Signer, clock: Clock) -> PayslipNotice:
    """The notice of a link; who opens it has to prove who they are besides.

    Raises:
        PermissionDenied: `signature.invalid`. GoneError: `signature.expired`. NotFoundError: `not_found.payslip`.
    """
    notice = find(session, PayslipNotice, signer.verify(PURPOSE, token, clock.now()))
    if notice is None:
        raise unknown()
    return notice


def is_out(session: Session, run_id: str) -> bool:
    """Whether any payslip of a run was handed out."""
    return session.scalar(select(PayslipNotice.id).where(PayslipNotice.run_id == run_id).limit(1)) is not None


def reach(session: Session, run_id: str) -> Reach:
    """How far the payslips of a run have come. The caller has checked that the run may be seen."""
    out, read = session.execute(
        select(func.count(PayslipNotice.id), func.count(PayslipReceipt.id))
        .select_from(PayslipNotice)
        .outerjoin(PayslipReceipt, PayslipReceipt.payslip_id == PayslipNotice.payslip_id)
        .where(PayslipNotice.run_id == run_id)
    ).one()
    waiting = session.scalar(
        select(func.count(PayslipQuestion.id))
        .join(PayslipNotice, PayslipNotice.payslip_id == PayslipQuestion.payslip_id)
        .where(PayslipNotice.run_id == run_id, PayslipQuestion.state == "open")
    )
    return Reach(out, read, waiting or 0)


def note_read(session: Session, slip: Payslip, clock: Clock) -> bool:
    """Write down that its person opened a payslip; whether it was for the first time."""
    me = f"person:{slip.person_id}"
    fresh = insert_for(session, PayslipReceipt).values(**stamp(me, clock), payslip_id=slip.id, person_id=slip.person_id)
    added = session.execute(
        fresh.on_conflict_do_nothing(index_elements=["payslip_id"]).returning(PayslipReceipt.id)
    ).scalar_one_or_none()
    if added is None:
        return False
    audit.record(session, me, "payslip.open", f"payslip:{slip.id}", {}, clock)
    return True


def handed_out_at(slip_id: Any) -> ScalarSelect[Any]:
    """SQL of when a payslip was handed out, for lists."""
    found = select(PayslipNotice.created_at).where(PayslipNotice.payslip_id == slip_id)
    return found.correlate_except(PayslipNotice).scalar_subquery()


def opened_at(slip_id: Any) -> ScalarSelect[Any]:
    """SQL of when its person opened a payslip, for lists."""
    found = select(PayslipReceipt.created_at).where(PayslipReceipt.payslip_id == slip_id)
    return found.correlate_except(PayslipReceipt).scalar_subquery()


def read_slips(session: Session, slip_ids: Sequence[str]) -> frozenset[str]:
    """Those of the payslips that their persons have opened."""
    return frozenset(session.scalars(select(PayslipReceipt.payslip_id).where(PayslipReceipt.payslip_id.in_(slip_ids))))


def unknown() -> NotFoundError:
    """What is said of a payslip that is not there, or not for who asks."""
    return missing("payslip", msg("payslip"))

"""How a contract comes into force: noted as signed by both, or sent for signature and signed here."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files.contracts import check_not_signing, get_for
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.problems import conflict, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, touch


def sign(
    session: Session, actor: Actor, contract_id: str, clock: Clock, *, document_sha256: str | None = None
) -> Contract:
    """Note that a contract was signed by both; it is in force from its first day. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `contract.not_draft`; `contract.signing`, it is out for
            signature.
    """
    row = get_for(session, actor, contract_id, "write", lock=True)
    if row.state == "active":
        return row
    check_not_signing(row)
    if row.state != "draft":
        raise conflict("contract.not_draft", msg("This contract was dropped or has ended."))
    return _in_force(session, row, actor.id, clock, document_sha256)


def start_signing(session: Session, actor: Actor, contract_id: str, clock: Clock) -> Contract:
    """A draft goes out to be signed: until that has ended nobody drops it or notes it as signed.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `contract.signing`, it is out already; `contract.not_draft`.
    """
    row = get_for(session, actor, contract_id, "write", lock=True)
    check_not_signing(row)
    if row.state != "draft":
        raise conflict("contract.not_draft", msg("Only a contract that nobody has signed can be sent for signature."))
    row.state = "signing"
    touch(row, actor.id, clock)
    return row


def stop_signing(session: Session, contract_id: str, actor_id: str, clock: Clock) -> None:
    """Signing has ended without a signature: a draft again. The caller has checked."""
    row = find(session, Contract, contract_id, lock=True)
    if row is not None and row.state == "signing":
        row.state = "draft"
        touch(row, actor_id, clock)


def conclude(session: Session, contract_id: str, document_sha256: str, actor_id: str, clock: Clock) -> Contract:
    """Both have signed the document; the contract is in force from its first day. The caller has checked.

    Raises:
        NotFoundError. ConflictError: `contract.not_signing`, it is not out for signature any more.
    """
    row = find(session, Contract, contract_id, lock=True)
    if row is None:
        raise missing("contract", msg("contract"))
    if row.state != "signing":
        raise conflict("contract.not_signing", msg("This contract is not out for signature any more."))
    return _in_force(session, row, actor_id, clock, document_sha256)


def _in_force(session: Session, row: Contract, actor_id: str, clock: Clock, document_sha256: str | None) -> Contract:
    row.state = "active"
    row.document_sha256 = document_sha256
    touch(row, actor_id, clock)
    employments.note(
        session, row.employment_id, "contract_signed", row.first_day, actor_id, clock,
        after={"contract": row.id, "kind": row.kind, "last": row.last_day.isoformat() if row.last_day else None},
    )  # fmt: skip
    employments.agree_probation(session, row.employment_id, row.probation_last_day, actor_id, clock)
    audit.record(session, actor_id, "contract.sign", f"contract:{row.id}", {}, clock)
    return row

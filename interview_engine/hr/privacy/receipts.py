"""Whether a receipt of a deletion is one of ours, for everybody who holds one. The answer says no more than that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.privacy.erasure import verify_receipt
from interview_engine.hr.privacy.tables import ErasureRequest
from interview_engine.store.rows import find

ReceiptState = Literal["valid", "changed", "unknown"]

_ID = re.compile(r"[0-9a-f]{32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def check_receipt(session: Session, receipt: Mapping[str, Any]) -> ReceiptState:
    """Whether the receipt is whole and the one that was written: "changed" where we wrote another for its request."""
    request_id = receipt.get("request")
    if not isinstance(request_id, str) or not _ID.fullmatch(request_id):
        return "unknown"
    request = find(session, ErasureRequest, request_id)
    if request is None or request.receipt is None:
        return "unknown"
    try:
        same = verify_receipt(receipt) and receipt["sha256"] == request.receipt["sha256"]
    except RecursionError:  # nested deeper than anything we write
        same = False
    return "valid" if same else "changed"


def check_fingerprint(session: Session, sha256: str) -> ReceiptState:
    """Whether a receipt with this SHA-256 was written: "valid" or "unknown"."""
    if not _SHA256.fullmatch(sha256):
        return "unknown"
    known = select(ErasureRequest.id).where(ErasureRequest.receipt["sha256"].as_string() == sha256).limit(1)
    return "unknown" if session.scalar(known) is None else "valid"

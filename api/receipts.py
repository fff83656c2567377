"""Receipts that candidates hold, checked for pages and programs alike: of a deletion, of an interview handed in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.orm import Session

from interview_engine.hr.privacy.receipts import ReceiptState, check_fingerprint, check_receipt
from interview_engine.hr.recruiting.interviewing.submitting import is_receipt

MAX_RECEIPT = 100_000
"""Characters; a receipt of a hundred recordings has a quarter of that."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a check. `kind` says what a valid one is of; None where it is not valid."""

    state: ReceiptState
    kind: Literal["deletion", "interview"] | None = None


def checked(session: Session, given: str | Mapping[str, Any]) -> Checked:
    """Check a receipt: its JSON (as text or read already), or its SHA-256 alone."""
    if isinstance(given, str):
        text = given.strip()
        if not text.startswith("{"):
            return _fingerprint(session, text.lower())
        try:
            given = json.loads(text[: MAX_RECEIPT + 1])
        except (ValueError, RecursionError):
            return Checked("unknown")
    if not isinstance(given, Mapping):
        return Checked("unknown")
    state = check_receipt(session, given)
    return Checked(state, "deletion" if state == "valid" else None)


def _fingerprint(session: Session, sha256: str) -> Checked:
    if check_fingerprint(session, sha256) == "valid":
        return Checked("valid", "deletion")
    return Checked("valid", "interview") if is_receipt(session, sha256) else Checked("unknown")

"""The door of signing: requests for a signature, from sent to signed, declined, expired or withdrawn (D9)."""

from interview_engine.hr.signing.concluding import (
    check_signable,
    decline,
    elsewhere,
    evidence,
    expire,
    keep_evidence,
    lacking_evidence,
    provider_ended,
    provider_signed,
    sign,
)
from interview_engine.hr.signing.identifying import (
    CODE_TRIES,
    Opened,
    identify,
    note_opened,
    note_shown,
    open_link,
    send_code,
)
from interview_engine.hr.signing.sending import Issued, check_days, check_sendable, phone_of, prepare, send, withdraw
from interview_engine.hr.signing.standing import BLOBS, OPEN, get_for, of_contracts, owners, paper_of, signer_of

__all__ = [
    "BLOBS",
    "CODE_TRIES",
    "OPEN",
    "Issued",
    "Opened",
    "check_days",
    "check_sendable",
    "check_signable",
    "decline",
    "elsewhere",
    "evidence",
    "expire",
    "get_for",
    "identify",
    "keep_evidence",
    "lacking_evidence",
    "note_opened",
    "note_shown",
    "of_contracts",
    "open_link",
    "owners",
    "paper_of",
    "phone_of",
    "prepare",
    "provider_ended",
    "provider_signed",
    "send",
    "send_code",
    "sign",
    "signer_of",
    "withdraw",
]

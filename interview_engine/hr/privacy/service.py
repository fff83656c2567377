"""The door of privacy: consents, and requests for deletion, as other areas ask for them."""

from interview_engine.hr.privacy.consents import (
    TextRead,
    consents_of,
    end_consents,
    give_to,
    may_be_kept,
    record_consents,
)
from interview_engine.hr.privacy.erasure import (
    ask,
    interviews_asked_for,
    latest_request,
    persons_asked_for,
    request_erasure,
)
from interview_engine.hr.privacy.tables import ErasureRequest

__all__ = [
    "ErasureRequest",
    "TextRead",
    "ask",
    "consents_of",
    "end_consents",
    "give_to",
    "interviews_asked_for",
    "latest_request",
    "may_be_kept",
    "persons_asked_for",
    "record_consents",
    "request_erasure",
]

"""The door of privacy: consents, and requests for deletion, as other areas ask for them."""

from interview_engine.hr.privacy.consents import (
    TextRead,
    consents_of,
    end_consents,
    give_to,
    may_be_kept,
    record_consents,
)
from interview_engine.hr.privacy.encrypting import Encryption, encryption
from interview_engine.hr.privacy.erasure import (
    ask,
    documents_asked_for,
    erase,
    erase_again,
    interviews_asked_for,
    interviews_deleted,
    latest_request,
    persons_asked_for,
    request_erasure,
    request_for_all,
)
from interview_engine.hr.privacy.holds import held_until, place_hold, release_hold, standing_holds
from interview_engine.hr.privacy.merging import both, move_everything
from interview_engine.hr.privacy.planning import (
    cancel,
    confirm,
    drop,
    hold,
    is_open,
    locked_ripe,
    release,
    ripe,
    waiting_and_gone,
)
from interview_engine.hr.privacy.tables import ErasureRequest

__all__ = [
    "Encryption",
    "ErasureRequest",
    "TextRead",
    "ask",
    "both",
    "cancel",
    "confirm",
    "consents_of",
    "documents_asked_for",
    "drop",
    "encryption",
    "end_consents",
    "erase",
    "erase_again",
    "give_to",
    "held_until",
    "hold",
    "interviews_asked_for",
    "interviews_deleted",
    "is_open",
    "latest_request",
    "locked_ripe",
    "may_be_kept",
    "move_everything",
    "persons_asked_for",
    "place_hold",
    "record_consents",
    "release",
    "release_hold",
    "request_erasure",
    "request_for_all",
    "ripe",
    "standing_holds",
    "waiting_and_gone",
]

"""What privacy hands over: consents and deletions."""

from interview_engine.hr.area import Area, MessageTemplate, PersonColumn, Subject
from interview_engine.hr.privacy.tables import Consent, ErasureRequest
from interview_engine.i18n import msg

AREA = Area(
    name="privacy",
    tables=(Consent, ErasureRequest),
    persons=(
        PersonColumn(Consent.person_id, "kept", "proof of what was agreed to, and that it was withdrawn"),
        PersonColumn(ErasureRequest.person_id, "kept", "the receipt: hashes of what went, no content"),
    ),
    messages={
        "erasure.done": MessageTemplate(
            msg("Your data has been deleted"),
            msg(
                "Hello,\n\nyour data has been deleted as you asked. Receipt (SHA-256):\n{receipt}\n\n"
                "Anybody can check it here:\n{link}"
            ),
            path="/receipts?sha256={receipt}",
        ),
    },
    subjects=(Subject("consent", told=True), Subject("erasure", told=True)),
)

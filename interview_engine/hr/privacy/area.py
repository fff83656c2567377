"""What privacy hands over: consents and deletions."""

from interview_engine.hr.area import Area, Job, MessageTemplate, PersonColumn, Subject
from interview_engine.hr.privacy.encrypting import encrypt_what_is_plain
from interview_engine.hr.privacy.erasure import empty_the_log, erase_what_is_asked
from interview_engine.hr.privacy.scheduled import carry_out_schedule, plan_schedule
from interview_engine.hr.privacy.shredding import release_shared
from interview_engine.hr.privacy.tables import Consent, ErasureRequest, LegalHold, RetentionRule
from interview_engine.i18n import msg
from interview_engine.store.append_only import ErasurePassage
from interview_engine.store.tables import BlobKey

AREA = Area(
    name="privacy",
    tables=(BlobKey, Consent, ErasureRequest, ErasurePassage, LegalHold, RetentionRule),
    persons=(
        PersonColumn(Consent.person_id, "kept", "proof of what was agreed to, and that it was withdrawn"),
        PersonColumn(ErasureRequest.person_id, "kept", "the receipt: hashes of what went, no content"),
        PersonColumn(LegalHold.person_id, "kept", "why nothing of somebody was destroyed until a day"),
        PersonColumn(BlobKey.person_id, "kept", "destroyed with what it opens, by `shredding.destroy_keys`"),
    ),
    messages={
        "erasure.planned": MessageTemplate(
            msg("Retention period ended: {count} deletions are planned"),
            msg(
                "{count} deletions are planned for {expires} under the retention rule. Until then each can be held "
                "or cancelled:\n{link}"
            ),
            path="/console/deletions",
            line=msg("{title} deletions are planned: please review them before their date."),
        ),
        "erasure.scheduled": MessageTemplate(
            msg("Retention period ended: {count} documents are to be destroyed"),
            msg(
                "{count} documents are to be destroyed on {expires} by the retention schedule. Until then each can be "
                "held or kept:\n{link}"
            ),
            path="/console/retention",
            line=msg("{title} documents are to be destroyed: please review them before their date."),
        ),
        "erasure.done": MessageTemplate(
            msg("Your data has been deleted"),
            msg(
                "Hello,\n\nyour data has been deleted as you asked. Receipt (SHA-256):\n{receipt}\n\n"
                "Anybody can check it here:\n{link}"
            ),
            path="/receipts?sha256={receipt}",
        ),
    },
    jobs=(
        Job("deletions", 10.0, erase_what_is_asked),
        Job("documents past their time", 3600.0, plan_schedule, by_date=True),
        Job("planned destruction", 600.0, carry_out_schedule, by_date=True),
        Job("deleted text", 60.0, empty_the_log),
        Job("shared files", 60.0, release_shared),
        Job("files to encrypt", 300.0, encrypt_what_is_plain),
    ),
    subjects=(
        Subject("consent", told=True),
        Subject("erasure", told=True),
        Subject("legal_hold"),
        Subject("retention_rule"),
    ),
)

"""What the employee file hands over."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, Job, MessageTemplate, PersonColumn, Subject, in_transaction
from interview_engine.hr.files import contracts
from interview_engine.hr.files.change_requests import CHANGES
from interview_engine.hr.files.contact_change import CONTACT_CHANGE
from interview_engine.hr.files.contract_list import CONTRACTS
from interview_engine.hr.files.documents import document_owners, end_holds, must_be_kept
from interview_engine.hr.files.id_sheet import ID_NUMBER
from interview_engine.hr.files.photos import photo_owners
from interview_engine.hr.files.reminders import remind, remind_of_entries
from interview_engine.hr.files.retained import ERASURES, KEPT, erase_photos
from interview_engine.hr.files.sections import SECTIONS
from interview_engine.hr.files.tables import Contract, FileDocument, FileEntry, FilePhoto
from interview_engine.hr.privacy.service import both
from interview_engine.hr.removal import Removal
from interview_engine.hr.requests.service import as_request
from interview_engine.i18n import msg
from interview_engine.store.blobs import Owner

_LAW = "who works here has a file that the law asks the employer to keep"


def _owners(session: Session, hashes: Sequence[str]) -> dict[str, Owner]:
    return contracts.owners(session, hashes) | document_owners(session, hashes) | photo_owners(session, hashes)


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    """Photos in any case; the sections and documents of who is forgotten as a whole. Their keys go with them."""
    erase_photos(session, person_id, removal)
    if not removal.whole:
        return
    found = session.scalars(select(FileDocument.sha256).where(FileDocument.person_id == person_id))
    removal.found |= {("file_document", sha256) for sha256 in found}
    removal.delete(session, FileDocument, FileDocument.person_id == person_id)
    removal.delete(session, FileEntry, FileEntry.person_id == person_id)


def _check_merge(session: Session, person_id: str, kept_person_id: str) -> None:
    """A section of one entry is there once: two identity cards are two people."""
    single = [one.name for one in SECTIONS if one.most == 1]
    of_single = FileEntry.section.in_(single)
    sections = [
        set(session.scalars(select(FileEntry.section).where(FileEntry.person_id == one, of_single)))
        for one in (person_id, kept_person_id)
    ]
    if sections[0] & sections[1]:
        raise both()


AREA = Area(
    name="files",
    tables=(Contract, FileDocument, FileEntry, FilePhoto),
    blobs=(Contract.document_sha256, FileDocument.sha256, FilePhoto.sha256),
    blob_owners=_owners,
    persons=(
        PersonColumn(
            Contract.person_id, "kept", "the law asks the employer to keep a contract for two years beyond its end"
        ),
        PersonColumn(FileDocument.person_id, "forgotten", _LAW),
        PersonColumn(FileEntry.person_id, "forgotten", _LAW),
        PersonColumn(FilePhoto.person_id, "erased", "it rests on a consent, which ends with the deletion"),
    ),
    erase=_erase,
    holds=must_be_kept,
    kept=KEPT,
    erasures=ERASURES,
    messages={
        "contract.ending": MessageTemplate(
            msg("A contract ends on {title}"),
            msg("A contract ends on {title}. Decide in the console whether it is renewed."),
            line=msg("A contract ends on {title}: decide whether it is renewed."),
            card="todo",
        ),
        "contract.undecided": MessageTemplate(
            msg("Nobody has decided: a contract ends on {title}"),
            msg("Two weeks ago you were told that a contract ends on {title}. Nobody has decided yet."),
            line=msg("Nobody has decided about the contract that ends on {title}."),
            card="todo",
        ),
        "file.running_out": MessageTemplate(
            msg("Something in an employee's file runs out on {title}"),
            msg("An identity card or a certificate in an employee's file runs out on {title}. Ask for a new one."),
            line=msg("An identity card or a certificate runs out on {title}: ask for a new one."),
            card="todo",
        ),
    },
    subjects=(Subject("contract", told=True), Subject("file"), Subject("file_document"), Subject("file_photo")),
    requests=tuple(as_request(kind) for kind in (CONTACT_CHANGE, *CHANGES)),
    lists=(CONTRACTS,),
    sheet_parts=(ID_NUMBER,),
    check_merge=_check_merge,
    jobs=(
        Job("contracts that end", 3600.0, in_transaction(remind), by_date=True),
        Job("what runs out in files", 3600.0, in_transaction(remind_of_entries), by_date=True),
        Job("holds that are over", 3600.0, in_transaction(end_holds), by_date=True),
    ),
)

"""What the retention schedule destroys of files: documents by their kind, papers of contracts, photos (D10).

A document goes when its period after the last day of work is over, and not before the day that was written on it. While
somebody works here only what has such a day goes, and nothing that the law wants kept beyond the employment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from sqlalchemy import Subquery, func, or_, select
from sqlalchemy.orm import Session

from interview_engine.hr.area import EraseOne, KeptKind, Over
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.files.documents import KINDS
from interview_engine.hr.files.photos import PURPOSE as PHOTO
from interview_engine.hr.files.tables import Contract, FileDocument, FilePhoto
from interview_engine.hr.months import add_months
from interview_engine.hr.removal import Removal
from interview_engine.i18n import msg
from interview_engine.store.rows import find

CONTRACT_FILE = "contract_file"


def _gone() -> Subquery:
    """(person, last day) of those who worked here and do not any more."""
    here = select(Employment.person_id).where(Employment.state != "left")
    came = Employment.last_day >= Employment.start_date
    return (
        select(Employment.person_id, func.max(Employment.last_day).label("last_day"))
        .where(Employment.person_id.not_in(here), came)
        .group_by(Employment.person_id)
        .subquery()
    )


def _documents_over(kind: str) -> Callable[[Session, int, int, date], Sequence[Over]]:
    def over(session: Session, months: int, least: int, until: date) -> Sequence[Over]:
        gone = _gone()
        rows = session.execute(
            select(FileDocument, gone.c.last_day)
            .outerjoin(gone, gone.c.person_id == FileDocument.person_id)
            .where(
                FileDocument.kind == kind,
                or_(FileDocument.retention_until <= until, gone.c.last_day <= until),
                or_(FileDocument.hold_until.is_(None), FileDocument.hold_until < until),
            )
        ).tuples()
        works_here = set(session.scalars(select(Employment.person_id).where(Employment.state != "left")))
        found = []
        for row, last in rows:
            day = _day(row, last, months, least, row.person_id in works_here)
            if day is not None and day <= until:
                found.append(Over(row.id, row.person_id, day))
        return sorted(found, key=lambda one: (one.day, one.subject_id))

    return over


def _day(row: FileDocument, last: date | None, months: int, least: int, works_here: bool) -> date | None:
    """The last day on which a document is kept; None where none is known."""
    if last is None:
        return None if works_here and least else row.retention_until
    after = add_months(last, least if row.retention_until is not None else months)
    return max(day for day in (after, row.retention_until, row.hold_until) if day is not None)


def _contracts_over(session: Session, months: int, _: int, until: date) -> Sequence[Over]:
    rows = session.execute(
        select(Contract.id, Contract.person_id, Employment.last_day)
        .join(Employment, Employment.id == Contract.employment_id)
        .where(Contract.document_sha256.is_not(None), Employment.state == "left", Employment.last_day <= until)
    ).tuples()
    found = [Over(row_id, person_id, add_months(last, months)) for row_id, person_id, last in rows if last is not None]
    return sorted((one for one in found if one.day <= until), key=lambda one: (one.day, one.subject_id))


def _photos_over(session: Session, months: int, _: int, until: date) -> Sequence[Over]:
    gone = _gone()
    rows = session.execute(
        select(FilePhoto.id, FilePhoto.person_id, gone.c.last_day).join(gone, gone.c.person_id == FilePhoto.person_id)
    ).tuples()
    found = [Over(row_id, person_id, add_months(last, months)) for row_id, person_id, last in rows]
    return sorted((one for one in found if one.day <= until), key=lambda one: (one.day, one.subject_id))


def _erase_photo(session: Session, photo_id: str, removal: Removal) -> None:
    row = find(session, FilePhoto, photo_id, lock=True)
    if row is None:
        return
    removal.found.add(("file_photo", row.sha256))
    removal.delete(session, FilePhoto, FilePhoto.id == photo_id)


def erase_photos(session: Session, person_id: str, removal: Removal) -> None:
    """All photos of somebody, with their keys; the consent that they rest on has ended with the deletion."""
    rows = session.execute(select(FilePhoto.id, FilePhoto.sha256).where(FilePhoto.person_id == person_id)).tuples()
    for photo_id, sha256 in rows:
        removal.found.add(("file_photo", sha256))
        removal.subjects.add(photo_id)
    removal.delete(session, FilePhoto, FilePhoto.person_id == person_id)


def _erase_document(session: Session, document_id: str, removal: Removal) -> None:
    row = find(session, FileDocument, document_id, lock=True)
    if row is None:
        return
    removal.found.add(("file_document", row.sha256))
    removal.delete(session, FileDocument, FileDocument.id == document_id)


def _erase_contract(session: Session, contract_id: str, removal: Removal) -> None:
    """The paper goes; that there was a contract, and its days, stay."""
    row = find(session, Contract, contract_id, lock=True)
    if row is None or row.document_sha256 is None:
        return
    removal.found.add(("contract", row.document_sha256))
    row.document_sha256 = None
    session.flush()
    removal.count("contract.document", 1)


KEPT: tuple[KeptKind, ...] = (
    KeptKind(CONTRACT_FILE, msg("Signed contract of work"), _contracts_over),
    *(KeptKind(f"doc_{kind}", word, _documents_over(kind)) for kind, word in KINDS.items()),
    KeptKind(PHOTO, msg("Photo for colleagues"), _photos_over),
)
ERASURES: Mapping[str, EraseOne] = MappingProxyType(
    {CONTRACT_FILE: _erase_contract, PHOTO: _erase_photo, **{f"doc_{kind}": _erase_document for kind in KINDS}}
)

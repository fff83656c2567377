"""Photos that people give of themselves for their colleagues: on a consent of their own, withdrawn at any time (D4).

A photo is shown to colleagues of the same company and to nobody else. It stands under a key of its own, so that what is
withdrawn or replaced is deleted alone: it is shown to nobody from that moment on, and row, bytes and key go with the
deletion that is asked for in the same transaction, unless a legal hold keeps the bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.access.service import check_persons, denied
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.files.tables import FilePhoto
from interview_engine.hr.house import house
from interview_engine.hr.messaging.service import send_notice
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy import service as privacy
from interview_engine.hr.privacy.service import TextRead
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.blobs import BlobStore, Owner, register
from interview_engine.store.ids import new_id
from interview_engine.store.rows import find, stamp, touch

PURPOSE = "photo"
"""Of the consent, of the kind in the retention schedule, and of its deletions."""
TEXT_VERSION = "photo-2"
"""Of the words on the page on which it is given; another number with other words."""
POLICY = "cn"
MEDIA = "image/jpeg"
AT_WORK = ("probation", "active", "notice")


@dataclass(frozen=True, slots=True)
class NewPhoto:
    """A picture whose bytes are stored (`store_photo`): the id that its row will have, hash and size in bytes."""

    id: str
    sha256: str
    size: int


def store_photo(blobs: BlobStore, person_id: str, picture: bytes, clock: Clock) -> NewPhoto:
    """Store a picture under a key of its own, before the transaction that names it.

    Args:
        picture: JPEG, small and without metadata (`pipelines.scans.portrait`).

    Raises:
        OutputError: the store.
    """
    photo_id = new_id(clock.now())
    return NewPhoto(photo_id, blobs.put(picture, MEDIA, owner=Owner(person_id, photo_id)), len(picture))


def check_may_give(session: Session, actor: Actor, agreed: bool) -> str:
    """The person who gives a photo of themselves; asked before anything of it is stored.

    Raises:
        PermissionDenied: the actor is nobody. ConflictError: `photo.not_here`, they do not work here yet.
        InvalidInput: `photo.consent`, it was not agreed to.
    """
    if actor.person_id is None:
        raise denied()
    if not at_work(session, actor.person_id):
        raise conflict(
            "photo.not_here",
            msg("Colleagues see your photo from your first day of work on."),
            msg("Come back on that day: until then there is nobody to show it to."),
        )
    if not agreed:
        raise invalid(
            "agreed",
            "photo.consent",
            msg("A photo is kept only with your consent."),
            msg("Tick the box if you agree; without a photo your colleagues see the letters of your name."),
        )
    return actor.person_id


def at_work(session: Session, person_id: str) -> bool:
    """Whether somebody works here now: not before their first day, not after their last."""
    post = house().post_of(session, person_id)
    return post is not None and post.state in AT_WORK


def give(session: Session, actor: Actor, new: NewPhoto, agreed: bool, language: str, clock: Clock) -> FilePhoto:
    """Keep a photo of oneself instead of the one before, and write the consent down that it rests on.

    Args:
        language: in which the words of the consent were read.

    Raises:
        as `check_may_give`.
    """
    person_id = check_may_give(session, actor, agreed)
    _locked(session, person_id)
    _take_away(session, actor, person_id, clock)
    privacy.give_consent(session, actor, person_id, PURPOSE, TextRead(POLICY, TEXT_VERSION, language), clock)
    row = FilePhoto(**{**stamp(actor.id, clock), "id": new.id}, person_id=person_id, sha256=new.sha256)
    register(session, new.sha256, new.size, MEDIA, clock)
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "file_photo.give", f"person:{person_id}", {"photo": row.id}, clock)
    return row


def withdraw(session: Session, actor: Actor, clock: Clock) -> bool:
    """Withdraw the consent: nobody is shown the photo any more, and its deletion is asked for. False where there was
    none; again changes nothing.

    Raises:
        PermissionDenied: the actor is nobody.
    """
    if actor.person_id is None:
        raise denied()
    _locked(session, actor.person_id)
    privacy.withdraw_consent(session, actor, actor.person_id, PURPOSE, clock)
    gone = _take_away(session, actor, actor.person_id, clock)
    if gone:
        audit.record(session, actor.id, "file_photo.withdraw", f"person:{actor.person_id}", {"photos": gone}, clock)
    return bool(gone)


def take_down(session: Session, actor: Actor, person_id: str, photo_id: str, reason: str, clock: Clock) -> None:
    """Take down a photo that is not fit to be shown: nobody sees it any more, its deletion is asked for, and whom it
    shows is told why in a notice. Their consent stands, and another photo takes its place at any time.

    Args:
        photo_id: of the photo that was looked at.

    Raises:
        PermissionDenied: needs (identity, write) over the person. InvalidInput: `reason`, too short or too long.
        ConflictError: `photo.changed`, it was withdrawn or replaced meanwhile.
    """
    check_persons(session, actor, "identity", "write", (person_id,))
    clean = text_within(reason, "reason", msg("reason"), 500, least=2)
    _locked(session, person_id)
    row = own(session, person_id)
    if row is None or row.id != photo_id:
        raise conflict(
            "photo.changed",
            msg("That photo is not shown any more: it was withdrawn or replaced meanwhile."),
            msg("Look at the file again."),
        )
    _take_away(session, actor, person_id, clock)
    language = session.get_one(Person, person_id).language
    title = msg("Your photo for colleagues was taken down").get(language)
    told = msg(
        "HR took it down. Reason: {reason}\n\n"
        "Your colleagues see the letters of your name until you give another photo: My file → My photo.",
        reason=clean,
    )
    notice = send_notice(session, SYSTEM, "important", title, told.get(language), (person_id,), clock)
    detail = {"photo": photo_id, "notice": notice.id}
    audit.record(session, actor.id, "file_photo.take_down", f"person:{person_id}", detail, clock)


def open_for_hr(session: Session, actor: Actor, person_id: str, clock: Clock) -> str:
    """The blob of the photo that somebody gives of themselves, for who may take it down. The reading is recorded.

    Raises:
        PermissionDenied: needs (identity, write) over the person. NotFoundError: `not_found.photo`.
    """
    check_persons(session, actor, "identity", "write", (person_id,))
    row = own(session, person_id)
    if row is None:
        raise missing("photo", msg("photo"))
    audit.record(session, actor.id, "file_photo.read", f"person:{person_id}", {"photo": row.id}, clock)
    return row.sha256


def own(session: Session, person_id: str) -> FilePhoto | None:
    """The photo that somebody gives of themselves now."""
    return session.scalar(
        select(FilePhoto)
        .where(FilePhoto.person_id == person_id, FilePhoto.withdrawn_at.is_(None))
        .order_by(FilePhoto.id.desc())
        .limit(1)
    )


def shown_of(session: Session, person_ids: Collection[str], legal_entity_id: str | None) -> dict[str, str]:
    """By person, the id of the photo that colleagues of a company see of them: of who works there now and agrees.

    Args:
        legal_entity_id: where who looks works or will work; None shows nothing.
    """
    if not person_ids or legal_entity_id is None:
        return {}
    rows = session.execute(
        select(FilePhoto.person_id, FilePhoto.id)
        .join(Employment, Employment.person_id == FilePhoto.person_id)
        .where(
            FilePhoto.person_id.in_(tuple(person_ids)),
            FilePhoto.withdrawn_at.is_(None),
            FilePhoto.person_id.in_(privacy.agreeing(PURPOSE)),
            Employment.legal_entity_id == legal_entity_id,
            Employment.state.in_(AT_WORK),
        )
        .order_by(FilePhoto.id)
    )
    return dict(rows.tuples().all())


def seen_by(session: Session, viewer_id: str, person_ids: Collection[str]) -> dict[str, str]:
    """By person, the id of the photo that somebody who works here sees of these colleagues."""
    post = house().post_of(session, viewer_id)
    if post is None or post.state not in AT_WORK:
        return {}
    return shown_of(session, person_ids, post.legal_entity_id)


def sha256_of(session: Session, photo_id: str, shown: Collection[str]) -> str:
    """The blob of a photo that is among those shown to who asks.

    Raises:
        NotFoundError: `not_found.photo`, it is not among them, or was withdrawn meanwhile.
    """
    row = find(session, FilePhoto, photo_id) if photo_id in shown else None
    if row is None or row.withdrawn_at is not None:
        raise missing("photo", msg("photo"))
    return row.sha256


def photo_owners(session: Session, hashes: Sequence[str]) -> dict[str, Owner]:
    """Whose the photos among these blobs are."""
    rows = session.execute(
        select(FilePhoto.sha256, FilePhoto.person_id, FilePhoto.id).where(FilePhoto.sha256.in_(hashes))
    )
    return {sha256: Owner(person_id, photo_id) for sha256, person_id, photo_id in rows.tuples()}


def _locked(session: Session, person_id: str) -> None:
    person = find(session, Person, person_id, lock=True)
    if person is None or person.erased_at is not None:
        raise missing("person", msg("person"))


def _take_away(session: Session, actor: Actor, person_id: str, clock: Clock) -> int:
    rows = session.scalars(
        select(FilePhoto).where(FilePhoto.person_id == person_id, FilePhoto.withdrawn_at.is_(None))
    ).all()
    for row in rows:
        row.withdrawn_at = clock.now()
        touch(row, actor.id, clock)
        privacy.ask(session, actor, person_id, row.id, PURPOSE, clock)
    return len(rows)

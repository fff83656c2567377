"""Photos for colleagues: given by oneself on a consent, seen in one's own company, gone when it is withdrawn (D4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hiring_world import BOX, World
from request_staff import START, Staff, employ
from sqlalchemy import select

from interview_engine.errors import ConflictError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.states import step_those_due
from interview_engine.hr.files import photos
from interview_engine.hr.files.tables import FilePhoto
from interview_engine.hr.messaging.tables import Notice, NoticeReceiver
from interview_engine.hr.org.service import create_department, create_legal_entity
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy import erasure, scheduled
from interview_engine.hr.privacy import service as privacy
from interview_engine.hr.privacy.tables import Consent
from interview_engine.store.blob_keys import BlobKeys
from interview_engine.store.blobs import BlobStore, open_blobs
from interview_engine.store.rows import stamp
from interview_engine.store.tables import AuditEvent, Blob, BlobKey

PICTURE = b"\xff\xd8\xff an invented face"


@dataclass(frozen=True)
class Wall:
    """Somebody who works here and their colleague in the same department."""

    staff: Staff
    colleague: Staff
    blobs: BlobStore

    @property
    def world(self) -> World:
        return self.staff.world

    def give(self, picture: bytes = PICTURE, who: Staff | None = None, language: str = "zh") -> FilePhoto:
        one = who or self.staff
        new = photos.store_photo(self.blobs, one.person_id, picture, self.world.clock)
        with self.world.database.transaction() as session:
            return photos.give(session, one.me, new, True, language, self.world.clock)

    def withdraw(self) -> bool:
        with self.world.database.transaction() as session:
            return photos.withdraw(session, self.staff.me, self.world.clock)

    def delete_what_is_asked(self) -> int:
        """As the job does."""
        with self.world.database.reading() as session:
            wanted = [one.request_id for one in erasure.due(session, self.world.clock)]
        for request_id in wanted:
            with self.world.database.transaction() as session:
                erasure.erase(session, self.blobs, request_id, self.world.clock)
        return len(wanted)

    def seen(self, company: str | None = None) -> dict[str, str]:
        with self.world.database.reading() as session:
            return photos.shown_of(session, {self.staff.person_id}, company or self.world.entity_id)


@pytest.fixture
def wall(world: World, tmp_path: Path) -> Wall:
    blobs = open_blobs((tmp_path / "blobs").as_uri(), keys=BlobKeys(world.database, BOX, world.clock))
    with world.database.transaction() as session:
        return Wall(employ(world, session), employ(world, session, name="何小满"), blobs)


def test_a_photo_is_seen_by_colleagues_and_lies_encrypted_under_a_key_of_its_own(wall: Wall) -> None:
    row = wall.give()
    assert wall.seen() == {wall.staff.person_id: row.id}
    with wall.world.database.reading() as session:
        key = session.get_one(BlobKey, wall.blobs.key_of(row.sha256))
        assert (key.person_id, key.subject) == (wall.staff.person_id, row.id)
        assert photos.photo_owners(session, [row.sha256])[row.sha256].subject == row.id
        assert session.get_one(Blob, row.sha256).media_type == "image/jpeg"
    assert wall.blobs.read(row.sha256) == PICTURE


def test_the_consent_says_which_words_were_read_in_which_language(wall: Wall) -> None:
    wall.give(language="es")
    with wall.world.database.reading() as session:
        (consent,) = session.scalars(select(Consent))
        assert (consent.person_id, consent.purpose, consent.granted, consent.invitation_id) == (
            wall.staff.person_id, "photo", True, None,
        )  # fmt: skip
        assert (consent.text_version, consent.language) == (photos.TEXT_VERSION, "es")
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("file_photo.%"))).all()
        assert actions == ["file_photo.give"]


def test_without_consent_nothing_is_stored_or_written(wall: Wall) -> None:
    with wall.world.database.transaction() as session:
        with pytest.raises(InvalidInput) as refused:
            photos.check_may_give(session, wall.staff.me, False)
        assert (refused.value.code, refused.value.field) == ("photo.consent", "agreed")
        new = photos.NewPhoto("0" * 32, "ab" * 32, 1)
        with pytest.raises(InvalidInput):
            photos.give(session, wall.staff.me, new, False, "zh", wall.world.clock)
        assert not session.scalars(select(FilePhoto)).all()
        assert not session.scalars(select(Consent)).all()


def test_a_withdrawn_photo_is_seen_by_nobody_at_once_and_deleted_with_its_key(wall: Wall) -> None:
    row = wall.give()
    assert wall.withdraw()
    assert wall.seen() == {}
    with wall.world.database.reading() as session:
        assert photos.own(session, wall.staff.person_id) is None
        with pytest.raises(NotFoundError):
            photos.sha256_of(session, row.id, [row.id])
        assert not session.scalars(select(Consent).where(Consent.withdrawn_at.is_(None))).all()
    assert wall.delete_what_is_asked() == 1
    assert not wall.blobs.exists(row.sha256)
    with wall.world.database.reading() as session:
        assert not session.scalars(select(FilePhoto)).all()
        assert not session.scalars(select(BlobKey).where(BlobKey.subject == row.id)).all()
        assert session.get(Blob, row.sha256) is None
    assert not wall.withdraw(), "again changes nothing"


def test_a_withdrawal_leaves_the_same_picture_of_somebody_else(wall: Wall) -> None:
    wall.give()
    other = wall.give(who=wall.colleague)
    wall.withdraw()
    wall.delete_what_is_asked()
    assert wall.blobs.read(other.sha256) == PICTURE


def test_another_photo_takes_the_place_of_the_one_before_which_is_deleted(wall: Wall) -> None:
    first = wall.give()
    second = wall.give(b"\xff\xd8\xff another one")
    assert wall.seen() == {wall.staff.person_id: second.id}
    assert wall.delete_what_is_asked() == 1
    assert not wall.blobs.exists(first.sha256)
    assert wall.blobs.read(second.sha256).endswith(b"another one")
    with wall.world.database.reading() as session:
        assert sorted(one.withdrawn_at is None for one in session.scalars(select(Consent))) == [False, True]


def test_a_legal_hold_keeps_the_bytes_and_shows_them_to_nobody(wall: Wall) -> None:
    row, world = wall.give(), wall.world
    with world.database.transaction() as session:
        until = date(2027, 6, 30)
        privacy.place_hold(session, world.actor("hr"), wall.staff.person_id, "photo", until, "劳动仲裁", world.clock)
    wall.withdraw()
    assert (wall.delete_what_is_asked(), wall.seen()) == (0, {})
    assert wall.blobs.exists(row.sha256)
    world.clock.at = datetime(2027, 7, 1, 4, tzinfo=UTC)
    assert wall.delete_what_is_asked() == 1
    assert not wall.blobs.exists(row.sha256)


def test_a_consent_that_ended_otherwise_hides_the_photo_too(wall: Wall) -> None:
    wall.give()
    with wall.world.database.transaction() as session:
        privacy.end_consents(session, SYSTEM, wall.world.clock, person_id=wall.staff.person_id)
    assert wall.seen() == {}


def test_another_company_of_the_group_does_not_see_it(wall: Wall) -> None:
    world = wall.world
    wall.give()
    with world.database.transaction() as session:
        other = create_legal_entity(session, SYSTEM, "另一家公司", "苏州", world.clock)
        department = create_department(session, SYSTEM, other.id, "生产部", world.clock)
        person = Person(**stamp("system", world.clock), name="外人", language="zh")
        session.add(person)
        session.flush()
        place = employments.Place(other.id, department.id)
        employments.begin(session, SYSTEM, person.id, place, "工人", START, None, world.clock)
        asked = {wall.staff.person_id}
        assert photos.seen_by(session, person.id, asked) == {}
        assert photos.seen_by(session, wall.colleague.person_id, asked).keys() == asked
        candidate = Person(**stamp("system", world.clock), name="候选人", language="zh")
        session.add(candidate)
        session.flush()
        assert photos.seen_by(session, candidate.id, asked) == {}
    assert wall.seen(other.id) == {}


@pytest.mark.parametrize("who", ["nobody", "candidate", "pending"])
def test_only_who_works_here_gives_a_photo(wall: Wall, who: str) -> None:
    world = wall.world
    with world.database.transaction() as session:
        person = Person(**stamp("system", world.clock), name="候选人", language="zh")
        session.add(person)
        session.flush()
        if who == "pending":
            place = employments.Place(world.entity_id, world.department_id)
            employments.begin(session, SYSTEM, person.id, place, "职员", date(2027, 3, 1), None, world.clock)
        actor = Actor("x", None, None if who == "nobody" else person.id, "employee", (), "zh")
        with pytest.raises(PermissionDenied if who == "nobody" else ConflictError):
            photos.check_may_give(session, actor, True)


def test_it_is_shown_no_more_after_the_last_day_and_destroyed_by_plan(wall: Wall) -> None:
    world = wall.world
    row = wall.give()
    last = date(2026, 11, 20)
    with world.database.transaction() as session:
        employments.end(session, SYSTEM, wall.staff.employment_id, last, "离职", world.clock)
        assert scheduled.plan(session, world.clock, 7) == []
    world.clock.at = datetime(2026, 11, 21, 4, tzinfo=UTC)
    with world.database.transaction() as session:
        step_those_due(session, world.clock)
        (plan,) = scheduled.plan(session, world.clock, 7)
        assert (plan.kind, plan.invitation_id) == ("photo", row.id)
        request_id = plan.id
    assert wall.seen() == {}
    world.clock.at += timedelta(days=8)
    with world.database.transaction() as session:
        assert scheduled.carry_out(session, wall.blobs, request_id, world.clock)
    assert not wall.blobs.exists(row.sha256)


def test_a_deletion_of_ones_data_takes_the_photo_of_who_works_here_too(wall: Wall) -> None:
    row, world = wall.give(), wall.world
    with world.database.transaction() as session:
        erasure.request_erasure(session, SYSTEM, world.clock, person_id=wall.staff.person_id)
    wall.delete_what_is_asked()
    assert not wall.blobs.exists(row.sha256)
    with world.database.reading() as session:
        assert not session.scalars(select(FilePhoto)).all()
        assert not session.scalars(select(BlobKey).where(BlobKey.subject == row.id)).all()
        assert session.get_one(Person, wall.staff.person_id).name == "林晓", "the file itself the law asks to keep"


def taken_down(wall: Wall, photo_id: str, role: str = "hr", reason: str = "照片中有他人") -> None:
    with wall.world.database.transaction() as session:
        photos.take_down(session, wall.world.actor(role), wall.staff.person_id, photo_id, reason, wall.world.clock)


def test_hr_takes_down_what_is_not_fit_and_its_person_is_told_why(wall: Wall) -> None:
    row = wall.give()
    taken_down(wall, row.id)
    assert wall.seen() == {}
    assert wall.delete_what_is_asked() == 1
    with wall.world.database.reading() as session:
        assert not session.scalars(select(FilePhoto)).all()
        (notice,) = session.scalars(select(Notice))
        (receiver,) = session.scalars(select(NoticeReceiver.person_id))
        assert receiver == wall.staff.person_id
        assert "照片中有他人" in notice.body
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "file_photo.take_down")).one()
        assert (event.actor, event.detail) == (
            wall.world.actor("hr").id, {"photo": row.id, "notice": notice.id},
        )  # fmt: skip


def test_another_photo_takes_the_place_of_one_that_was_taken_down(wall: Wall) -> None:
    taken_down(wall, wall.give().id)
    again = wall.give(PICTURE + b" 2")
    assert wall.seen() == {wall.staff.person_id: again.id}


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer", "auditor"])
def test_nobody_but_hr_takes_a_photo_down_or_opens_it_on_the_file(wall: Wall, role: str) -> None:
    row = wall.give()
    with pytest.raises(PermissionDenied):
        taken_down(wall, row.id, role)
    with wall.world.database.transaction() as session, pytest.raises(PermissionDenied):
        photos.open_for_hr(session, wall.world.actor(role), wall.staff.person_id, wall.world.clock)
    assert wall.seen() == {wall.staff.person_id: row.id}


def test_what_was_replaced_since_it_was_looked_at_is_not_taken_down(wall: Wall) -> None:
    seen = wall.give()
    newer = wall.give(PICTURE + b" 2")
    with pytest.raises(ConflictError) as refused:
        taken_down(wall, seen.id)
    assert refused.value.code == "photo.changed"
    with pytest.raises(InvalidInput) as empty:
        taken_down(wall, newer.id, reason=" ")
    assert empty.value.field == "reason"
    assert wall.seen() == {wall.staff.person_id: newer.id}

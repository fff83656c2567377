"""The retention schedule: periods with their article, destruction by plan, legal holds that stop it (D10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hiring_world import BOX, World
from request_staff import employ
from sqlalchemy import select

from interview_engine.errors import ConflictError, InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.states import step_those_due
from interview_engine.hr.employment.tables import PayRate
from interview_engine.hr.files import documents
from interview_engine.hr.files.tables import FileDocument
from interview_engine.hr.house import house
from interview_engine.hr.offboarding.tables import ExitInterview, Separation
from interview_engine.hr.privacy import erasure, planning, scheduled
from interview_engine.hr.privacy import service as privacy
from interview_engine.store.blob_keys import BlobKeys
from interview_engine.store.blobs import BlobStore, open_blobs
from interview_engine.store.rows import stamp

LAST = date(2026, 6, 30)
DAYS = 7


@dataclass(frozen=True)
class Archive:
    """Somebody who left on 30 June 2026, with a contract and a copy of an identity card in the file."""

    world: World
    blobs: BlobStore
    person_id: str
    employment_id: str

    def put(self, kind: str, until: date | None = None) -> str:
        data = b"%PDF-1.7 " + kind.encode()
        sha256, media_type = documents.store_document(self.blobs, self.person_id, data)
        new = documents.NewDocument(kind, f"{kind}.pdf", sha256, len(data), media_type, until)
        with self.world.database.transaction() as session:
            hr = self.world.actor("hr")
            return documents.add_document(session, hr, self.person_id, new, self.world.clock).id

    def at(self, day: date) -> None:
        self.world.clock.at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)

    def plan(self) -> list[tuple[str, str | None]]:
        with self.world.database.transaction() as session:
            made = scheduled.plan(session, self.world.clock, DAYS)
            return sorted((one.kind, one.invitation_id) for one in made)

    def carry_out(self) -> int:
        with self.world.database.reading() as session:
            names = tuple(one.name for one in house().kept())
            wanted = planning.ripe(session, self.world.clock, names, only_confirmed=False, limit=50)
        done = 0
        for request_id in wanted:
            with self.world.database.transaction() as session:
                done += scheduled.carry_out(session, self.blobs, request_id, self.world.clock)
        return done

    def kept(self) -> set[str]:
        with self.world.database.reading() as session:
            return set(session.scalars(select(FileDocument.kind)))


@pytest.fixture
def archive(world: World, tmp_path: Path) -> Archive:
    blobs = open_blobs((tmp_path / "blobs").as_uri(), keys=BlobKeys(world.database, BOX, world.clock))
    with world.database.transaction() as session:
        staff = employ(world, session)
        employments.end(session, SYSTEM, staff.employment_id, LAST, "离职", world.clock)
        step_those_due(session, world.clock)
        return Archive(world, blobs, staff.person_id, staff.employment_id)


def test_d10_a_contract_is_planned_two_years_after_the_end_and_destroyed_days_later(archive: Archive) -> None:
    contract = archive.put("contract")
    archive.at(date(2028, 6, 30))  # still within the two years
    assert archive.plan() == []
    archive.at(date(2028, 7, 1))
    assert archive.plan() == [("doc_contract", contract)]
    assert archive.plan() == []  # once
    assert archive.carry_out() == 0  # nothing sudden
    archive.at(date(2028, 7, 1) + timedelta(days=DAYS + 1))
    assert archive.carry_out() == 1
    assert archive.kept() == set()


def test_a_day_that_was_written_on_a_document_never_shortens_what_the_law_asks(archive: Archive) -> None:
    archive.put("contract", date(2026, 12, 31))
    archive.put("diploma", date(2026, 12, 31))
    archive.at(date(2027, 2, 1))
    assert [kind for kind, _ in archive.plan()] == ["doc_diploma"]


def test_a_legal_hold_stops_a_plan_until_its_day_and_the_destruction_asked_for_too(archive: Archive) -> None:
    world = archive.world
    archive.put("contract")
    archive.at(date(2028, 7, 1))
    archive.plan()
    archive.at(date(2028, 7, 9))
    with world.database.transaction() as session:
        until = date(2028, 12, 31)
        privacy.place_hold(session, world.actor("hr"), archive.person_id, "", until, "劳动仲裁", world.clock)
        asked = erasure.request_erasure(session, SYSTEM, world.clock, person_id=archive.person_id)
    assert archive.carry_out() == 0
    with world.database.transaction() as session:
        assert erasure.due(session, world.clock) == ()
        with pytest.raises(ConflictError) as refused:
            erasure.erase(session, archive.blobs, asked.id, world.clock)
    assert refused.value.code == "erasure.on_hold"
    assert "2028-12-31" in refused.value.message.en
    archive.at(date(2029, 1, 1))
    assert archive.carry_out() == 1
    with world.database.reading() as session:
        assert [one.request_id for one in erasure.due(session, world.clock)] == [asked.id]


def test_a_hold_of_a_kind_is_of_everybody_and_of_that_kind_alone(archive: Archive) -> None:
    world = archive.world
    archive.put("contract")
    archive.put("identity")
    with world.database.transaction() as session:
        held = privacy.place_hold(
            session, world.actor("administrator"), None, "doc_identity", date(2030, 1, 1), "检查", world.clock
        )
    archive.at(date(2028, 7, 1))
    assert [kind for kind, _ in archive.plan()] == ["doc_contract"]
    with world.database.transaction() as session:
        privacy.release_hold(session, world.actor("administrator"), held.id, world.clock)
    assert [kind for kind, _ in archive.plan()] == ["doc_identity"]


def test_a_document_on_legal_hold_is_not_deleted_by_hand_either(archive: Archive) -> None:
    world, row = archive.world, archive.put("identity")
    with world.database.transaction() as session:
        hr = world.actor("hr")
        privacy.place_hold(session, hr, archive.person_id, "doc_identity", date(2030, 1, 1), "检查", world.clock)
        with pytest.raises(ConflictError) as refused:
            documents.delete_document(session, hr, row, world.clock)
    assert refused.value.code == "document.kept"


def test_a_period_is_lengthened_by_the_administrator_and_never_below_the_laws_least(archive: Archive) -> None:
    world = archive.world
    boss = world.actor("administrator")
    with world.database.transaction() as session:
        with pytest.raises(InvalidInput) as refused:
            scheduled.set_period(session, boss, "doc_contract", 23, "太短", world.clock)
        assert refused.value.code == "retention.months"
        assert "第五十条" in refused.value.message.zh
        with pytest.raises(PermissionDenied):
            scheduled.set_period(session, world.actor("hr"), "doc_contract", 60, "更久", world.clock)
    archive.put("contract")
    archive.at(date(2028, 7, 1))
    archive.plan()
    with world.database.transaction() as session:
        scheduled.set_period(session, boss, "doc_contract", 60, "集团规定", world.clock)
    archive.at(date(2028, 7, 9))
    assert archive.carry_out() == 0  # planned by the shorter period: the plan is dropped
    with world.database.reading() as session:
        (seen,) = [one for one in scheduled.periods(session) if one.kind.name == "doc_contract"]
        assert (seen.months, seen.least, seen.reason) == (60, 24, "集团规定")


def test_who_comes_back_keeps_the_file(archive: Archive) -> None:
    world = archive.world
    archive.put("contract")
    archive.at(date(2028, 7, 1))
    archive.plan()
    with world.database.transaction() as session:
        place = employments.Place(world.entity_id, world.department_id)
        begun = date(2028, 7, 3)
        employments.begin(session, SYSTEM, archive.person_id, place, "客服专员", begun, None, world.clock)
    archive.at(date(2028, 7, 9))
    assert archive.carry_out() == 0
    assert archive.kept() == {"contract"}


def test_after_a_second_time_here_the_period_begins_again_with_the_second_last_day(archive: Archive) -> None:
    world = archive.world
    archive.put("contract")
    archive.at(date(2028, 6, 1))  # still kept from the first time
    with world.database.transaction() as session:
        place = employments.Place(world.entity_id, world.department_id)
        row = employments.begin(
            session, SYSTEM, archive.person_id, place, "客服专员", date(2028, 6, 1), None, world.clock
        )  # fmt: skip
    archive.at(date(2028, 7, 1))
    assert archive.plan() == []
    with world.database.transaction() as session:
        employments.end(session, SYSTEM, row.id, date(2028, 7, 31), "离职", world.clock)
    archive.at(date(2028, 8, 2))
    with world.database.transaction() as session:
        step_those_due(session, world.clock)
    assert archive.plan() == []
    archive.at(date(2030, 8, 1))
    assert [kind for kind, _ in archive.plan()] == ["doc_contract"]


def test_a_leaving_entered_years_late_is_planned_at_once_and_destroyed_days_later_all_the_same(
    world: World, tmp_path: Path
) -> None:
    blobs = open_blobs((tmp_path / "blobs").as_uri(), keys=BlobKeys(world.database, BOX, world.clock))
    with world.database.transaction() as session:
        staff = employ(world, session)
    archive = Archive(world, blobs, staff.person_id, staff.employment_id)
    archive.put("contract")
    archive.at(date(2029, 3, 1))
    assert archive.plan() == []
    with world.database.transaction() as session:
        employments.end(session, SYSTEM, staff.employment_id, LAST, "离职", world.clock)
        step_those_due(session, world.clock)
    assert [kind for kind, _ in archive.plan()] == ["doc_contract"]
    assert archive.carry_out() == 0  # HR sees it coming, and may hold it
    archive.at(date(2029, 3, 1) + timedelta(days=DAYS + 1))
    assert archive.carry_out() == 1


def test_a_hold_on_a_person_outlasts_a_second_time_here(archive: Archive) -> None:
    world = archive.world
    archive.put("contract")
    with world.database.transaction() as session:
        until = date(2031, 12, 31)
        privacy.place_hold(session, world.actor("hr"), archive.person_id, "", until, "劳动仲裁", world.clock)
        place = employments.Place(world.entity_id, world.department_id)
        archive.at(date(2027, 1, 4))
        row = employments.begin(
            session, SYSTEM, archive.person_id, place, "客服专员", date(2027, 1, 4), None, world.clock
        )  # fmt: skip
        employments.end(session, SYSTEM, row.id, date(2027, 3, 31), "离职", world.clock)
        archive.at(date(2027, 4, 1))
        step_those_due(session, world.clock)
    archive.at(date(2030, 1, 1))
    assert archive.plan() == []
    archive.at(date(2032, 1, 1))
    assert [kind for kind, _ in archive.plan()] == ["doc_contract"]


def test_records_of_pay_are_kept_two_years(archive: Archive) -> None:
    world = archive.world
    with world.database.transaction() as session:
        session.add(
            PayRate(
                **stamp("system", world.clock), employment_id=archive.employment_id, person_id=archive.person_id,
                legal_entity_id=world.entity_id, monthly_fen=800000, valid_from=date(2026, 1, 5),
            )
        )  # fmt: skip
    archive.at(date(2028, 7, 1))
    assert archive.plan() == [("pay_record", archive.employment_id)]
    archive.at(date(2028, 7, 9))
    assert archive.carry_out() == 1
    with world.database.reading() as session:
        assert session.scalar(select(PayRate)) is None


def test_a_hold_needs_a_person_or_a_kind_a_day_to_come_and_a_reason(archive: Archive) -> None:
    world, boss = archive.world, archive.world.actor("administrator")
    for person, kind, until, reason in (
        (None, "", date(2030, 1, 1), "检查"),
        (archive.person_id, "nonsense", date(2030, 1, 1), "检查"),
        (archive.person_id, "", date(2020, 1, 1), "检查"),
        (archive.person_id, "", date(2030, 1, 1), " "),
    ):
        with world.database.transaction() as session, pytest.raises(InvalidInput):
            privacy.place_hold(session, boss, person, kind, until, reason, world.clock)


def test_what_is_coming_is_shown_to_hr_with_its_day(archive: Archive) -> None:
    world = archive.world
    archive.put("contract")
    with world.database.reading() as session:
        seen = scheduled.coming(session, world.actor("hr"), date(2028, 12, 31), world.clock)
        assert [(one.name, one.day) for one in seen] == [("林晓", date(2028, 6, 30))]
        assert scheduled.coming(session, world.actor("hr"), date(2028, 6, 29), world.clock) == []
        with pytest.raises(PermissionDenied):
            scheduled.coming(session, world.actor("recruiter"), date(2028, 12, 31), world.clock)


def test_every_kind_has_its_least_its_article_and_its_source(small_world: World) -> None:
    with small_world.database.reading() as session:
        periods = scheduled.periods(session)
    assert {one.kind.name for one in periods} == scheduled.SHIPPED.keys()
    assert all(one.months >= one.least and one.article and one.source.startswith("https://") for one in periods)


def test_answers_on_leaving_go_two_years_after_it_and_that_somebody_left_stays(archive: Archive) -> None:
    world = archive.world
    with world.database.transaction() as session:
        whose = {
            "person_id": archive.person_id, "legal_entity_id": world.entity_id, "department_id": world.department_id,
        }  # fmt: skip
        left = Separation(**stamp("system", world.clock), **whose, employment_id=archive.employment_id, state="closed",
                          kind="resignation", notice_on=date(2026, 5, 30), last_day=LAST)  # fmt: skip
        session.add(left)
        session.flush()
        row = ExitInterview(**stamp("system", world.clock), **whose, separation_id=left.id, state="answered",
                            answered_at=world.clock.now(), answers={"reason": "pay"})  # fmt: skip
        session.add(row)
        session.flush()
        interview_id = row.id
    archive.at(date(2028, 6, 30))
    assert archive.plan() == []
    archive.at(date(2028, 7, 1))
    assert archive.plan() == [("exit_interview", interview_id)]
    archive.at(date(2028, 7, 9))
    assert archive.carry_out() == 1
    with world.database.reading() as session:
        assert session.scalar(select(ExitInterview)) is None
        assert session.scalars(select(Separation)).one().state == "closed"


@pytest.mark.parametrize("state", ["offered", "declined", "lapsed"])
def test_an_exit_interview_without_answers_is_nothing_to_destroy(archive: Archive, state: str) -> None:
    world = archive.world
    with world.database.transaction() as session:
        whose = {
            "person_id": archive.person_id, "legal_entity_id": world.entity_id, "department_id": world.department_id,
        }  # fmt: skip
        left = Separation(**stamp("system", world.clock), **whose, employment_id=archive.employment_id, state="closed",
                          kind="resignation", notice_on=date(2026, 5, 30), last_day=LAST)  # fmt: skip
        session.add(left)
        session.flush()
        session.add(ExitInterview(**stamp("system", world.clock), **whose, separation_id=left.id, state=state))
    archive.at(date(2028, 7, 1))
    assert archive.plan() == []

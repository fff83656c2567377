"""The electronic original of a contract and the evidence of its signature go by the retention schedule (D10, D9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hiring_world import BOX, World
from request_staff import START, employ
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DatabaseError

from interview_engine.errors import ConflictError, NotFoundError
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.states import step_those_due
from interview_engine.hr.files import contracts
from interview_engine.hr.files import service as files
from interview_engine.hr.files.contracts import NewContract
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.house import house
from interview_engine.hr.privacy import erasure, planning, scheduled
from interview_engine.hr.privacy import service as privacy
from interview_engine.hr.signing import concluding, templates
from interview_engine.hr.signing.links import by_link, new_link
from interview_engine.hr.signing.retained import SIGNATURE_FILE
from interview_engine.hr.signing.sending import prepare
from interview_engine.hr.signing.tables import SignatureLink, SignatureRequest, SignatureStep
from interview_engine.store.blob_keys import BlobKeys
from interview_engine.store.blobs import BlobStore, Owner, open_blobs

LAST = date(2026, 6, 30)
OVER = date(2028, 7, 1)
DAYS = 7
BODY = "# 一、合同期限\n甲方{company.name}与乙方{person.name}订立合同，月工资{ask.月工资}元。\n"


@dataclass(frozen=True)
class Signed:
    """Somebody who left on 30 June 2026 and had signed their contract on the phone."""

    world: World
    blobs: BlobStore
    person_id: str
    contract_id: str
    request_id: str
    link: str
    hashes: tuple[str, ...]

    def at(self, day: date) -> None:
        self.world.clock.at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)

    def plan(self) -> list[str]:
        with self.world.database.transaction() as session:
            return sorted(one.kind for one in scheduled.plan(session, self.world.clock, DAYS))

    def carry_out(self) -> int:
        with self.world.database.reading() as session:
            names = tuple(one.name for one in house().kept())
            wanted = planning.ripe(session, self.world.clock, names, only_confirmed=False, limit=50)
        done = 0
        for request_id in wanted:
            with self.world.database.transaction() as session:
                done += scheduled.carry_out(session, self.blobs, request_id, self.world.clock)
        return done

    def there(self) -> list[bool]:
        """For each file of the signature, whether it can be read."""
        found = []
        for sha256 in self.hashes:
            try:
                found.append(bool(self.blobs.read(sha256)))
            except NotFoundError:
                found.append(False)
        return found


@pytest.fixture
def signed(world: World, tmp_path: Path) -> Signed:
    blobs = open_blobs((tmp_path / "blobs").as_uri(), keys=BlobKeys(world.database, BOX, world.clock))
    hr, clock = world.actor("hr"), world.clock
    with world.database.transaction() as session:
        staff = employ(world, session)
        contract = contracts.draft(session, hr, staff.employment_id, NewContract("open", START, None), clock)
        template = templates.create(session, world.actor("administrator"), "标准", "zh", "劳动合同书", BODY, clock)
        paper, version = templates.fill(session, hr, contract.id, template.row.id, {"月工资": "8000"}, clock)
        contract_id = contract.id
    names = ("paper", "sent", "document", "evidence", "page")
    hashes = [
        blobs.put(f"%PDF {name}".encode(), "application/pdf", Owner(staff.person_id, files.PART)) for name in names
    ]
    with world.database.transaction() as session:
        row = prepare(session, hr, contract_id, version, paper, hashes[0], clock)
        row.state, row.sent_sha256 = "sent", hashes[1]
        session.get_one(Contract, contract_id).state = "signing"
        link = new_link(session, row, hr.id, clock)
        concluding.provider_signed(session, row.id, hashes[2], clock)
        concluding.keep_evidence(session, row.id, hashes[3], hashes[4], clock)
        employments.end(session, SYSTEM, staff.employment_id, LAST, "离职", clock)
        step_those_due(session, clock)
        return Signed(world, blobs, staff.person_id, contract_id, row.id, link, tuple(hashes))


def test_original_and_evidence_are_planned_two_years_after_the_end_and_destroyed_days_later(signed: Signed) -> None:
    signed.at(date(2028, 6, 30))  # still within the two years
    assert signed.plan() == []
    signed.at(OVER)
    assert signed.plan() == ["contract_file", SIGNATURE_FILE]
    assert signed.carry_out() == 0
    assert signed.there() == [True] * 5
    signed.at(OVER + timedelta(days=DAYS + 1))
    assert signed.carry_out() == 2
    assert signed.there() == [False] * 5
    with signed.world.database.reading() as session:
        row = session.get_one(SignatureRequest, signed.request_id)
        assert (row.state, row.paper_sha256, row.document_sha256, row.evidence_sha256) == ("signed", None, None, None)
        assert "8000" not in str(row.paper)
        assert row.ended_at is not None
        assert session.scalar(select(func.count()).select_from(SignatureStep)) == 0
        assert session.scalar(select(func.count()).select_from(SignatureLink)) == 0
        assert session.get_one(Contract, signed.contract_id).first_day == START
        assert concluding.lacking_evidence(session) == []  # it is not made again
        with pytest.raises(NotFoundError):
            by_link(session, signed.link, signed.world.clock, lock=False)
    signed.at(OVER + timedelta(days=100))
    assert signed.plan() == []


def test_the_steps_of_a_signature_are_let_go_by_an_erasure_alone(signed: Signed) -> None:
    with pytest.raises(DatabaseError, match="append-only"), signed.world.database.transaction() as session:
        session.execute(delete(SignatureStep))


def test_a_legal_hold_keeps_original_and_evidence_until_its_day(signed: Signed) -> None:
    world = signed.world
    signed.at(OVER)
    signed.plan()
    signed.at(OVER + timedelta(days=DAYS + 1))
    with world.database.transaction() as session:
        until = date(2028, 12, 31)
        privacy.place_hold(session, world.actor("hr"), signed.person_id, SIGNATURE_FILE, until, "劳动仲裁", world.clock)
    assert signed.carry_out() == 1  # the paper of the contract, which nobody holds
    assert signed.there() == [True] * 5  # the same file is the electronic original
    with world.database.transaction() as session:
        planned = session.scalars(
            select(erasure.ErasureRequest.id).where(erasure.ErasureRequest.kind == SIGNATURE_FILE)
        ).one()
        with pytest.raises(ConflictError) as refused:
            erasure.erase(session, signed.blobs, planned, world.clock)
    assert refused.value.code == "erasure.on_hold"
    signed.at(date(2029, 1, 1))
    assert signed.carry_out() == 1
    assert signed.there() == [False] * 5


def test_what_is_still_out_for_signature_is_not_destroyed(signed: Signed) -> None:
    with signed.world.database.transaction() as session:
        session.get_one(SignatureRequest, signed.request_id).state = "sent"
    signed.at(OVER)
    assert signed.plan() == ["contract_file"]

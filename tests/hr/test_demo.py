"""The demo company: complete, synthetic, without a made-up score, and seeded once."""

from __future__ import annotations

from hiring_world import MovingClock
from sqlalchemy import func, select

from interview_engine.hr import demo
from interview_engine.hr.accounts import passwords
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.competency import service as competency
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.interviewing import answers, invitations
from interview_engine.hr.recruiting.jobs import postings
from interview_engine.hr.recruiting.tables import Application, Assessment, Invitation, Requisition
from interview_engine.store.engine import Database


def test_the_demo_company_has_applications_at_every_stage_and_nobody_real(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        made = demo.seed_demo(session, MovingClock())
    assert made.created
    assert made.password not in repr(made)
    with sqlite_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Assessment)) == 0
        assert session.scalar(select(func.count()).select_from(Person).where(~Person.synthetic)) == 0
        stages = set(session.scalars(select(Application.stage)))
        assert stages == {"new", "screening", "invited", "withdrawn", "rejected"}
        assert session.scalar(select(func.count()).select_from(Application)) == 12
        assert set(session.scalars(select(Account.login))) == set(made.logins.values())


def test_interviews_of_the_demo_company_can_be_recorded(sqlite_database: Database) -> None:
    clock = MovingClock()
    with sqlite_database.transaction() as session:
        made = demo.seed_demo(session, clock)
    with sqlite_database.transaction() as session:
        one = made.interviews[0]
        invitation = session.get_one(Invitation, one.invitation_id)
        answers.record_answer(session, one.candidate, invitation, "q1", "text", "上周我处理了一起投诉。", clock)
        invitations.submit(session, one.candidate, invitation, clock, allow_missing=True)
        for token in made.links.values():
            assert invitations.peek(session, token, clock).invitation.state == "sent"


def test_a_second_start_gives_the_demo_accounts_a_new_password_and_nobody_else(sqlite_database: Database) -> None:
    clock = MovingClock()
    with sqlite_database.transaction() as session:
        made = demo.seed_demo(session, clock)
        real = session.scalars(select(Account).where(Account.login == "demo-hr")).one()
        session.get_one(Person, real.person_id).synthetic = False
    with sqlite_database.transaction() as session:
        again = demo.seed_demo(session, clock)
        hashes = {row.login: row.password_hash for row in session.scalars(select(Account))}
    assert again.password
    assert again.password != made.password
    fits = {login for login, stored in hashes.items() if passwords.holds(stored, again.password)}
    assert fits == set(again.logins.values()) == set(made.logins.values()) - {"demo-hr"}


def test_the_demo_company_is_seeded_once(sqlite_database: Database) -> None:
    clock = MovingClock()
    with sqlite_database.transaction() as session:
        made = demo.seed_demo(session, clock)
    with sqlite_database.transaction() as session:
        again = demo.seed_demo(session, clock)
        assert not again.created
        assert (again.logins, again.requisitions) == (made.logins, made.requisitions)
        assert session.scalar(select(func.count()).select_from(Application)) == 12


def test_the_job_of_the_demo_asks_what_its_recordings_answer(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        made = demo.seed_demo(session, MovingClock())
        job = session.get_one(Requisition, made.requisitions["customer-service"])
        asked = competency.kit(session, job.kit_version_id or "")
        assert [one.id for one in asked.questions] == list(demo.ANSWERED)
        assert sum(one.weight for one in asked.competencies) == 100


def test_the_jobs_of_the_demo_stand_on_the_public_list_with_place_and_pay(sqlite_database: Database) -> None:
    clock = MovingClock()
    with sqlite_database.transaction() as session:
        made = demo.seed_demo(session, clock)
        listed = {one.requisition.id: one for one in postings.public_jobs(session, clock)}
        assert set(listed) == set(made.requisitions.values())
        codes = {code for some in made.postings.values() for code in some}
        for one in listed.values():
            assert one.code in codes
            assert (one.requisition.place, bool(one.requisition.pay_low)) == (demo.CITY, True)

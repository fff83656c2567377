"""Accounts and grants: nobody gives what they do not hold, somebody can always let others in, all is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hiring_world import MovingClock
from sqlalchemy import select

from interview_engine.errors import ConflictError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.access import grants, trail
from interview_engine.hr.access.grants import NewGrant
from interview_engine.hr.access.rules import SYSTEM, Actor, may_at_all
from interview_engine.hr.access.trail import TrailFilter
from interview_engine.hr.accounts import service
from interview_engine.hr.accounts.service import NewAccount
from interview_engine.hr.messaging import inbox
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.store import audit, outbox
from interview_engine.store.engine import Database
from interview_engine.store.rows import stamp
from interview_engine.store.tables import AuditEvent

CLOCK = MovingClock()
PASSWORD = "purple otter walks home"


def account(database: Database, login: str, role: str, **more: object) -> Actor:
    with database.transaction() as session:
        new = NewAccount(login, login, role, password=PASSWORD, scope="all", **more)  # type: ignore[arg-type]
        made = service.create_account(session, SYSTEM, new, CLOCK).account
        return service.actor_of(session, made, CLOCK)


def now_of(database: Database, actor: Actor) -> Actor:
    """The same account as its next request finds it."""
    assert actor.account_id is not None
    with database.reading() as session:
        found, _ = service.account_and_person(session, actor.account_id)
        return service.actor_of(session, found, CLOCK)


def actions(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.sequence)))


def test_an_account_holds_the_grants_of_its_role(database: Database) -> None:
    recruiter = account(database, "li", "recruiter")
    assert may_at_all(recruiter, "interview", "decide")
    assert not may_at_all(recruiter, "contact", "manage")
    assert actions(database)[-2:] == ["account.create", "account.role"]


def test_another_role_replaces_the_grants_of_the_old_one_and_keeps_personal_ones(database: Database) -> None:
    recruiter = account(database, "li", "recruiter")
    with database.transaction() as session:
        new = NewGrant("all", "pay", "decide", account_id=recruiter.account_id, reason="covers for HR")
        grants.give(session, SYSTEM, new, CLOCK)
        service.set_role(session, SYSTEM, str(recruiter.account_id), "auditor", CLOCK)
    after = now_of(database, recruiter)
    assert after.role == "auditor"
    assert may_at_all(after, "pay", "decide")
    assert may_at_all(after, "interview", "audit")
    assert not may_at_all(after, "interview", "read")


def test_a_personal_deny_takes_effect_at_the_next_request_and_ends_on_its_day(database: Database) -> None:
    clock = MovingClock()
    recruiter = account(database, "li", "recruiter")
    with database.transaction() as session:
        until = clock.at + timedelta(days=1)
        denial = NewGrant("all", "pay", "read", "deny", account_id=recruiter.account_id, expires_at=until)
        grants.give(session, SYSTEM, denial, clock)
        found, _ = service.account_and_person(session, str(recruiter.account_id))
        assert not may_at_all(service.actor_of(session, found, clock), "pay", "read")
        clock.at = until
        assert may_at_all(service.actor_of(session, found, clock), "pay", "read")


def test_a_grant_taken_back_is_gone(database: Database) -> None:
    auditor = account(database, "li", "auditor")
    with database.transaction() as session:
        given = grants.give(session, SYSTEM, NewGrant("all", "pay", "read", account_id=auditor.account_id), CLOCK)
    assert may_at_all(now_of(database, auditor), "pay", "read")
    with database.transaction() as session:
        grants.take_back(session, SYSTEM, given.id, CLOCK)
    assert not may_at_all(now_of(database, auditor), "pay", "read")
    assert actions(database)[-2:] == ["grant.give", "grant.take_back"]


@pytest.mark.parametrize("role", ["hr", "recruiter", "hiring_manager", "interviewer", "auditor"])
def test_only_administrators_touch_accounts_and_grants(sqlite_database: Database, role: str) -> None:
    actor = account(sqlite_database, "li", role)
    own = str(actor.account_id)
    with sqlite_database.reading() as session:
        for call in (
            lambda: service.create_account(session, actor, NewAccount("x2", "x", "auditor"), CLOCK),
            lambda: service.set_role(session, actor, own, "administrator", CLOCK),
            lambda: service.reset_password(session, actor, own, CLOCK),
            lambda: service.deactivate(session, actor, own, CLOCK),
            lambda: service.reactivate(session, actor, own, CLOCK),
            lambda: service.list_accounts(session, actor),
            lambda: grants.give(session, actor, NewGrant("all", "*", "*", account_id=own), CLOCK),
            lambda: grants.grants_for(session, actor, own),
            lambda: grants.take_back(session, actor, "x", CLOCK),
        ):
            with pytest.raises(PermissionDenied):
                call()


def managing_only(database: Database) -> Actor:
    """Somebody who may manage accounts and nothing else."""
    manager = account(database, "manager", "auditor")
    with database.transaction() as session:
        grants.give(session, SYSTEM, NewGrant("all", "contact", "manage", account_id=manager.account_id), CLOCK)
    return now_of(database, manager)


@pytest.mark.parametrize("role", ["administrator", "hr", "recruiter"])
def test_nobody_makes_anybody_more_than_they_are(sqlite_database: Database, role: str) -> None:
    manager = managing_only(sqlite_database)
    with pytest.raises(PermissionDenied), sqlite_database.transaction() as session:
        service.create_account(session, manager, NewAccount("x2", "x", role, scope="all"), CLOCK)
    with pytest.raises(PermissionDenied), sqlite_database.transaction() as session:
        service.set_role(session, manager, str(manager.account_id), role, CLOCK, scope="all")
    with pytest.raises(PermissionDenied), sqlite_database.transaction() as session:
        grants.give(session, manager, NewGrant("self", "*", "*", account_id=manager.account_id), CLOCK)
    with sqlite_database.transaction() as session:  # but a denial, and what they hold
        grants.give(session, manager, NewGrant("all", "pay", "*", "deny", account_id=manager.account_id), CLOCK)


def test_nobody_lifts_a_denial_from_themselves(sqlite_database: Database) -> None:
    administrator = account(sqlite_database, "admin2", "administrator")
    with sqlite_database.transaction() as session:
        denial = NewGrant("all", "pay", "read", "deny", account_id=administrator.account_id)
        given = grants.give(session, SYSTEM, denial, CLOCK)
    administrator = now_of(sqlite_database, administrator)
    with pytest.raises(PermissionDenied), sqlite_database.transaction() as session:
        grants.take_back(session, administrator, given.id, CLOCK)
    pay = NewGrant("all", "pay", "read", account_id=administrator.account_id)
    with pytest.raises(PermissionDenied), sqlite_database.transaction() as session:
        grants.give(session, administrator, pay, CLOCK)


def test_the_last_administrator_stays(database: Database) -> None:
    first = account(database, "first", "administrator")
    with pytest.raises(ConflictError, match="last_administrator"), database.transaction() as session:
        service.set_role(session, SYSTEM, str(first.account_id), "hr", CLOCK)
    with pytest.raises(ConflictError, match="last_administrator"), database.transaction() as session:
        service.deactivate(session, SYSTEM, str(first.account_id), CLOCK)
    account(database, "second", "administrator")
    with database.transaction() as session:
        service.set_role(session, SYSTEM, str(first.account_id), "hr", CLOCK, scope="all")


def test_nobody_closes_their_own_account(sqlite_database: Database) -> None:
    first = account(sqlite_database, "first", "administrator")
    account(sqlite_database, "second", "administrator")
    with pytest.raises(ConflictError), sqlite_database.transaction() as session:
        service.deactivate(session, first, str(first.account_id), CLOCK)


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewAccount("x", "x", "hr"), "login"),
        (NewAccount("xx", " ", "hr"), "name"),
        (NewAccount("xx", "x", "king"), "role"),
        (NewAccount("xx", "x", "hr", language="fr"), "language"),
        (NewAccount("xx", "x", "hr", password="short"), "password"),
        (NewAccount("xx", "x", "hr", scope="galaxy"), "scope"),
        (NewAccount("xx", "x", "interviewer"), "scope_ref"),
        (NewAccount("xx", "x", "hr", scope="entity", scope_ref="none"), "scope_ref"),
    ],
)
def test_an_account_that_cannot_be_names_the_field(sqlite_database: Database, new: NewAccount, field: str) -> None:
    with pytest.raises(InvalidInput) as caught, sqlite_database.transaction() as session:
        service.create_account(session, SYSTEM, new, CLOCK)
    assert caught.value.field == field


def test_a_login_is_one_whatever_its_case_and_a_person_has_one_account(database: Database) -> None:
    li = account(database, "Li.Lei", "hr")
    with pytest.raises(ConflictError), database.transaction() as session:
        service.create_account(session, SYSTEM, NewAccount("LI.LEI", "x", "hr"), CLOCK)
    with pytest.raises(ConflictError), database.transaction() as session:
        service.create_account(session, SYSTEM, NewAccount("other", "x", "hr", person_id=li.person_id), CLOCK)
    with pytest.raises(NotFoundError), database.transaction() as session:
        service.create_account(session, SYSTEM, NewAccount("other", "x", "hr", person_id="none"), CLOCK)


def test_a_candidate_who_is_hired_keeps_their_person(database: Database) -> None:
    with database.transaction() as session:
        person = Person(**stamp("system", CLOCK), name="李雷", language="zh", talent_pool=False, synthetic=False)
        session.add(person)
        session.flush()
        new = NewAccount("li", "ignored", "interviewer", person_id=person.id, scope="all", level=3)
        made = service.create_account(session, SYSTEM, new, CLOCK).account
        assert made.person_id == person.id
        assert (person.name, person.level) == ("李雷", 3)


def test_an_interviewer_reaches_their_own_department_and_below_by_default(database: Database) -> None:
    with database.transaction() as session:
        entity = LegalEntity(**stamp("system", CLOCK), name="甲", city="")
        session.add(entity)
        session.flush()
        columns = stamp("system", CLOCK)
        session.add(Department(**columns, legal_entity_id=entity.id, name="客服", path=f"/{columns['id']}/"))
        session.flush()
        new = NewAccount("han", "韩梅梅", "interviewer", department_id=columns["id"])
        made = service.create_account(session, SYSTEM, new, CLOCK).account
        held = service.actor_of(session, made, CLOCK).grants
    assert {(rule.scope, rule.scope_ref) for rule in held} == {("subtree", columns["id"])}


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewGrant("all", "pay", "read"), "account_id"),
        (NewGrant("all", "pay", "read", account_id="a", holder_level=1), "account_id"),
        (NewGrant("all", "money", "read", holder_level=1), "field_class"),
        (NewGrant("all", "pay", "steal", holder_level=1), "action"),
        (NewGrant("all", "pay", "read", "maybe", holder_level=1), "effect"),
        (NewGrant("subtree", "pay", "read", holder_level=1), "scope_ref"),
        (NewGrant("all", "pay", "read", holder_level=1, scope_ref="x"), "scope_ref"),
        (NewGrant("all", "pay", "read", holder_level=1, level_low=5, level_high=2), "level_low"),
        (NewGrant("all", "pay", "read", holder_level=1, expires_at=CLOCK.at), "expires_at"),
    ],
)
def test_a_grant_that_cannot_be_names_the_field(sqlite_database: Database, new: NewGrant, field: str) -> None:
    with pytest.raises(InvalidInput) as caught, sqlite_database.transaction() as session:
        grants.give(session, SYSTEM, new, CLOCK)
    assert caught.value.field == field


def test_accounts_are_listed_in_pages_by_login(database: Database) -> None:
    for name in ("cc", "aa", "bb", "dd", "ee"):
        account(database, name, "auditor")
    seen: list[str] = []
    with database.reading() as session:
        cursor = None
        for _ in range(3):
            page = service.list_accounts(session, SYSTEM, cursor=cursor, limit=2)
            seen += [row.login for row, _ in page.items]
            cursor = page.next_cursor
    assert (seen, cursor) == (["aa", "bb", "cc", "dd", "ee"], None)


# The trail and the inbox ------------------------------------------------------------------------------------------


def test_the_trail_is_read_by_who_what_and_when_and_only_by_auditors(database: Database) -> None:
    """L10."""
    clock = MovingClock()
    auditor, recruiter = account(database, "au", "auditor"), account(database, "re", "recruiter")
    for action, subject in (
        ("report.read", "application:1"),
        ("report.export", "application:1"),
        ("media.read", "a:2"),
    ):
        with database.transaction() as session:
            audit.record(session, recruiter.id, action, subject, {}, clock)
    with database.reading() as session:
        for wanted, count in (
            (TrailFilter(actor_id=recruiter.id), 3),
            (TrailFilter(actor_id=recruiter.id, action="report.*"), 2),
            (TrailFilter(action="report.read"), 1),
            (TrailFilter(subject="application:1"), 2),
            (TrailFilter(actor_id=recruiter.id, since=clock.at + timedelta(hours=1)), 0),
            (TrailFilter(actor_id=recruiter.id, until=clock.at + timedelta(hours=1)), 3),
        ):
            assert len(trail.list_events(session, auditor, wanted).items) == count, wanted
        first = trail.list_events(session, auditor, TrailFilter(actor_id=recruiter.id), limit=2)
        rest = trail.list_events(session, auditor, TrailFilter(actor_id=recruiter.id), cursor=first.next_cursor)
        assert [event.action for event in (*first.items, *rest.items)] == ["media.read", "report.export", "report.read"]
        with pytest.raises(PermissionDenied):
            trail.list_events(session, recruiter)
        with pytest.raises(PermissionDenied):
            trail.export_trail(session, recruiter, CLOCK)


def test_checking_and_exporting_the_trail_are_in_the_trail(database: Database) -> None:
    auditor = account(database, "au", "auditor")
    with database.transaction() as session:
        done = trail.check_trail(session, auditor, CLOCK)
    with database.transaction() as session:
        lines = list(trail.export_trail(session, auditor, CLOCK))
    assert done.problem is None
    assert audit.verify_exported(lines, done.end) is None
    assert actions(database)[-2:] == ["audit.check", "audit.export"]


def test_an_inbox_shows_ones_own_messages_and_knows_which_were_read(database: Database) -> None:
    """A21: there with the commit, without a dispatcher."""
    mine, other = account(database, "li", "recruiter"), account(database, "han", "recruiter")
    with database.transaction() as session:
        for number, recipient in enumerate((mine.id, mine.id, other.id)):
            outbox.enqueue(
                session, dedupe_key=f"k{number}", channel="inbox", recipient=recipient, template="assessment.ready",
                payload={"application": str(number), "title": "客服"}, clock=CLOCK,
            )  # fmt: skip
    with database.transaction() as session:
        page = inbox.list_inbox(session, mine, limit=1)
        assert [row.payload["application"] for row in page.items] == ["1"]
        older = inbox.list_inbox(session, mine, cursor=page.next_cursor)
        assert [row.payload["application"] for row in older.items] == ["0"]
        inbox.mark_all_read(session, mine, CLOCK)
    with database.reading() as session:
        assert inbox.unread_count(session, mine) == 0
        assert inbox.unread_count(session, other) == 1

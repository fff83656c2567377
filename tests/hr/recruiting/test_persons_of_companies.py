"""A person is reached through their applications and their employment, and one company learns nothing of another's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hiring_world import PUBLIC, World
from sqlalchemy.orm import Session

from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.accounts import service as accounts
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.org import service as org
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.applying import candidates, contact_changes, lists
from interview_engine.hr.recruiting.applying.applications import NewPerson, apply
from interview_engine.hr.recruiting.jobs import postings, requisitions
from interview_engine.hr.recruiting.tables import Application, Posting

VICTIM = NewPerson("候选乙", "victim@example.org", "13711112222")
MALLORY = NewPerson("Mallory", "victim@example.org")


@dataclass(frozen=True)
class Group:
    """Two companies, each with people of its own and an open job with a link; somebody has applied in B."""

    people: dict[str, Actor]
    jobs: dict[str, str]
    links: dict[str, Posting]
    application: Application


def group(world: World, session: Session) -> Group:
    clock = world.clock
    entity = org.create_legal_entity(session, SYSTEM, "乙公司", "苏州", clock).id
    places = {"a": (world.entity_id, world.department_id)}
    places["b"] = (entity, org.create_department(session, SYSTEM, entity, "乙部门", clock).id)
    people: dict[str, Actor] = {}
    jobs: dict[str, str] = {}
    links: dict[str, Posting] = {}
    for name, (company, department) in places.items():
        for role in ("recruiter", "hr", "administrator"):
            new = accounts.NewAccount(
                f"{name}-{role}", f"{name}-{role}", role, department_id=department, scope="entity", scope_ref=company
            )
            account = accounts.create_account(session, SYSTEM, new, clock).account
            people[f"{name}-{role}"] = accounts.actor_of(session, account, clock)
        recruiter = people[f"{name}-recruiter"]
        job = world.new_requisition(legal_entity_id=company, department_id=department)
        row = requisitions.create_requisition(session, recruiter, job, clock)
        approval = requisitions.submit_for_approval(session, recruiter, row.id, clock)
        approvals.decide(session, people[f"{name}-hr"], approval.id, "approve", "", clock)
        requisitions.open_requisition(session, recruiter, row.id, clock)
        jobs[name] = row.id
        links[name] = postings.create_posting(session, recruiter, row.id, "link", Decimal(0), clock)
    return Group(people, jobs, links, apply(session, PUBLIC, links["b"].code, VICTIM, clock))


def test_a_scoped_recruiter_reads_and_corrects_persons_of_their_own_candidates_only(world: World) -> None:
    with world.database.transaction() as session:
        made = group(world, session)
        person_id = made.application.person_id
        own, other = made.people["b-recruiter"], made.people["a-recruiter"]
        assert contact_changes.get_person(session, own, person_id).name == "候选乙"
        contact_changes.correct_contact(session, own, person_id, world.clock, name="候选丙")
        for refused in (
            lambda: contact_changes.get_person(session, other, person_id),
            lambda: contact_changes.correct_contact(session, other, person_id, world.clock, name="x"),
            lambda: lists.set_talent_pool(session, other, person_id, False, world.clock),
        ):
            with pytest.raises(PermissionDenied):
                refused()
        assert session.get_one(Person, person_id).name == "候选丙"


@pytest.mark.parametrize("by", ["a-recruiter", "public"])
def test_adding_somebody_whom_another_company_knows_shows_only_what_was_typed(world: World, by: str) -> None:
    with world.database.transaction() as session:
        made = group(world, session)
        actor = PUBLIC if by == "public" else made.people[by]
        where = made.links["a"].code if by == "public" else made.jobs["a"]
        row = apply(session, actor, where, MALLORY, world.clock)
        seen = contact_changes.get_person(session, made.people["a-recruiter"], row.person_id)
        assert (seen.name, seen.email, seen.phone) == ("Mallory", "victim@example.org", "")
        victim = session.get_one(Person, made.application.person_id)
        assert (victim.name, victim.phone) == ("候选乙", "13711112222")
        again = apply(session, actor, where, MALLORY, world.clock)
        assert again.id == row.id  # the same person twice is one person here too


def test_the_pair_is_flagged_for_who_reaches_both(world: World) -> None:
    with world.database.transaction() as session:
        made = group(world, session)
        row = apply(session, made.people["a-recruiter"], made.jobs["a"], MALLORY, world.clock)
        (view,) = candidates.open_flags(session, world.actor("recruiter"))
        assert (view.flag.kind, view.person.name) == ("two_persons", "Mallory")
        assert view.other is not None
        for name in ("a-recruiter", "b-recruiter"):
            actor = made.people[name]
            assert candidates.open_flags(session, actor) == ()
            assert candidates.flags_of(session, actor, row.person_id) == ()
            with pytest.raises(PermissionDenied):
                candidates.resolve_flag(session, actor, view.flag.id, world.clock)
        with pytest.raises(PermissionDenied):
            candidates.merge(session, made.people["a-administrator"], view.flag.id, world.clock)
        assert candidates.merge(session, world.actor("administrator"), view.flag.id, world.clock).id == row.person_id


def test_a_flag_of_ones_own_candidate_is_ones_own(world: World) -> None:
    with world.database.transaction() as session:
        made = group(world, session)
        apply(session, PUBLIC, made.links["b"].code, NewPerson("别名", "victim@example.org"), world.clock)
        (view,) = candidates.open_flags(session, made.people["b-recruiter"])
        assert view.flag.kind == "name_differs"
        assert candidates.open_flags(session, made.people["a-recruiter"]) == ()
        candidates.resolve_flag(session, made.people["b-recruiter"], view.flag.id, world.clock)


def test_the_pool_of_a_scoped_recruiter_holds_their_own_candidates(world: World) -> None:
    with world.database.transaction() as session:
        made = group(world, session)
        person = session.get_one(Person, made.application.person_id)
        person.talent_pool = True
        session.flush()
        for name, there in (("a-recruiter", []), ("b-recruiter", [person.id])):
            assert [one.person_id for one in lists.talent_pool(session, made.people[name]).items] == there


def test_an_account_of_another_company_is_not_read_by_a_scoped_administrator(world: World) -> None:
    with world.database.transaction() as session:
        made = group(world, session)
        own, theirs = made.people["a-hr"].account_id or "", made.people["b-hr"].account_id or ""
        administrator = made.people["a-administrator"]
        assert accounts.get_account(session, administrator, own)[0].login == "a-hr"
        with pytest.raises(PermissionDenied):
            accounts.get_account(session, administrator, theirs)

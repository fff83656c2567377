"""The permission layer says in SQL what the rules say: every row, every kind of grant, on both databases (L4)."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from hiring_world import MovingClock
from sqlalchemy import select

from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import (
    SCOPES,
    SYSTEM,
    Actor,
    GrantRule,
    Target,
    may,
    may_at_all,
)
from interview_engine.hr.access.service import check_row, grants_of, require, scoped
from interview_engine.hr.access.tables import Grant
from interview_engine.hr.accounts.service import NewAccount, create_account
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.store.engine import Database
from interview_engine.store.rows import stamp


@dataclass(frozen=True)
class Company:
    entities: list[str]
    departments: dict[str, Department]
    people: dict[str, Person]

    def under(self, person_id: str) -> set[str]:
        """Everybody under somebody, walked by hand."""
        found: set[str] = set()
        waiting = [person_id]
        while waiting:
            boss = waiting.pop()
            for person in self.people.values():
                if person.manager_person_id == boss and person.id not in found:
                    found.add(person.id)
                    waiting.append(person.id)
        return found

    def managed_paths(self, person_id: str) -> list[str]:
        return [d.path for d in self.departments.values() if d.manager_person_id == person_id]

    def target(self, person: Person, me: str | None) -> Target:
        department = self.departments.get(person.department_id or "")
        managed = (
            department is not None
            and me is not None
            and any(department.path.startswith(path) for path in self.managed_paths(me))
        )
        return Target(
            department.path if department else None,
            department.legal_entity_id if department else None,
            person.id,
            person.level,
            me is not None and (person.id in self.under(me) or managed),
        )


def build(database: Database, seed: int) -> Company:
    """Two companies, a tree of departments, people with managers (a circle among them), levels, some without any."""
    clock, chance = MovingClock(), random.Random(seed)
    departments: dict[str, Department] = {}
    people: dict[str, Person] = {}
    with database.transaction() as session:
        entities = []
        for name in ("甲公司", "Company B"):
            entity = LegalEntity(**stamp("system", clock), name=name, city="")
            session.add(entity)
            entities.append(entity.id)
        session.flush()
        for number in range(7):
            columns = stamp("system", clock)
            above = chance.choice([None, *departments.values()])
            department = Department(
                **columns,
                legal_entity_id=above.legal_entity_id if above else chance.choice(entities),
                parent_id=above.id if above else None,
                name=f"d{number}",
                path=f"{above.path if above else '/'}{columns['id']}/",
            )
            session.add(department)
            session.flush()
            departments[department.id] = department
        for number in range(14):
            person = Person(**stamp("system", clock), name=f"p{number}", email="", phone="", language="zh")
            person.talent_pool = person.synthetic = False
            person.department_id = chance.choice([None, *departments])
            person.level = chance.choice([None, 1, 3, 5, 8])
            person.manager_person_id = chance.choice([None, *people])
            session.add(person)
            session.flush()
            people[person.id] = person
        first, last = next(iter(people.values())), list(people.values())[-1]
        first.manager_person_id = last.id  # a circle
        for department in departments.values():
            department.manager_person_id = chance.choice([None, *people])
    return Company(entities, departments, people)


def random_rule(chance: random.Random, company: Company) -> GrantRule:
    scope = chance.choice(SCOPES)
    ref = {"subtree": [*company.departments], "entity": company.entities}.get(scope)
    return GrantRule(
        scope,
        chance.choice(("*", "interview", "pay")),
        chance.choice(("*", "read", "write")),
        chance.choice(("allow", "allow", "allow", "deny")),
        chance.choice(ref) if ref else None,
        chance.choice((None, None, 2)),
        chance.choice((None, None, 5)),
    )


@pytest.mark.parametrize("seed", range(2))
def test_sql_and_rules_agree_on_every_row(database: Database, seed: int) -> None:
    company = build(database, seed)
    chance = random.Random(1000 + seed)
    opened = 0
    with database.reading() as session:
        for _ in range(60):
            grants = tuple(random_rule(chance, company) for _ in range(chance.randint(1, 5)))
            me = chance.choice([None, *company.people])
            actor = Actor("account:1", "1", me, "", grants, "zh")
            field_class, action = chance.choice(("interview", "interview", "pay")), chance.choice(("read", "write"))
            statement = (
                select(Person.id).outerjoin(Department, Department.id == Person.department_id).order_by(Person.id)
            )
            narrowed = scoped(
                statement,
                actor,
                field_class,
                action,
                department=Person.department_id,
                legal_entity=Department.legal_entity_id,
                person=Person.id,
            )
            expected = [
                person.id
                for person in company.people.values()
                if may(actor, field_class, action, company.target(person, me))
            ]
            assert list(session.scalars(narrowed)) == sorted(expected), (grants, me)
            by_person = scoped(select(Person.id).order_by(Person.id), actor, field_class, action, person=Person.id)
            assert list(session.scalars(by_person)) == sorted(expected), (grants, me)
            opened += len(expected)
            someone = chance.choice(list(company.people.values()))
            department = company.departments.get(someone.department_id or "")
            try:
                check_row(
                    session,
                    actor,
                    field_class,
                    action,
                    department_id=someone.department_id,
                    legal_entity_id=department.legal_entity_id if department else None,
                    person_id=someone.id,
                )
                allowed = True
            except PermissionDenied:
                allowed = False
            assert allowed is (someone.id in expected)
    assert opened > 50  # the comparison was not of empty lists


def test_without_columns_only_public_things_and_the_scope_all_are_open(sqlite_database: Database) -> None:
    own = Actor("account:1", "1", "p", "", (GrantRule("self", "*", "*"),), "zh")
    everyone = Actor("account:1", "1", "p", "", (GrantRule("all", "*", "*"),), "zh")
    build(sqlite_database, 0)
    with sqlite_database.reading() as session:
        assert session.scalars(scoped(select(Person.id), own, "contact", "read")).all() == []
        assert len(session.scalars(scoped(select(Person.id), everyone, "contact", "read")).all()) == 14
        assert len(session.scalars(scoped(select(Person.id), own, "public", "read")).all()) == 14
        with pytest.raises(PermissionDenied):
            check_row(session, own, "contact", "manage")


def test_a_scope_without_its_column_holds_no_row(sqlite_database: Database) -> None:
    company = build(sqlite_database, 0)
    me = next(iter(company.people))
    own = Actor("account:1", "1", me, "", (GrantRule("self", "contact", "read"),), "zh")
    with sqlite_database.reading() as session:
        narrowed = scoped(select(Person.id), own, "contact", "read", department=Person.department_id)
        assert session.scalars(narrowed).all() == []


def test_require_names_what_is_missing_in_both_languages() -> None:
    nobody = Actor("account:1", "1", "p", "", (), "zh")
    with pytest.raises(PermissionDenied) as caught:
        require(nobody, "interview", "read")
    assert caught.value.code == "access.denied"
    assert "权限" in caught.value.text("zh")
    require(SYSTEM, "interview", "read")
    assert may_at_all(SYSTEM, "pay", "decide")


def test_grants_come_from_the_account_its_departments_and_its_level(database: Database) -> None:
    """L4: permissions by department, by level and by person, at once; one that has ended is gone."""
    clock = MovingClock()
    company = build(database, 2)
    leaf = max(company.departments.values(), key=lambda department: department.path.count("/"))
    above = next(iter(part for part in leaf.path.split("/") if part))
    with database.transaction() as session:
        new = NewAccount("li", "李雷", "auditor", department_id=leaf.id, level=5)
        account = create_account(session, SYSTEM, new, clock).account
        person = session.get_one(Person, account.person_id)
        before = set(grants_of(session, account.id, person, clock.now()))

        def hold(**columns: object) -> None:
            fixed = {"scope": "all", "field_class": "pay", "effect": "allow", "reason": ""}
            session.add(Grant(**stamp("system", clock), **{**fixed, **columns}))

        hold(holder_department_id=above, action="read")
        hold(holder_level=5, action="write")
        hold(holder_level=6, action="decide")
        hold(account_id=account.id, action="export")
        hold(account_id=account.id, action="manage", expires_at=clock.at)
        other = next(d.id for d in company.departments.values() if f"/{d.id}/" not in leaf.path)
        hold(holder_department_id=other, action="audit")
        session.flush()
        gained = set(grants_of(session, account.id, person, clock.now())) - before
    assert {rule.action for rule in gained} == {"read", "write", "export"}

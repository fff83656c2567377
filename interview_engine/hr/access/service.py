"""The permission layer: the rules of `rules.py` as SQL, and the grants of an account. Every query that lists or opens
people's data goes through `scoped` or `check_row`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal, not_, or_, select, true
from sqlalchemy.orm import Session, aliased

from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import Actor, GrantRule, applicable, in_force, may_at_all, reaches_everything
from interview_engine.hr.access.tables import Grant
from interview_engine.hr.house import house
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.problems import missing
from interview_engine.i18n import msg
from interview_engine.store.rows import find

T = TypeVarTuple("T")
Column = Any
"""A mapped attribute or any SQL expression of an identifier."""


def require(actor: Actor, field_class: str, action: str) -> None:
    """Whether the actor may do this to anything at all; which rows, `scoped` and `check_row` decide.

    Raises:
        PermissionDenied: `access.denied`.
    """
    if not may_at_all(actor, field_class, action):
        raise denied()


def scoped(
    statement: Select[*T],
    actor: Actor,
    field_class: str,
    action: str,
    *,
    department: Column | None = None,
    legal_entity: Column | None = None,
    person: Column | None = None,
) -> Select[*T]:
    """Narrow a statement to the rows that the actor may see.

    Args:
        department, legal_entity, person: the columns of the statement that say where a row belongs and whom it is
            about. Give every one there is: a scope that has no column to look at holds no row. With none at all the
            rows are the company's: "public" ones are open to every allow, others to the scope "all" only.
    """
    return statement.where(visible(actor, field_class, action, department, legal_entity, person))


def check_row(
    session: Session,
    actor: Actor,
    field_class: str,
    action: str,
    *,
    department_id: str | None = None,
    legal_entity_id: str | None = None,
    person_id: str | None = None,
) -> None:
    """Refuse a loaded row that the actor may not use, by the same rules as `scoped`.

    Raises:
        PermissionDenied: `access.denied`.
    """
    require(actor, field_class, action)
    condition = visible(
        actor, field_class, action, _literal(department_id), _literal(legal_entity_id), _literal(person_id)
    )
    if not session.scalar(select(literal(1)).where(condition)):
        raise denied()


def reaches_group(session: Session, actor: Actor, field_class: str, action: str) -> bool:
    """Whether the actor may do this to what belongs to no single company: their reach is "all", or holds every company.

    In an installation of one company who reaches the company reaches what is group-wide too.
    """
    if not may_at_all(actor, field_class, action):
        return False
    allows, denies = applicable(actor, field_class, action)
    if any(reaches_everything(rule) for rule in allows):
        return True
    companies = set(session.scalars(select(LegalEntity.id)))
    return not denies and bool(companies) and companies <= _companies(allows)


def check_group(session: Session, actor: Actor, field_class: str, action: str) -> None:
    """Refuse an actor who reaches single companies only; see `reaches_group`.

    Raises:
        PermissionDenied: `access.denied`.
    """
    if not reaches_group(session, actor, field_class, action):
        raise denied()


def check_owner(session: Session, actor: Actor, field_class: str, action: str, legal_entity_id: str | None) -> None:
    """The decision for a row that a company owns, or the group (None).

    Raises:
        PermissionDenied: `access.denied`.
    """
    if legal_entity_id is None:
        check_group(session, actor, field_class, action)
    else:
        check_row(session, actor, field_class, action, legal_entity_id=legal_entity_id)


def owner_for(session: Session, actor: Actor, wanted: str | None) -> str | None:
    """The company that will own what the actor makes; None is the group.

    Args:
        wanted: the company asked for. None: the group where the actor reaches it, else their only company.

    Raises:
        PermissionDenied: `access.denied`: out of reach, or none is asked for and the actor manages several.
        NotFoundError: there is no such company.
    """
    if wanted is not None:
        check_row(session, actor, "public", "manage", legal_entity_id=wanted)
        if find(session, LegalEntity, wanted) is None:
            raise missing("legal_entity", msg("company"))
        return wanted
    if reaches_group(session, actor, "public", "manage"):
        return None
    allows, _ = applicable(actor, "public", "manage")
    own = _companies(allows)
    if len(own) != 1:
        raise denied()
    (company,) = own
    check_row(session, actor, "public", "manage", legal_entity_id=company)
    return company


@dataclass(frozen=True, slots=True)
class Owners:
    """Companies as owners of what is made.

    Args:
        names: of every company, by id; empty where there is one company only and nothing is to be told apart.
        choices: those that the actor may choose, as (id, name); None is the group. Empty when there is no choice.
    """

    names: Mapping[str, str]
    choices: tuple[tuple[str | None, str], ...]

    @property
    def group(self) -> bool:
        """Whether the group is among them."""
        return any(key is None for key, _ in self.choices)


def owners(session: Session, actor: Actor) -> Owners:
    """What `owner_for` takes from this actor, for a form and for lists."""
    names = dict(session.execute(select(LegalEntity.id, LegalEntity.name).order_by(LegalEntity.name)).tuples().all())
    if len(names) < 2:
        return Owners({}, ())
    choices: list[tuple[str | None, str]] = []
    if reaches_group(session, actor, "public", "manage"):
        choices.append((None, ""))
    if may_at_all(actor, "public", "manage"):
        reached = select(LegalEntity.id).where(visible(actor, "public", "manage", legal_entity=LegalEntity.id))
        within = set(session.scalars(reached))
        choices += [(key, name) for key, name in names.items() if key in within]
    return Owners(names, tuple(choices) if len(choices) > 1 else ())


def person_within(
    actor: Actor, field_class: str, action: str, person: Column, department: Column | None = None
) -> ColumnElement[bool]:
    """The condition under which a person's own data is reached: by the department they work in, or by a place where an
    area has a row of them (their application, their employment).

    Args:
        person, department: the columns of the statement that hold the person's id, and their department's if it has it.
    """
    own = visible(actor, field_class, action, department, None, person)
    allows, _ = applicable(actor, field_class, action)
    if not allows or any(reaches_everything(rule) for rule in allows):
        return own
    conditions = [own]
    for place in house().places():
        rows = place().subquery()
        there = visible(actor, field_class, action, rows.c.department_id, rows.c.legal_entity_id, rows.c.person_id)
        conditions.append(exists(select(literal(1)).where(rows.c.person_id == person, there)))
    return or_(*conditions)


def reached_persons(
    session: Session, actor: Actor, field_class: str, action: str, person_ids: Iterable[str]
) -> frozenset[str]:
    """Those of the persons to whom the actor may do this, in one query; who reaches every company reaches everybody."""
    condition = person_within(actor, field_class, action, Person.id, Person.department_id)
    if reaches_group(session, actor, field_class, action) and not applicable(actor, field_class, action)[1]:
        condition = true()
    return frozenset(session.scalars(select(Person.id).where(Person.id.in_(set(person_ids)), condition)))


def companies_of(session: Session, person_id: str) -> frozenset[str]:
    """The companies in which a person has a place: their department's, and those of their rows in other areas."""
    department = select(Department.legal_entity_id).join(Person, Person.department_id == Department.id)
    found = set(session.scalars(department.where(Person.id == person_id)))
    for place in house().places():
        rows = place().subquery()
        found.update(session.scalars(select(rows.c.legal_entity_id).where(rows.c.person_id == person_id).distinct()))
    return frozenset(found)


def check_persons(session: Session, actor: Actor, field_class: str, action: str, person_ids: Iterable[str]) -> None:
    """Refuse unless the actor may do this to each of these persons; see `person_within`.

    Raises:
        PermissionDenied: `access.denied`.
    """
    require(actor, field_class, action)
    wanted = set(person_ids)
    if wanted - reached_persons(session, actor, field_class, action, wanted):
        raise denied()


def owned(actor: Actor, owner: Column) -> ColumnElement[bool]:
    """The condition under which a list shows what a company or the group (NULL) owns: group-wide, or of a company
    in which the actor reads or manages something."""
    allows = tuple(rule for action in ("read", "manage") for rule in applicable(actor, "public", action)[0])
    if any(reaches_everything(rule) for rule in allows):
        return true()
    return or_(owner.is_(None), owner.in_(_companies_of(actor, allows)))


def visible(
    actor: Actor,
    field_class: str,
    action: str,
    department: Column | None = None,
    legal_entity: Column | None = None,
    person: Column | None = None,
) -> ColumnElement[bool]:
    """The condition that `scoped` adds."""
    if not may_at_all(actor, field_class, action):
        return false()
    allows, denies = applicable(actor, field_class, action)
    if department is None and legal_entity is None and person is None:
        company_wide = field_class == "public" or any(reaches_everything(rule) for rule in allows)
        return true() if company_wide else false()
    reach = _Reach(actor, department, legal_entity, person)
    unlimited = any(reaches_everything(rule) for rule in allows)
    allowed = true() if unlimited else or_(*(reach.condition(rule) for rule in _distinct(allows)))
    if not denies:
        return allowed
    return and_(allowed, not_(func.coalesce(or_(*(reach.condition(rule) for rule in _distinct(denies))), false())))


def grants_of(session: Session, account_id: str, person: Person, now: datetime) -> tuple[GrantRule, ...]:
    """The grants in force for an account: its own, those of its person's department and the ones above, those of its
    person's level and the ones below."""
    holders = [Grant.account_id == account_id]
    if person.department_id is not None:
        path = session.scalar(select(Department.path).where(Department.id == person.department_id)) or ""
        above = [part for part in path.split("/") if part]
        holders.append(Grant.holder_department_id.in_(above))
    if person.level is not None:
        holders.append(Grant.holder_level <= person.level)
    rows = session.scalars(select(Grant).where(or_(*holders)).order_by(Grant.id))
    return in_force((rule_of(row) for row in rows), now)


def rule_of(grant: Grant) -> GrantRule:
    """A row as a rule."""
    return GrantRule(
        grant.scope,
        grant.field_class,
        grant.action,
        grant.effect,
        grant.scope_ref,
        grant.level_low,
        grant.level_high,
        grant.expires_at,
    )


def denied() -> PermissionDenied:
    """The refusal of everything that is not permitted; it does not reveal what exists."""
    return PermissionDenied(
        "access.denied",
        msg("You are not allowed to do this."),
        msg("Ask an administrator for access if you need it."),
    )


class _Reach:
    """Builds each rule's condition over the columns of one statement."""

    def __init__(
        self, actor: Actor, department: Column | None, legal_entity: Column | None, person: Column | None
    ) -> None:
        self._me = actor.person_id
        self._department = department
        self._legal_entity = legal_entity
        self._person = person
        self._below_me: Any = None

    def condition(self, rule: GrantRule) -> ColumnElement[bool]:
        return and_(self._scope(rule), *self._levels(rule))

    def _scope(self, rule: GrantRule) -> ColumnElement[bool]:
        match rule.scope:
            case "all":
                return true()
            case "entity" if rule.scope_ref is not None:
                return self._entity(rule.scope_ref)
            case "subtree" if rule.scope_ref is not None:
                return self._in_departments(
                    select(Department.id).where(Department.path.contains(f"/{rule.scope_ref}/"))
                )
            case "reports" if self._me is not None:
                return self._reports(self._me)
            case "self" if self._me is not None and self._person is not None:
                return func.coalesce(self._person == self._me, false())
        return false()

    def _entity(self, entity_id: str) -> ColumnElement[bool]:
        if self._legal_entity is not None:
            return func.coalesce(self._legal_entity == entity_id, false())
        inner = aliased(Department)
        return self._in_departments(select(inner.id).where(inner.legal_entity_id == entity_id))

    def _in_departments(self, departments: Select[str]) -> ColumnElement[bool]:
        if self._department is not None:
            return func.coalesce(self._department.in_(departments), false())
        if self._person is not None:
            someone = aliased(Person)
            people = select(someone.id).where(someone.department_id.in_(departments))
            return func.coalesce(self._person.in_(people), false())
        return false()

    def _reports(self, me: str) -> ColumnElement[bool]:
        managed, below = aliased(Department), aliased(Department)
        departments = (
            select(below.id).join(managed, below.path.startswith(managed.path)).where(managed.manager_person_id == me)
        )
        conditions: list[ColumnElement[bool]] = []
        if self._department is not None:
            conditions.append(func.coalesce(self._department.in_(departments), false()))
        if self._person is not None:
            conditions.append(func.coalesce(self._person.in_(select(self._chain(me).c.id)), false()))
            if self._department is None:
                conditions.append(self._in_departments(departments))
        return or_(*conditions) if conditions else false()

    def _chain(self, me: str) -> Any:
        """Everybody under `me`, at any depth; UNION, so that a circle of managers ends."""
        if self._below_me is None:
            first, report = aliased(Person), aliased(Person)
            chain = select(first.id).where(first.manager_person_id == me).cte(recursive=True)
            self._below_me = chain.union(select(report.id).join(chain, report.manager_person_id == chain.c.id))
        return self._below_me

    def _levels(self, rule: GrantRule) -> list[ColumnElement[bool]]:
        if rule.level_low is None and rule.level_high is None:
            return []
        level: Any = literal(0)
        if self._person is not None:
            someone = aliased(Person)
            found = select(someone.level).where(someone.id == self._person).scalar_subquery()
            level = func.coalesce(found, 0)
        conditions: list[ColumnElement[bool]] = []
        if rule.level_low is not None:
            conditions.append(level >= rule.level_low)
        if rule.level_high is not None:
            conditions.append(level <= rule.level_high)
        return conditions


def _distinct(rules: tuple[GrantRule, ...]) -> list[GrantRule]:
    """One rule for each reach: a preset says the same scope many times."""
    return list({(rule.scope, rule.scope_ref, rule.level_low, rule.level_high): rule for rule in rules}.values())


def _companies(allows: tuple[GrantRule, ...]) -> set[str]:
    """The companies that the rules hold as a whole."""
    return {
        rule.scope_ref
        for rule in allows
        if rule.scope == "entity" and rule.scope_ref is not None and rule.level_low is None and rule.level_high is None
    }


def _companies_of(actor: Actor, allows: tuple[GrantRule, ...]) -> Select[str]:
    """The companies of which the rules hold at least one department."""
    reach = _Reach(actor, Department.id, Department.legal_entity_id, None)
    return select(Department.legal_entity_id).where(
        or_(false(), *(reach.condition(rule) for rule in _distinct(allows)))
    )


def _literal(value: str | None) -> ColumnElement[str] | None:
    return None if value is None else literal(value)

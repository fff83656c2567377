"""Console accounts: made, given a role, a new password, closed. Signing in is in `sign_in`, tokens in `tokens`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InvalidInput
from interview_engine.hr.access import grants
from interview_engine.hr.access.rules import DEFAULT_SCOPES, ROLES, SYSTEM, Actor
from interview_engine.hr.access.service import check_persons, check_row, denied, grants_of, reached_persons
from interview_engine.hr.accounts import failures, passwords, sign_in, tokens
from interview_engine.hr.accounts.leaving import reopen as reopen
from interview_engine.hr.accounts.leaving import take_grants
from interview_engine.hr.accounts.own_password import check_own_password
from interview_engine.hr.accounts.passwords import generated as generated
from interview_engine.hr.accounts.passwords import hashed as hashed
from interview_engine.hr.accounts.passwords import holds as holds
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.people.contact import email_key, email_written, phone_key, phone_written
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.page import Page, clamp, page_of, read_cursor
from interview_engine.store.rows import find, stamp, touch

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an account is made from.

    Args:
        login: 2..120 characters, kept in lower case.
        name: of the person; ignored with `person_id`.
        role: one of access.rules.ROLES; its preset becomes the account's grants.
        scope, scope_ref: how far the role reaches; the role's default when None. "subtree" without a reference is the
            person's own department.
        person_id: when the person is known already, for instance a former candidate.
        password: to be given to them; one is generated, to be changed at first sign-in, when None.
    """

    login: str
    name: str
    role: str
    email: str = ""
    phone: str = ""
    person_id: str | None = None
    department_id: str | None = None
    level: int | None = None
    scope: str | None = None
    scope_ref: str | None = None
    language: str = "zh"
    password: str | None = None


@dataclass(frozen=True, slots=True)
class IssuedAccount:
    """A new account and the password to hand over. The password is nowhere else."""

    account: Account
    password: str


def create_account(session: Session, actor: Actor, new: NewAccount, clock: Clock) -> IssuedAccount:
    """A login for a person, with the grants of a role.

    Raises:
        PermissionDenied: the actor may not manage accounts, or does not hold what the role would give.
        InvalidInput: login, name, role, scope or password. ConflictError: `account.login_taken`, `account.exists`.
    """
    check_row(session, actor, "contact", "manage")
    login = text_within(new.login, "login", msg("login"), 120, least=2).lower()
    if session.scalar(select(func.count()).select_from(Account).where(Account.login == login)):
        raise conflict("account.login_taken", msg("This login is taken."))
    if new.role not in ROLES:
        raise _choose("role", msg("role"), ROLES)
    if new.language not in LANGUAGES:
        raise _choose("language", msg("language"), LANGUAGES)
    person = _person(session, actor, new, clock)
    if new.password is not None:
        passwords.check_strength(new.password, (login, person.name, person.email))
    password = new.password or generated()
    account = Account(
        **stamp(actor.id, clock),
        person_id=person.id,
        login=login,
        role=new.role,
        password_hash=passwords.hashed(password),
        password_set_at=clock.now(),
        must_change_password=new.password is None,
        active=True,
        language=new.language,
    )
    session.add(account)
    session.flush()
    audit.record(session, actor.id, "account.create", f"account:{account.id}", {"role": new.role}, clock)
    set_role(session, actor, account.id, new.role, clock, scope=new.scope, scope_ref=new.scope_ref)
    return IssuedAccount(account, password)


def first_administrator(
    session: Session, clock: Clock, *, login: str = "admin", name: str = "管理员", language: str = "zh"
) -> tuple[Account, str] | None:
    """An administrator with a random password that must be changed, when there is no account at all; else None."""
    if session.scalar(select(func.count()).select_from(Account)):
        return None
    issued = create_account(session, SYSTEM, NewAccount(login, name, "administrator", language=language), clock)
    return issued.account, issued.password


def set_role(
    session: Session,
    actor: Actor,
    account_id: str,
    role: str,
    clock: Clock,
    *,
    scope: str | None = None,
    scope_ref: str | None = None,
) -> Account:
    """Give an account a role: the grants of its old preset go, those of the new one come, personal ones stay.

    Raises:
        InvalidInput: role, scope or its reference. ConflictError: `account.last_administrator`.
        PermissionDenied: may not manage accounts, or does not hold what the role would give.
    """
    check_row(session, actor, "contact", "manage")
    account, person = account_and_person(session, account_id, lock=True)
    if role not in ROLES:
        raise _choose("role", msg("role"), ROLES)
    if role != "administrator":
        _keep_an_administrator(session, account)
    chosen = scope or DEFAULT_SCOPES[role]
    reference = scope_ref or (person.department_id if chosen == "subtree" else None)
    grants.replace_preset(session, actor, account.id, role, chosen, reference, clock)
    account.role = role
    touch(account, actor.id, clock)
    audit.record(
        session,
        actor.id,
        "account.role",
        f"account:{account.id}",
        {"role": role, "scope": chosen, "scope_ref": reference},
        clock,
    )
    return account


def change_password(
    session: Session, account_id: str, current: str, new: str, clock: Clock, *, address: str = "", user_agent: str = ""
) -> str:
    """The owner's own change. Every session of the account ends; returns the secret of a new one.

    Raises:
        SignInRefused: `password.wrong`, counted like a failed sign-in. TooManyRequests: `sign_in.locked`.
        InvalidInput: the new one is weak, or the old one again.
    """
    account, person = account_and_person(session, account_id, lock=True)
    check_own_password(session, account, current, clock)
    if new == current:
        raise invalid(
            "new", "password.same", msg("The new password is the current one."),
            msg("Choose another one."),
        )  # fmt: skip
    passwords.check_strength(new, (account.login, person.name, person.email), "new")
    account.password_hash = passwords.hashed(new)
    account.password_set_at = clock.now()
    account.must_change_password = False
    actor_id = f"account:{account.id}"
    touch(account, actor_id, clock)
    sign_in.revoke_all(session, account.id, clock)
    audit.record(session, actor_id, "password.change", actor_id, {}, clock)
    return sign_in.open_session(session, account, clock, complete=True, address=address, user_agent=user_agent)


def reset_password(session: Session, actor: Actor, account_id: str, clock: Clock) -> str:
    """A new password from an administrator, to be changed at the next sign-in. Sessions end.

    Raises:
        PermissionDenied: may not manage accounts.
    """
    check_row(session, actor, "contact", "manage")
    account, _ = account_and_person(session, account_id, lock=True)
    password = generated()
    account.password_hash = passwords.hashed(password)
    account.password_set_at = clock.now()
    account.must_change_password = True
    touch(account, actor.id, clock)
    failures.forget(session, account.login)
    sign_in.revoke_all(session, account.id, clock)
    audit.record(session, actor.id, "password.reset", f"account:{account.id}", {}, clock)
    return password


def set_demo_password(session: Session, logins: Iterable[str], password: str, clock: Clock) -> set[str]:
    """Give demo accounts this password; returns the logins that have it now. A real person's account keeps its own."""
    found = session.scalars(
        select(Account)
        .join(Person, Person.id == Account.person_id)
        .where(Account.login.in_(tuple(logins)), Person.synthetic)
        .with_for_update(of=Account)
    ).all()
    for account in found:
        account.password_hash, account.password_set_at = passwords.hashed(password), clock.now()
        account.must_change_password = False
        touch(account, "system", clock)
        failures.forget(session, account.login)
        audit.record(session, "system", "password.reset", f"account:{account.id}", {}, clock)
    return {account.login for account in found}


def deactivate(session: Session, actor: Actor, account_id: str, clock: Clock) -> None:
    """Close an account: no sign-in, sessions and tokens end at once. Its history stays.

    Raises:
        PermissionDenied: may not manage accounts. ConflictError: `account.last_administrator`, `account.own`.
    """
    check_row(session, actor, "contact", "manage")
    account, _ = account_and_person(session, account_id, lock=True)
    if account.id == actor.account_id:
        raise conflict("account.own", msg("You cannot close your own account."))
    _keep_an_administrator(session, account)
    account.active = False
    touch(account, actor.id, clock)
    sign_in.revoke_all(session, account.id, clock)
    tokens.revoke_all(session, account.id, clock)
    audit.record(session, actor.id, "account.deactivate", f"account:{account.id}", {}, clock)


def close_for_leaver(session: Session, actor: Actor, account_id: str, because: str, clock: Clock) -> None:
    """Close the account of somebody who has left, and take its permissions away: who comes back is given a role anew.

    Args:
        because: what it ended with; where that is undone, `reopen` leads back.

    Raises:
        As `deactivate`.
    """
    deactivate(session, actor, account_id, clock)
    take_grants(session, actor, account_id, because, clock)


def reactivate(session: Session, actor: Actor, account_id: str, clock: Clock) -> str:
    """Open a closed account again; returns a new password, to be changed at first sign-in."""
    check_row(session, actor, "contact", "manage")
    account, _ = account_and_person(session, account_id, lock=True)
    account.active = True
    audit.record(session, actor.id, "account.reactivate", f"account:{account.id}", {}, clock)
    return reset_password(session, actor, account_id, clock)


def set_language(session: Session, actor: Actor, language: str, clock: Clock) -> None:
    """The language an account's owner reads. InvalidInput when there is none such."""
    if actor.account_id is None:
        raise denied()
    if language not in LANGUAGES:
        raise _choose("language", msg("language"), LANGUAGES)
    account, _ = account_and_person(session, actor.account_id, lock=True)
    account.language = language
    touch(account, actor.id, clock)


def list_accounts(
    session: Session, actor: Actor, *, cursor: str | None = None, limit: int = 50
) -> Page[tuple[Account, Person]]:
    """Accounts with their persons, by login.

    Raises:
        PermissionDenied: may not manage accounts. InvalidInput: the cursor.
    """
    check_row(session, actor, "contact", "manage")
    limit = clamp(limit)
    statement = select(Account, Person).join(Person, Person.id == Account.person_id).order_by(Account.login)
    if cursor is not None:
        statement = statement.where(Account.login > str(read_cursor(cursor, 1)[0]))
    rows = [(account, person) for account, person in session.execute(statement.limit(limit + 1))]
    return page_of(rows, limit, [(account.login,) for account, _ in rows])


def actor_of(session: Session, account: Account, clock: Clock, *, token_scopes: frozenset[str] | None = None) -> Actor:
    """The account as an actor, with the grants in force now. A closed account holds none."""
    person = session.get_one(Person, account.person_id)
    held = grants_of(session, account.id, person, clock.now()) if account.active else ()
    return Actor(f"account:{account.id}", account.id, person.id, account.role, held, account.language, token_scopes)


def actors_with_role(session: Session, roles: Iterable[str], clock: Clock) -> tuple[Actor, ...]:
    """Every active account of these roles as an actor."""
    found = session.scalars(select(Account).where(Account.active.is_(True), Account.role.in_(tuple(roles))))
    return tuple(actor_of(session, account, clock) for account in found.all())


def actors(session: Session, account_ids: Iterable[str], clock: Clock) -> tuple[Actor, ...]:
    """Those of the accounts that are active, as actors with the grants in force now, by id."""
    wanted = tuple(account_ids)
    found = session.scalars(select(Account).where(Account.active, Account.id.in_(wanted)).order_by(Account.id))
    return tuple(actor_of(session, account, clock) for account in found.all())


def account_of_person(session: Session, person_id: str) -> Account | None:
    """The person's console account when it is active, else None."""
    return session.scalar(select(Account).where(Account.person_id == person_id, Account.active.is_(True)))


def holders() -> Select[str]:
    """Ids of the persons who have an active account, for a list's IN."""
    return select(Account.person_id).where(Account.active.is_(True))


def persons_with_roles(session: Session, roles: Iterable[str]) -> tuple[str, ...]:
    """Ids of the persons who have an active account of one of the roles."""
    return tuple(session.scalars(select(Account.person_id).where(Account.active, Account.role.in_(tuple(roles)))))


def open_accounts() -> Select[str]:
    """Ids of the active accounts, for a list's IN."""
    return select(Account.id).where(Account.active.is_(True))


def every_holder() -> Select[str]:
    """Ids of the persons with an account, active or closed, for a list's IN."""
    return select(Account.person_id)


def holder(session: Session, account_id: str) -> Person | None:
    """Whose account this is while it is active, else None."""
    account = find(session, Account, account_id)
    return session.get_one(Person, account.person_id) if account is not None and account.active else None


def by_login(session: Session, login: str) -> Account | None:
    """The active account of that user name, else None."""
    return session.scalar(select(Account).where(Account.login == login.strip().lower(), Account.active.is_(True)))


def login_of(session: Session, account_id: str) -> str | None:
    """The user name of an account; None when there is none such."""
    return session.scalar(select(Account.login).where(Account.id == account_id))


def has_account(session: Session, person_id: str) -> bool:
    """Whether a person has an account, active or closed."""
    return session.scalar(select(Account.id).where(Account.person_id == person_id).limit(1)) is not None


def active_accounts(
    session: Session, *, ids: Iterable[str] = (), roles: Iterable[str] = (), persons: Iterable[str] = ()
) -> tuple[str, ...]:
    """Ids of the active accounts that are one of `ids`, have one of the `roles` or belong to one of the `persons`."""
    meant = or_(Account.id.in_(tuple(ids)), Account.role.in_(tuple(roles)), Account.person_id.in_(tuple(persons)))
    return tuple(session.scalars(select(Account.id).where(Account.active, meant).order_by(Account.id)))


def holders_by_name(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """(person, name) of everybody with an account, open or closed, whom the actor may give a seat, by name."""
    joined = select(Person.id, Person.name).join(Account, Account.person_id == Person.id).order_by(Person.name)
    found = list(session.execute(joined).tuples())
    reached = reached_persons(session, actor, "public", "manage", (person_id for person_id, _ in found))
    return [one for one in found if one[0] in reached]


def colleagues_by_name(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """(account, name) of the other active accounts of the actor's company, by name; all others where the actor's
    person is in no department."""
    statement = (
        select(Account.id, Person.name)
        .join(Person, Person.id == Account.person_id)
        .where(Account.active, Account.id != (actor.account_id or ""))
        .order_by(Person.name, Account.id)
    )
    company = session.scalar(
        select(Department.legal_entity_id)
        .join(Person, Person.department_id == Department.id)
        .where(Person.id == (actor.person_id or ""))
    )
    if company is not None:
        inside = select(Department.id).where(Department.legal_entity_id == company)
        statement = statement.where(Person.department_id.in_(inside))
    return list(session.execute(statement).tuples())


def accounts_of_staff(session: Session, limit: int = 500) -> list[tuple[str, str]]:
    """("account:<id>", name) of everybody with an account, open or closed, by name."""
    joined = select(Account.id, Person.name).join(Person, Person.id == Account.person_id)
    rows = session.execute(joined.order_by(Person.name, Account.id).limit(limit)).tuples()
    return [(f"account:{account_id}", name) for account_id, name in rows]


def names_of(session: Session, account_ids: Iterable[str]) -> dict[str, str]:
    """The names of account holders by account id, in one statement, for lists."""
    wanted = set(account_ids)
    if not wanted:
        return {}
    joined = select(Account.id, Person.name).join(Person, Person.id == Account.person_id)
    return dict(session.execute(joined.where(Account.id.in_(wanted))).tuples().all())


def holder_name(account_id: Any) -> ScalarSelect[str]:
    """The name of an account's holder as SQL, for lists that sort by it."""
    joined = select(Person.name).join(Account, Account.person_id == Person.id)
    return joined.where(Account.id == account_id).scalar_subquery()


def get_account(session: Session, actor: Actor, account_id: str) -> tuple[Account, Person]:
    """An account of a person within reach; needs "contact" manage.

    Raises:
        NotFoundError, PermissionDenied.
    """
    account, person = account_and_person(session, account_id)
    check_persons(session, actor, "contact", "manage", (person.id,))
    return account, person


def account_and_person(session: Session, account_id: str, *, lock: bool = False) -> tuple[Account, Person]:
    """The account and its person. NotFoundError: `not_found.account`."""
    account = find(session, Account, account_id, lock=lock)
    if account is None:
        raise missing("account", msg("account"))
    return account, session.get_one(Person, account.person_id)


def _person(session: Session, actor: Actor, new: NewAccount, clock: Clock) -> Person:
    if new.department_id is not None and find(session, Department, new.department_id) is None:
        raise missing("department", msg("department"))
    if new.person_id is None:
        name = text_within(new.name, "name", msg("name", context="person"), 120)
        person = Person(**stamp(actor.id, clock), name=name, language=new.language, talent_pool=False, synthetic=False)
        person.email, person.phone = email_written(new.email), phone_written(new.phone)[:40]
        _keep_keys(session, person)
        session.add(person)
    else:
        found = find(session, Person, new.person_id, lock=True)
        if found is None:
            raise missing("person", msg("person"))
        if session.scalar(select(func.count()).select_from(Account).where(Account.person_id == found.id)):
            raise conflict("account.exists", msg("This person has an account already."))
        person = found
    if new.department_id is not None:
        person.department_id = new.department_id
    if new.level is not None:
        person.level = new.level
    session.flush()
    return person


def _keep_keys(session: Session, person: Person) -> None:
    """So that a colleague who applies for another job is known as the same person; an address that somebody else has
    stays theirs, and telling the two apart is for `recruiting/candidates.merge`."""
    for column, key in ((Person.email_key, email_key(person.email)), (Person.phone_key, phone_key(person.phone))):
        if key is not None and session.scalar(select(Person.id).where(column == key)) is None:
            setattr(person, column.key, key)


def _keep_an_administrator(session: Session, leaving: Account) -> None:
    """Refuse to lose the last administrator."""
    if leaving.role != "administrator" or not leaving.active:
        return
    others = session.scalars(
        select(Account.id)
        .where(Account.role == "administrator", Account.active, Account.id != leaving.id)
        .with_for_update()
    ).all()
    if not others:
        raise conflict(
            "account.last_administrator",
            msg("This is the last administrator."),
            msg("Make somebody else an administrator first."),
        )


def _choose(field: str, thing: Text, values: tuple[str, ...]) -> InvalidInput:
    return invalid(
        field,
        "input.choice",
        msg("There is no such {thing} to choose.", thing=thing),
        msg("One of {shown}.", shown=", ".join(values)),
    )

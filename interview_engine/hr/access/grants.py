"""Grants: given, taken back, listed. Nobody gives what they do not hold themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InvalidInput
from interview_engine.hr.access.rules import (
    ACTIONS,
    FIELD_CLASSES,
    SCOPES,
    Actor,
    GrantRule,
    holds_all,
    preset_rules,
)
from interview_engine.hr.access.service import check_row, denied, rule_of
from interview_engine.hr.access.tables import Grant
from interview_engine.hr.people.tables import Department, LegalEntity
from interview_engine.hr.problems import invalid, missing, text_within
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A permission to give; see `tables.Grant`. Exactly one of the three holders is set."""

    scope: str
    field_class: str
    action: str
    effect: str = "allow"
    account_id: str | None = None
    holder_department_id: str | None = None
    holder_level: int | None = None
    scope_ref: str | None = None
    level_low: int | None = None
    level_high: int | None = None
    expires_at: datetime | None = None
    reason: str = ""


def give(session: Session, actor: Actor, new: NewGrant, clock: Clock) -> Grant:
    """Give a permission, or a denial.

    Raises:
        PermissionDenied: may not manage accounts, or does not hold what would be given.
        InvalidInput: a value that no grant can have, or an end that has passed.
    """
    check_row(session, actor, "contact", "manage")
    _check(session, new, clock)
    rule = _rule(new)
    if rule.effect == "allow" and not can_pass_on(actor, rule):
        raise denied()
    grant = _add(session, actor, new, None, clock)
    audit.record(session, actor.id, "grant.give", f"grant:{grant.id}", _described(grant), clock)
    return grant


def take_back(session: Session, actor: Actor, grant_id: str, clock: Clock) -> None:
    """Remove a permission or a denial; it has no effect from the next request on.

    Raises:
        PermissionDenied: may not manage accounts, or the grant is a denial that the actor is under.
        NotFoundError: there is none.
    """
    check_row(session, actor, "contact", "manage")
    grant = find(session, Grant, grant_id, lock=True)
    if grant is None:
        raise missing("grant", msg("grant"))
    if grant.effect == "deny" and grant.account_id is not None and grant.account_id == actor.account_id:
        raise denied()
    audit.record(session, actor.id, "grant.take_back", f"grant:{grant.id}", _described(grant), clock)
    session.delete(grant)
    session.flush()


def as_kept(grant: Grant) -> dict[str, Any]:
    """A grant as JSON, whole, for `give_again`."""
    columns = [column.key for column in Grant.__table__.columns if column.key not in ("created_at", "updated_at")]
    kept = {name: getattr(grant, name) for name in columns}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in kept.items()}


def give_again(session: Session, actor: Actor, kept: Mapping[str, Any], clock: Clock) -> Grant:
    """A grant that was taken back, as it was, with its id and who had given it. The caller has checked that what it was
    taken back for is undone; what has expired meanwhile has no effect, as before."""
    ends = kept["expires_at"]
    values = {**kept, "expires_at": None if ends is None else datetime.fromisoformat(ends)}
    grant = Grant(**{**stamp(actor.id, clock), **values})
    session.add(grant)
    session.flush()
    audit.record(session, actor.id, "grant.give", f"grant:{grant.id}", _described(grant), clock)
    return grant


def grants_for(session: Session, actor: Actor, account_id: str | None = None) -> list[Grant]:
    """The grants of one account, or with None those of departments and levels, oldest first.

    Raises:
        PermissionDenied: may not manage accounts.
    """
    check_row(session, actor, "contact", "manage")
    wanted = Grant.account_id.is_(None) if account_id is None else Grant.account_id == account_id
    return list(session.scalars(select(Grant).where(wanted).order_by(Grant.id)))


def replace_preset(
    session: Session, actor: Actor, account_id: str, role: str, scope: str, scope_ref: str | None, clock: Clock
) -> None:
    """Swap the grants that came from a role for those of another; personal ones stay. Audited by the caller.

    Raises:
        PermissionDenied: the actor does not hold what the role would give.
        InvalidInput: the scope or its reference.
    """
    rules = preset_rules(role, scope, scope_ref)
    for rule in rules:
        if not can_pass_on(actor, rule):
            raise denied()
    session.execute(delete(Grant).where(Grant.account_id == account_id, Grant.role.is_not(None)))
    for rule in rules:
        new = NewGrant(
            rule.scope, rule.field_class, rule.action, "allow", account_id=account_id, scope_ref=rule.scope_ref
        )
        _check(session, new, clock)
        _add(session, actor, new, role, clock)


def can_pass_on(actor: Actor, rule: GrantRule) -> bool:
    """Whether the actor may do everything that the rule speaks of, to everybody."""
    classes = FIELD_CLASSES if rule.field_class == "*" else (rule.field_class,)
    actions = ACTIONS if rule.action == "*" else (rule.action,)
    return all(holds_all(actor, field_class, action) for field_class in classes for action in actions)


def _check(session: Session, new: NewGrant, clock: Clock) -> None:
    if (new.account_id is not None) + (new.holder_department_id is not None) + (new.holder_level is not None) != 1:
        raise invalid(
            "account_id",
            "grant.one_holder",
            msg("A grant is held by one account, one department or one level."),
            msg("Give exactly one of them."),
        )
    _among("scope", new.scope, SCOPES)
    _among("field_class", new.field_class, ("*", *FIELD_CLASSES))
    _among("action", new.action, ("*", *ACTIONS))
    _among("effect", new.effect, ("allow", "deny"))
    if new.scope == "subtree" and find(session, Department, new.scope_ref or "") is None:
        raise _reference(msg("department"))
    if new.scope == "entity" and find(session, LegalEntity, new.scope_ref or "") is None:
        raise _reference(msg("company"))
    if new.scope not in ("subtree", "entity") and new.scope_ref is not None:
        raise _among_error("scope_ref", ("—",))
    if new.level_low is not None and new.level_high is not None and new.level_low > new.level_high:
        raise invalid(
            "level_low", "grant.levels", msg("The lowest level is above the highest."),
            msg("Swap them."),
        )  # fmt: skip
    if new.expires_at is not None and new.expires_at <= clock.now():
        raise invalid(
            "expires_at", "grant.over", msg("The end time is in the past."),
            msg("Choose a future time."),
        )  # fmt: skip


def _add(session: Session, actor: Actor, new: NewGrant, role: str | None, clock: Clock) -> Grant:
    grant = Grant(
        **stamp(actor.id, clock),
        account_id=new.account_id,
        holder_department_id=new.holder_department_id,
        holder_level=new.holder_level,
        scope=new.scope,
        scope_ref=new.scope_ref,
        field_class=new.field_class,
        action=new.action,
        effect=new.effect,
        level_low=new.level_low,
        level_high=new.level_high,
        role=role,
        expires_at=new.expires_at,
        reason=text_within(new.reason, "reason", msg("reason"), 300, least=0),
    )
    session.add(grant)
    session.flush()
    return grant


def _rule(new: NewGrant) -> GrantRule:
    return GrantRule(
        new.scope, new.field_class, new.action, new.effect, new.scope_ref, new.level_low, new.level_high, new.expires_at
    )


def _described(grant: Grant) -> dict[str, Any]:
    rule = rule_of(grant)
    return {
        "account": grant.account_id,
        "department": grant.holder_department_id,
        "level": grant.holder_level,
        "rule": f"{rule.effect} {rule.action} {rule.field_class} {rule.scope}",
        "scope_ref": rule.scope_ref,
        "expires_at": rule.expires_at.isoformat() if rule.expires_at else None,
    }


def _among(field: str, value: str, values: tuple[str, ...]) -> None:
    if value not in values:
        raise _among_error(field, values)


def _among_error(field: str, values: tuple[str, ...]) -> InvalidInput:
    shown = ", ".join(values)
    return invalid(field, "input.choice", msg("There is no such value."), msg("One of {shown}.", shown=shown))


def _reference(thing: Text) -> InvalidInput:
    return invalid(
        "scope_ref",
        "grant.scope_ref",
        msg("Choose the {thing} that the grant covers.", thing=thing),
        msg("Choose a {thing}.", thing=thing),
    )

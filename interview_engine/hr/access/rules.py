"""Who may do what to which fields of whom: pure decision rules. `service.py` says the same as SQL.

Three rules settle every conflict (L4):
1. Nothing is allowed that no grant allows.
2. A deny wins over every matching allow, regardless of the holder.
3. A grant counts until `expires_at`, not from that moment on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal, get_args

FieldClass = Literal[
    "public", "contact", "identity", "interview", "performance", "pay", "payroll", "health", "succession"
]
Action = Literal["read", "write", "decide", "export", "manage", "audit"]
Scope = Literal["self", "reports", "subtree", "entity", "all"]
Effect = Literal["allow", "deny"]
Role = Literal[
    "administrator", "hr", "payroll", "recruiter", "hiring_manager", "interviewer", "manager", "employee", "auditor"
]

FIELD_CLASSES: tuple[FieldClass, ...] = get_args(FieldClass)
ACTIONS: tuple[Action, ...] = get_args(Action)
SCOPES: tuple[Scope, ...] = get_args(Scope)
ROLES: tuple[Role, ...] = get_args(Role)

NOT_BY_REPORTING: frozenset[str] = frozenset({"pay", "payroll", "health", "identity", "succession"})
"""What "reports to me" never opens, not even with "*": payslips, ID numbers and families stay hidden from managers."""


@dataclass(frozen=True, slots=True)
class GrantRule:
    """One permission; see `tables.Grant` for the values."""

    scope: str
    field_class: str
    action: str
    effect: str = "allow"
    scope_ref: str | None = None
    level_low: int | None = None
    level_high: int | None = None
    expires_at: datetime | None = None

    def covers(self, field_class: str, action: str) -> bool:
        """Whether it speaks of this field class and action at all."""
        if self.scope == "reports" and self.effect == "allow" and field_class in NOT_BY_REPORTING:
            return False
        return self.field_class in ("*", field_class) and self.action in ("*", action)

    def in_force(self, now: datetime) -> bool:
        """Whether it counts at this moment."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in account, a candidate with an invitation, or the system.

    Args:
        id: "account:<id>", "candidate:<invitation id>", "person:<person id>", "system"; what audit and rows keep.
        person_id: the human being; what "self" and "reports" are measured from.
        role: the preset's name, shown to people; decides nothing.
        grants: in force when the actor was made (one request, one step of work).
        token_scopes: when an API token acts, what it may do at most; None is no such limit.
    """

    id: str
    account_id: str | None
    person_id: str | None
    role: str
    grants: tuple[GrantRule, ...]
    language: str
    token_scopes: frozenset[str] | None = None

    @property
    def is_anybody(self) -> bool:
        """Whether nothing is known of them: who fills in a public form. What they say of a known person is not
        believed."""
        return self.role == "public"


SYSTEM = Actor("system", None, None, "system", (GrantRule("all", "*", "*"),), "zh")
"""The worker and the jobs."""


def anybody(language: str) -> Actor:
    """An actor for a public form: a person of whom nothing is known."""
    return Actor("public", None, None, "public", (), language)


def candidate_actor(invitation_id: str, person_id: str, language: str) -> Actor:
    """The candidate behind an invitation: reads and writes of their own, nothing else."""
    grants = tuple(
        GrantRule("self", field_class, action)
        for field_class in ("contact", "interview")
        for action in ("read", "write", "export")
    )
    return Actor(f"candidate:{invitation_id}", None, person_id, "candidate", grants, language)


def employee_actor(person_id: str, language: str) -> Actor:
    """Who works here, on their own phone: reads their own file with pay and health, asks for what they need, reviews
    the work of who reports to them."""
    readable = ("contact", "identity", "pay", "payroll", "health", "interview", "performance")
    grants = (*(GrantRule("self", field_class, "read") for field_class in readable),
              *(GrantRule("self", field_class, "write") for field_class in ("contact", "health")),
              *(GrantRule("reports", "performance", action) for action in ("read", "write")),
              GrantRule("self", "contact", "export"))  # fmt: skip
    return Actor(f"person:{person_id}", None, person_id, "employee", grants, language)


@dataclass(frozen=True, slots=True)
class Target:
    """The ownership fields of a row that scopes are checked against.

    Args:
        department_path: "/id/id/" of its department, None when it has none.
        legal_entity_id: its company.
        person_id: whom it is about.
        level: that person's level; None counts as 0.
        reports: the person reports to the actor (directly or further down), or the department is one they manage.
    """

    department_path: str | None = None
    legal_entity_id: str | None = None
    person_id: str | None = None
    level: int | None = None
    reports: bool = False


def applicable(actor: Actor, field_class: str, action: str) -> tuple[tuple[GrantRule, ...], tuple[GrantRule, ...]]:
    """The allows and the denies of the actor that speak of this field class and action.

    No allows remain for an API token whose scopes do not reach that far.
    """
    covering = [rule for rule in actor.grants if rule.covers(field_class, action)]
    allows = tuple(rule for rule in covering if rule.effect == "allow")
    denies = tuple(rule for rule in covering if rule.effect != "allow")
    if actor.token_scopes is not None and not token_reaches(actor.token_scopes, field_class, action):
        allows = ()
    return allows, denies


def may_at_all(actor: Actor, field_class: str, action: str) -> bool:
    """Whether there can be any row for which it is allowed: an allow, and no deny for everything."""
    allows, denies = applicable(actor, field_class, action)
    return bool(allows) and not any(reaches_everything(rule) for rule in denies)


def may(actor: Actor, field_class: str, action: str, target: Target) -> bool:
    """Whether the actor may do this to the target."""
    allows, denies = applicable(actor, field_class, action)
    return any(reaches(rule, actor, target) for rule in allows) and not any(
        reaches(rule, actor, target) for rule in denies
    )


def reaches(rule: GrantRule, actor: Actor, target: Target) -> bool:
    """Whether the rule's scope and levels hold the target."""
    level = target.level or 0
    if rule.level_low is not None and level < rule.level_low:
        return False
    if rule.level_high is not None and level > rule.level_high:
        return False
    match rule.scope:
        case "all":
            return True
        case "entity":
            return rule.scope_ref is not None and target.legal_entity_id == rule.scope_ref
        case "subtree":
            return bool(rule.scope_ref and target.department_path and f"/{rule.scope_ref}/" in target.department_path)
        case "reports":
            return actor.person_id is not None and target.reports
        case "self":
            return actor.person_id is not None and target.person_id == actor.person_id
    return False


def in_force(rules: Iterable[GrantRule], now: datetime) -> tuple[GrantRule, ...]:
    """The rules in force at a time."""
    return tuple(rule for rule in rules if rule.in_force(now))


def over_oneself(actor: Actor, field_class: str, action: str) -> bool:
    """Whether a permission over themselves allows it, which one over everybody is not."""
    return any(rule.scope == "self" for rule in applicable(actor, field_class, action)[0])


def holds_all(actor: Actor, field_class: str, action: str) -> bool:
    """Whether the actor may do this to everything, with no exception: only such a permission can be passed on."""
    allows, denies = applicable(actor, field_class, action)
    return not denies and any(reaches_everything(rule) for rule in allows)


def reaches_everything(rule: GrantRule) -> bool:
    """Whether it has no limit at all."""
    return rule.scope == "all" and rule.level_low is None and rule.level_high is None


# Roles ------------------------------------------------------------------------------------------------------------

PRESETS: Mapping[str, frozenset[tuple[str, str]]] = MappingProxyType(
    {
        "administrator": frozenset({("*", "*")}),
        "hr": frozenset(
            {
                (c, a)
                for c in ("public", "contact", "interview", "performance", "pay", "payroll", "succession")
                for a in ("read", "write", "decide", "export")
            }
            | {("public", "manage")}
            | {("health", a) for a in ("read", "write", "decide")}
            | {("identity", a) for a in ("read", "write")}
        ),
        "payroll": frozenset(
            {("public", "read"), ("contact", "read")}
            | {(c, a) for c in ("pay", "payroll") for a in ("read", "write", "decide", "export")}
        ),
        "recruiter": frozenset(
            {(c, a) for c in ("public", "contact") for a in ("read", "write", "export")}
            | {("interview", a) for a in ("read", "write", "decide", "export")}
            | {("pay", "read"), ("pay", "write")}
        ),
        "hiring_manager": frozenset(
            {("public", "read"), ("public", "write"), ("contact", "read")}
            | {("interview", a) for a in ("read", "write", "decide")}
        ),
        "interviewer": frozenset({("public", "read"), ("interview", "read"), ("interview", "write")}),
        "manager": frozenset(
            {("public", "read"), ("contact", "read"), ("interview", "read")}
            | {("performance", "read"), ("performance", "write")}
        ),
        "employee": frozenset(
            {(c, "read") for c in ("contact", "identity", "pay", "payroll", "health", "interview", "performance")}
            | {(c, "write") for c in ("contact", "health")}
            | {("contact", "export")}
        ),
        "auditor": frozenset({("public", "read"), ("*", "audit")}),
    }
)
"""What each role may do, as (field class, action). Kits, organisation, flows and templates are (public, manage);
accounts, grants, tokens, webhooks and settings are (contact, manage), the administrator's alone. "pay" is what is
agreed (offers, changes of pay), which recruiters see; "payroll" is what is paid (runs, payslips); "performance" are
goals and appraisals, which a manager writes for reports. A manager sees
neither pay nor health, whatever the scope. "succession" is who is planned after whom: HR's and the administrator's."""

DEFAULT_SCOPES: Mapping[str, Scope] = MappingProxyType(
    {
        "administrator": "all",
        "hr": "all",
        "payroll": "all",
        "recruiter": "all",
        "hiring_manager": "reports",
        "interviewer": "subtree",
        "manager": "reports",
        "employee": "self",
        "auditor": "all",
    }
)
"""The scope of a role when none is chosen; "subtree" then means the person's own department."""


def preset_rules(role: str, scope: str, scope_ref: str | None = None) -> tuple[GrantRule, ...]:
    """The grants of a role within a scope, in a fixed order. KeyError for a role that does not exist."""
    return tuple(
        GrantRule(scope, field_class, action, "allow", scope_ref) for field_class, action in sorted(PRESETS[role])
    )


# API tokens -------------------------------------------------------------------------------------------------------

TOKEN_SCOPES: Mapping[str, frozenset[tuple[str, str]]] = MappingProxyType(
    {
        "requisitions:read": frozenset({("public", "read")}),
        "requisitions:write": frozenset({("public", "read"), ("public", "write"), ("public", "decide")}),
        "kits:write": frozenset({("public", "read"), ("public", "manage")}),
        "applications:read": frozenset({("public", "read"), ("contact", "read")}),
        "applications:write": frozenset(
            {("public", "read"), ("contact", "read"), ("contact", "write"), ("contact", "decide")}
        ),
        "interviews:read": frozenset({("public", "read"), ("interview", "read")}),
        "interviews:write": frozenset({("public", "read"), ("interview", "read"), ("interview", "write")}),
        "reviews:write": frozenset(
            {("public", "read"), ("interview", "read"), ("interview", "write"), ("interview", "decide")}
        ),
        "offers:read": frozenset({("pay", "read")}),
        "offers:write": frozenset({("pay", "read"), ("pay", "write"), ("pay", "decide")}),
        "performance:read": frozenset({("performance", "read")}),
        "performance:write": frozenset({("performance", "read"), ("performance", "write"), ("performance", "decide")}),
        "requests:read": frozenset({("contact", "read")}),
        "requests:write": frozenset({("contact", "read"), ("contact", "write")}),
        "payroll:read": frozenset({("payroll", "read")}),
        "payroll:write": frozenset({("payroll", "read"), ("payroll", "write")}),
        "succession:read": frozenset({("succession", "read")}),
        "succession:write": frozenset({("succession", "read"), ("succession", "write")}),
        "health:read": frozenset({("health", "read")}),
        "exports:read": frozenset({("public", "export"), ("contact", "export"), ("interview", "export")}),
        "audit:read": frozenset({("*", "audit")}),
        "administration:write": frozenset({("*", "manage"), ("contact", "read")}),
    }
)
"""What a token's scope opens at most; the account's grants still decide."""


def token_reaches(scopes: Iterable[str], field_class: str, action: str) -> bool:
    """Whether one of the token's scopes opens this field class and action. A scope that is not known opens nothing."""
    return any(
        opened_class in ("*", field_class) and opened_action == action
        for scope in scopes
        for opened_class, opened_action in TOKEN_SCOPES.get(scope, frozenset())
    )

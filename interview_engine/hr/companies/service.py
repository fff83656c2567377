"""Settings of companies: read with their defaults, changed by who manages the company; modules on and off (L8).

A module that is off shows nothing and takes nothing new, for the people of that company. What it keeps is kept, and
what waits for a decision is decided as before.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import NotFoundError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner, require, visible
from interview_engine.hr.area import Module
from interview_engine.hr.companies.tables import CompanySetting
from interview_engine.hr.house import house
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.problems import invalid, missing
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

COUNTRY = "CN"
ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a company sets; the defaults hold where it has set nothing. See `tables.CompanySetting`."""

    time_zone: str = ZONE
    province: str = ""
    birthdays: bool = True
    anniversaries: bool = True
    holidays: bool = True
    modules_off: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Switched:
    """Which modules are off where.

    Args:
        off: by module, the companies that have switched it off.
        everywhere: modules that every company has switched off.
    """

    off: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    everywhere: frozenset[str] = frozenset()

    def is_off(self, module: str, company_id: str | None) -> bool:
        """Whether a module is off for the people of a company; for who is of no company, once it is off in all."""
        if company_id is None:
            return module in self.everywhere
        return company_id in self.off.get(module, ())


def settings_of(session: Session, legal_entity_id: str) -> Settings:
    """What holds for a company."""
    row = session.scalar(select(CompanySetting).where(CompanySetting.legal_entity_id == legal_entity_id))
    return Settings() if row is None else _read(row)


def regions_of(session: Session, legal_entity_id: str) -> tuple[str, ...]:
    """The regions whose calendars hold for a company, from the widest to the narrowest."""
    province = settings_of(session, legal_entity_id).province
    return (COUNTRY, *((f"{COUNTRY}-{province}",) if province else ()), f"company:{legal_entity_id}")


def companies_for(session: Session, actor: Actor) -> list[tuple[LegalEntity, Settings]]:
    """The companies whose settings the actor may change; needs "public" manage."""
    require(actor, "public", "manage")
    rows = session.scalars(
        select(LegalEntity)
        .where(visible(actor, "public", "manage", legal_entity=LegalEntity.id))
        .order_by(LegalEntity.name)
    ).all()
    return [(row, settings_of(session, row.id)) for row in rows]


def company_for(session: Session, actor: Actor, legal_entity_id: str) -> tuple[LegalEntity, Settings]:
    """One of them.

    Raises:
        NotFoundError: also where it is out of reach. PermissionDenied.
    """
    for company, settings in companies_for(session, actor):
        if company.id == legal_entity_id:
            return company, settings
    raise missing("legal_entity", msg("company"))


def change(session: Session, actor: Actor, legal_entity_id: str, new: Settings, clock: Clock) -> Settings:
    """Change a company's settings; which modules are off stays as it is.

    Raises:
        NotFoundError. PermissionDenied. InvalidInput: `company.time_zone`, `company.province`.
    """
    row = _row(session, actor, legal_entity_id, clock)
    try:
        zoneinfo.ZoneInfo(new.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid(
            "time_zone", "company.time_zone", msg("There is no such time zone."), msg("Write it as in Asia/Shanghai.")
        ) from None
    if new.province and not (new.province.isascii() and new.province.isdigit() and len(new.province) == 2):
        raise invalid(
            "province",
            "company.province",
            msg("There is no such province."),
            msg("Give the first two digits of its code, 33 for Zhejiang, or nothing."),
        )
    before = _read(row)
    names = [one.name for one in fields(Settings) if one.name != "modules_off"]
    changed = {name: getattr(new, name) for name in names if getattr(new, name) != getattr(before, name)}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        touch(row, actor.id, clock)
        audit.record(session, actor.id, "company.set", f"legal_entity:{legal_entity_id}", changed, clock)
    return _read(row)


def switch(session: Session, actor: Actor, legal_entity_id: str, module: str, on: bool, clock: Clock) -> None:
    """Switch a module on or off for a company. Nothing is deleted; as it is already changes nothing.

    Raises:
        NotFoundError: company or module. PermissionDenied.
    """
    named(module)
    row = _row(session, actor, legal_entity_id, clock)
    off = set(row.modules_off)
    if (module not in off) == on:
        return
    row.modules_off = sorted(off - {module} if on else off | {module})
    touch(row, actor.id, clock)
    action = "company.module_on" if on else "company.module_off"
    audit.record(session, actor.id, action, f"legal_entity:{legal_entity_id}", {"module": module}, clock)


def affected(session: Session, actor: Actor, legal_entity_id: str, module: str) -> list[tuple[Text, int]]:
    """What goes on in a module now, in words with counts above 0: to be known before it is switched off.

    Raises:
        NotFoundError: company or module. PermissionDenied.
    """
    found = named(module)
    _check(session, actor, legal_entity_id)
    counted = [] if found.affected is None else found.affected(session, legal_entity_id)
    return [(words, count) for words, count in counted if count]


def named(module: str) -> Module:
    """A module. NotFoundError: `not_found.module`."""
    found = house().modules.get(module)
    if found is None:
        raise missing("module", msg("module"))
    return found


def switched(session: Session) -> Switched:
    """Which modules are off where: one query, and nothing to tell in most installations."""
    rows = session.execute(select(CompanySetting.legal_entity_id, CompanySetting.modules_off)).tuples().all()
    off: dict[str, set[str]] = {}
    for company, names in rows:
        for name in names:
            off.setdefault(name, set()).add(company)
    if not off:
        return Switched()
    count = session.scalar(select(func.count()).select_from(LegalEntity)) or 0
    everywhere = frozenset(name for name, companies in off.items() if len(companies) == count)
    return Switched(MappingProxyType({name: frozenset(companies) for name, companies in off.items()}), everywhere)


def company_of(session: Session, person_id: str | None) -> str | None:
    """The company somebody works for; None for those of none, as the first administrator."""
    if person_id is None:
        return None
    post = house().post_of(session, person_id)
    if post is not None:
        return post.legal_entity_id
    return session.scalar(
        select(Department.legal_entity_id)
        .join(Person, Person.department_id == Department.id)
        .where(Person.id == person_id)
    )


def check_on(session: Session, module: str, legal_entity_id: str) -> None:
    """Refuse what is new in a module that the company has switched off.

    Raises:
        NotFoundError: `module.off`.
    """
    if not is_on(session, module, legal_entity_id):
        raise switched_off(named(module))


def is_on(session: Session, module: str, legal_entity_id: str) -> bool:
    """Whether a company has a module on: for what people outside are told in words of their own."""
    return module not in settings_of(session, legal_entity_id).modules_off


def switched_off(module: Module) -> NotFoundError:
    """What is said to a colleague who asks for a page of it."""
    return NotFoundError(
        "module.off",
        msg("Your company has switched off “{module}”.", module=module.title),
        msg("Nothing was deleted. An administrator can switch it on again under Company settings."),
    )


def _read(row: CompanySetting) -> Settings:
    return Settings(
        row.time_zone, row.province, row.birthdays, row.anniversaries, row.holidays, frozenset(row.modules_off)
    )


def _check(session: Session, actor: Actor, legal_entity_id: str) -> None:
    if find(session, LegalEntity, legal_entity_id) is None:
        raise missing("legal_entity", msg("company"))
    check_owner(session, actor, "public", "manage", legal_entity_id)


def _row(session: Session, actor: Actor, legal_entity_id: str, clock: Clock) -> CompanySetting:
    """The company's row, made where there is none; the company is locked, so that two do not make one each."""
    _check(session, actor, legal_entity_id)
    find(session, LegalEntity, legal_entity_id, lock=True)
    row = session.scalar(select(CompanySetting).where(CompanySetting.legal_entity_id == legal_entity_id))
    if row is None:
        row = CompanySetting(
            **stamp(actor.id, clock), legal_entity_id=legal_entity_id, modules_off=[], time_zone=ZONE, province="",
            birthdays=True, anniversaries=True, holidays=True,
        )  # fmt: skip
        session.add(row)
        session.flush()
    return row


def modules() -> Sequence[Module]:
    """Every module that can be switched off, in the order of the areas."""
    return tuple(house().modules.values())

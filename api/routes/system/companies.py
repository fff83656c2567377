"""What a company sets for itself: modules on and off, time zone, province, what people are told (L8)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from pydantic import Field
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.routes.frame import Id, In, Out, PageOut, list_out, new_router
from api.switches import switches_of
from interview_engine.hr.companies import service as companies
from interview_engine.hr.companies.service import Settings
from interview_engine.hr.people.tables import LegalEntity

router = new_router("organisation")


class ModuleState(Out):
    """A module of a company, and whether it is on."""

    name: str = Field(examples=["recruiting"])
    title: str = Field(description="In English.")
    on: bool


class CompanySettingsOut(Out):
    """A company's settings; one that has set nothing has the defaults."""

    legal_entity_id: str
    name: str
    time_zone: str = Field(examples=["Asia/Shanghai"])
    province: str = Field(description="The first two digits of GB/T 2260; empty for none.")
    birthdays: bool
    anniversaries: bool
    holidays: bool
    modules: list[ModuleState]


class CompanySettingsFields(In):
    """All that a company sets but its modules."""

    time_zone: str = Field(min_length=1, max_length=40, examples=["Asia/Shanghai"])
    province: str = Field(default="", max_length=2, examples=["33"])
    birthdays: bool = Field(default=True, description="Congratulate on birthdays, without age.")
    anniversaries: bool = True
    holidays: bool = Field(default=True, description="Announce holidays with the days that are worked instead.")


class ModuleSwitch(In):
    """A module on or off. Off deletes nothing."""

    on: bool


class Affected(Out):
    """What is under way in a module."""

    what: str = Field(description="In English.")
    count: int


class ModuleOut(ModuleState):
    """A module with what is under way in it: to be read before it is switched off."""

    affected: list[Affected]


@router.get("/company-settings")
def list_company_settings(call: Annotated[Call, needs("public", "manage")]) -> PageOut[CompanySettingsOut]:
    """The settings of every company that you manage."""
    with call.reading() as session:
        return list_out(companies.companies_for(session, call.actor), lambda one: _out(*one))


@router.get("/company-settings/{legal_entity_id}")
def get_company_settings(legal_entity_id: Id, call: Annotated[Call, needs("public", "manage")]) -> CompanySettingsOut:
    """One company's settings."""
    with call.reading() as session:
        return _of(session, call, legal_entity_id)


@router.put("/company-settings/{legal_entity_id}")
def change_company_settings(
    legal_entity_id: Id, body: CompanySettingsFields, call: Annotated[Call, needs("public", "manage")]
) -> CompanySettingsOut:
    """Replace them; modules stay as they are."""
    with call.writing() as session:
        companies.change(session, call.actor, legal_entity_id, Settings(**body.model_dump()), call.clock)
        return _of(session, call, legal_entity_id)


@router.get("/company-settings/{legal_entity_id}/modules/{module}")
def get_company_module(legal_entity_id: Id, module: str, call: Annotated[Call, needs("public", "manage")]) -> ModuleOut:
    """A module, and what is under way in it."""
    with call.reading() as session:
        return _module(session, call, legal_entity_id, module)


@router.put("/company-settings/{legal_entity_id}/modules/{module}")
def switch_company_module(
    legal_entity_id: Id,
    module: str,
    body: ModuleSwitch,
    request: Request,
    call: Annotated[Call, needs("public", "manage")],
) -> ModuleOut:
    """Switch it on or off; as it is already changes nothing."""
    with call.writing() as session:
        companies.switch(session, call.actor, legal_entity_id, module, body.on, call.clock)
        made = _module(session, call, legal_entity_id, module)
    switches_of(request).forget()
    return made


def _of(session: Session, call: Call, legal_entity_id: str) -> CompanySettingsOut:
    return _out(*companies.company_for(session, call.actor, legal_entity_id))


def _out(company: LegalEntity, settings: Settings) -> CompanySettingsOut:
    return CompanySettingsOut(
        legal_entity_id=company.id,
        name=company.name,
        time_zone=settings.time_zone,
        province=settings.province,
        birthdays=settings.birthdays,
        anniversaries=settings.anniversaries,
        holidays=settings.holidays,
        modules=[
            ModuleState(name=one.name, title=one.title.get("en"), on=one.name not in settings.modules_off)
            for one in companies.modules()
        ],
    )


def _module(session: Session, call: Call, legal_entity_id: str, module: str) -> ModuleOut:
    found = companies.named(module)
    affected = companies.affected(session, call.actor, legal_entity_id, module)
    _, settings = companies.company_for(session, call.actor, legal_entity_id)
    return ModuleOut(
        name=found.name,
        title=found.title.get("en"),
        on=found.name not in settings.modules_off,
        affected=[Affected(what=words.get("en"), count=count) for words, count in affected],
    )

"""Persons: contact data, corrections, flags about who somebody is, the talent pool, deletion."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from api.access import Call, needs
from api.routes.frame import Id, In, Out, PageOut, ReadingLanguage, list_out, new_router
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy import erasure
from interview_engine.hr.privacy.tables import ErasureRequest
from interview_engine.hr.recruiting.applying import candidates, contact_changes, lists

router = new_router("persons")


class PersonOut(Out):
    """A candidate or colleague: name, contact data, and whether the talent pool may keep them."""

    id: str
    name: str
    email: str
    phone: str
    language: str
    synthetic: bool
    talent_pool: bool
    created_at: datetime
    updated_at: datetime


class Correction(In):
    """Fields to change; leave out what stays."""

    name: str | None = Field(default=None, min_length=1, max_length=120)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=40)
    language: ReadingLanguage | None = None


class TalentChange(In):
    """Whether to keep the person for other jobs; keeping needs their consent."""

    keep: bool


class FlagOut(Out):
    """Something about who a person is that a human must look at."""

    id: str
    kind: Literal["two_persons", "contact_differs", "name_differs", "resume_given"]
    person_id: str
    other_person_id: str | None
    given: dict[str, Any]
    state: str
    created_at: datetime


class ErasureOut(Out):
    """A wish to be deleted. `receipt` proves what went, by sha256, once it is done."""

    id: str
    person_id: str
    kind: Literal["interview", "person", "retention"]
    created_at: datetime
    due_at: datetime
    done_at: datetime | None
    receipt: dict[str, Any] | None


@router.get("/persons/{person_id}")
def get_person(person_id: Id, call: Annotated[Call, needs("contact", "read")]) -> PersonOut:
    """One person with contact data."""
    with call.reading() as session:
        return _person(contact_changes.get_person(session, call.actor, person_id))


@router.patch("/persons/{person_id}")
def correct_person(person_id: Id, body: Correction, call: Annotated[Call, needs("contact", "write")]) -> PersonOut:
    """Put contact data right."""
    with call.writing() as session:
        row = contact_changes.correct_contact(
            session,
            call.actor,
            person_id,
            call.clock,
            name=body.name,
            email=body.email,
            phone=body.phone,
            language=body.language,
        )
        return _person(row)


@router.put("/persons/{person_id}/talent-pool")
def set_talent_pool(person_id: Id, body: TalentChange, call: Annotated[Call, needs("contact", "write")]) -> PersonOut:
    """Keep a candidate for other jobs, or no longer."""
    with call.writing() as session:
        return _person(lists.set_talent_pool(session, call.actor, person_id, body.keep, call.clock))


@router.post("/persons/{person_id}/erasure", status_code=202)
def request_erasure(person_id: Id, call: Annotated[Call, needs("contact", "manage")]) -> ErasureOut:
    """Ask that everything of a person is deleted; asking again gives the same request."""
    return call.once(lambda s: _erasure(erasure.request_erasure(s, call.actor, call.clock, person_id=person_id)))


@router.get("/person-flags")
def list_flags(call: Annotated[Call, needs("contact", "write")]) -> PageOut[FlagOut]:
    """What a human must look at, oldest first."""
    with call.reading() as session:
        return list_out(candidates.open_flags(session, call.actor), lambda view: FlagOut.model_validate(view.flag))


@router.post("/person-flags/{flag_id}/resolve")
def resolve_flag(flag_id: Id, call: Annotated[Call, needs("contact", "write")]) -> FlagOut:
    """Say that it was looked at and nothing is to be done."""
    return call.once(lambda s: FlagOut.model_validate(candidates.resolve_flag(s, call.actor, flag_id, call.clock)))


@router.post("/person-flags/{flag_id}/merge")
def merge_persons(flag_id: Id, call: Annotated[Call, needs("contact", "manage")]) -> PersonOut:
    """Make the two persons of a flag one."""
    return call.once(lambda s: _person(candidates.merge(s, call.actor, flag_id, call.clock)))


def _person(row: Person) -> PersonOut:
    return PersonOut.model_validate(row)


def _erasure(row: ErasureRequest) -> ErasureOut:
    return ErasureOut.model_validate(row)

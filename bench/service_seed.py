"""A made-up company of any size, written straight into the tables: what the service's benchmarks look at.

Names and scores are drawn from a fixed seed. The rows are those that the services would write; going through the
services would take minutes for nothing, since the reading side is what is measured.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from interview_engine.assessment.kits.kit import Kit
from interview_engine.clock import Clock
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts import service as people
from interview_engine.hr.competency import service as competency
from interview_engine.hr.org import service as org
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.tables import (
    Application,
    ApplicationEvent,
    Assessment,
    Invitation,
    Posting,
    Requisition,
)
from interview_engine.store import audit
from interview_engine.store.base import Base
from interview_engine.store.engine import Database
from interview_engine.store.ids import new_id

SEED = 20261121
CHUNK = 2000
REQUISITIONS = 40
BIG = 2000
"""Assessed candidates of the one requisition whose ranking is timed."""

STAGES = ("new", "screening", "invited", "interviewing", "review", "review", "review", "offer", "hired", "rejected")
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建文志新雅欣怡晨宇浩"
CHANNELS = ("Boss直聘", "前程无忧", "智联招聘", "内推", "校招", "direct")
PASSWORD = "correct staple harbour nine"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made: the administrator's account, and identifiers to open."""

    account: str
    applications: int
    assessments: int
    big_requisition: str
    application: str
    person: str
    assessment: str
    kit_version: str
    profile: str


def seed(database: Database, applications: int, clock: Clock) -> Seeded:
    """Fill an empty database with that many applications over `REQUISITIONS` jobs, six in ten of them assessed."""
    draw = random.Random(SEED)
    with database.transaction() as session:
        entity = org.create_legal_entity(session, SYSTEM, "启明家居（基准）", "上海", clock)
        departments = [
            org.create_department(session, SYSTEM, entity.id, f"部门 {number}", clock) for number in range(8)
        ]
        new = people.NewAccount("administrator", "管理员", "administrator", password=PASSWORD)
        account = people.create_account(session, SYSTEM, new, clock).account
        versions = competency.import_shipped_kits(session, clock)
        kit_version = versions[0].id
        kit = competency.kit(session, kit_version)
        profile = competency.profile_from_kit(session, SYSTEM, kit_version, clock).id
    now = clock.now()
    start = now - timedelta(days=170)
    common = {"actor": f"account:{account.id}"}
    jobs = [
        {
            **_row(start + timedelta(hours=number), common),
            "title": f"职位 {number:02d}",
            "legal_entity_id": entity.id,
            "department_id": draw.choice(departments).id,
            "owner_account_id": account.id,
            "headcount": 30,
            "description": "",
            "requirements": [],
            "role_profile_id": profile,
            "kit_version_id": kit_version,
            "policy": "cn",
            "language": "zh",
            "bar": 6.0,
            "state": "open",
            "opened_at": start,
        }
        for number in range(REQUISITIONS)
    ]
    postings = [
        {
            **_row(start, common),
            "requisition_id": job["id"],
            "channel": channel,
            "code": f"b{place:04d}{channel_place}",
            "cost": Decimal(draw.randrange(500, 5000)),
            "automatic_invitation": True,
        }
        for place, job in enumerate(jobs)
        for channel_place, channel in enumerate(CHANNELS[:5])
    ]
    with database.transaction() as session:
        session.execute(insert(Requisition), jobs)
        session.execute(insert(Posting), postings)
    made = _Applications(draw, jobs, common, start, kit, kit_version, applications)
    for chunk in _chunks(made.rows(), CHUNK):
        with database.transaction() as session:
            for table in (Person, Application, ApplicationEvent, Invitation, Assessment):
                _insert(session, table, [row for rows in chunk for row in rows.get(table, ())])
    for first in range(0, applications, 5000):
        with database.transaction() as session:
            for number in range(first, min(first + 5000, applications)):
                subject = f"application:{made.known[number % len(made.known)]}"
                audit.record(session, "system", "application.create", subject, {}, clock)
    return Seeded(
        account.id, applications, made.assessed, jobs[0]["id"], *made.shown, kit_version=kit_version, profile=profile
    )


class _Applications:
    """Draws the applications one by one; the first `BIG` belong to the first job and are all assessed."""

    def __init__(
        self,
        draw: random.Random,
        jobs: list[dict[str, Any]],
        common: Mapping[str, Any],
        start: datetime,
        kit: Kit,
        kit_version: str,
        number: int,
    ) -> None:
        self.draw, self.jobs, self.common, self.start = draw, jobs, common, start
        self.kit, self.kit_version, self.number = kit, kit_version, number
        self.assessed = 0
        self.known: list[str] = []
        self.shown: tuple[str, str, str] = ("", "", "")

    def rows(self) -> Iterator[dict[type[Base], list[dict[str, Any]]]]:
        """The rows of one application after the other, by table."""
        span_s = timedelta(days=169).total_seconds()
        for place in range(self.number):
            at = self.start + timedelta(seconds=span_s * place / self.number)
            big = place < BIG
            yield self._one(place, at, self.jobs[0] if big else self.draw.choice(self.jobs), big)

    def _one(
        self, place: int, at: datetime, job: Mapping[str, Any], big: bool
    ) -> dict[type[Base], list[dict[str, Any]]]:
        draw = self.draw
        person = {
            **_row(at, self.common),
            "name": draw.choice(SURNAMES) + "".join(draw.choices(GIVEN, k=draw.choice((1, 2)))),
            "email": f"candidate{place}@example.org",
            "phone": "",
            "email_key": f"candidate{place}@example.org",
            "language": "zh",
            "talent_pool": draw.random() < 0.1,
            "synthetic": True,
        }
        is_assessed = big or draw.random() < 0.6
        stage = draw.choice(("review", "review", "offer")) if big else draw.choice(STAGES)
        application: dict[str, Any] = {
            **_row(at, self.common),
            "requisition_id": job["id"],
            "person_id": person["id"],
            "channel": draw.choice(CHANNELS),
            "stage": stage,
            "stage_since": at,
            "assessment_id": None,
            "section": None,
            "score_value": None,
            "score_low": None,
            "score_high": None,
            "match_percent": None,
        }
        rows: dict[type[Base], list[dict[str, Any]]] = {Person: [person], Application: [application]}
        rows[ApplicationEvent] = [
            self._event(application["id"], at, None, "new"),
            self._event(application["id"], at + timedelta(hours=draw.randrange(1, 90)), "new", stage),
        ]
        if is_assessed:
            self._assess(application, at, rows)
        self.known.append(application["id"])
        if place == 0:
            self.shown = (application["id"], person["id"], application["assessment_id"] or "")
        return rows

    def _event(self, application: str, at: datetime, before: str | None, after: str) -> dict[str, Any]:
        stay = None if before is None else float(self.draw.randrange(3600, 900_000))
        return {
            **_row(at, self.common),
            "application_id": application,
            "kind": "stage",
            "from_stage": before,
            "to_stage": after,
            "stage_s": stay,
            "total_s": stay,
            "reason": "",
            "detail": {},
        }

    def _assess(self, application: dict[str, Any], at: datetime, rows: dict[type[Base], list[dict[str, Any]]]) -> None:
        draw = self.draw
        score = min(9.8, max(0.3, draw.gauss(5.6, 1.5)))
        band = draw.uniform(0.4, 1.1)
        review = draw.random() < 0.12
        invitation = {
            **_row(at, self.common),
            "application_id": application["id"],
            "kit_version_id": self.kit_version,
            "token_hash": f"{draw.getrandbits(256):064x}",
            "state": "submitted",
            "language": "zh",
            "policy": "cn",
            "automated": True,
            "device_moves": 0,
            "expires_at": at + timedelta(days=7),
            "opened_at": at,
            "consented_at": at,
            "submitted_at": at + timedelta(hours=1),
        }
        assessment = {
            **_row(at + timedelta(hours=1, minutes=draw.randrange(1, 20)), self.common),
            "application_id": application["id"],
            "invitation_id": invitation["id"],
            "kit_version_id": self.kit_version,
            "inputs_sha256": f"{draw.getrandbits(256):064x}",
            "report_sha256": f"{draw.getrandbits(256):064x}",
            "scorer": "evidence/1",
            "status": "assessed",
            "score_value": score,
            "score_low": score - band,
            "score_high": score + band,
            "match_percent": score * 10,
            "assessed_weight": 100.0,
            "reason": None,
            "competencies": [self._competency(one, score) for one in self.kit.competencies],
            "needs_review": [
                {"code": "voices.second", "zh": "可能有第二个人的声音。", "en": "There may be a second voice."}
            ]
            if review
            else [],
            "frames": {},
        }
        application |= {
            "assessment_id": assessment["id"],
            "section": "needs_review" if review else "ranked",
            "score_value": score,
            "score_low": score - band,
            "score_high": score + band,
            "match_percent": score * 10,
        }
        rows[Invitation], rows[Assessment] = [invitation], [assessment]
        self.assessed += 1

    def _competency(self, one: Any, overall: float) -> dict[str, Any]:
        score = min(10.0, max(0.0, self.draw.gauss(overall, 1.0)))
        return {
            "id": one.id,
            "name": {"zh": one.name.zh, "en": one.name.en},
            "score": score,
            "low": max(0.0, score - 0.8),
            "high": min(10.0, score + 0.8),
            "weight": one.weight,
            "required_level": one.required_level,
            "is_delivery": one.is_delivery,
            "status": "assessed",
            "reason": None,
        }


def _row(at: datetime, common: Mapping[str, Any]) -> dict[str, Any]:
    at = at.astimezone(UTC)
    return {"id": new_id(at), "created_at": at, "updated_at": at, **common}


def _insert(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)


def _chunks(
    rows: Iterable[dict[type[Base], list[dict[str, Any]]]], size: int
) -> Iterator[list[dict[type[Base], list[dict[str, Any]]]]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk

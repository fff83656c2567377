"""An invitation that was consented to, with everything above it, for tests of durable work. Nobody here is real."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from interview_engine.assessment.kits.file import kit_yaml, load_kit, shipped_kits
from interview_engine.assessment.kits.kit import Kit
from interview_engine.clock import SystemClock
from interview_engine.hr.access.rules import Actor, candidate_actor
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.competency.tables import KitVersion
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.privacy.tables import Consent
from interview_engine.hr.recruiting.tables import Application, Invitation, Requisition
from interview_engine.store.ids import new_id
from interview_engine.store.rows import stamp

CLOCK = SystemClock()
KIT = load_kit(shipped_kits()["customer-service"])


def _short_kit() -> Kit:
    weights = {"service-orientation": 80.0, "learning": 20.0}
    return replace(
        KIT,
        id="customer-service-short",
        competencies=tuple(replace(one, weight=weights[one.id]) for one in KIT.competencies if one.id in weights),
        questions=tuple(one for one in KIT.questions if one.probes[0] in weights),
    )


SHORT_KIT = _short_kit()
"""Two questions of one competency each: `TEXT` as the answer to the first alone gives a total, "partial"."""

TEXT = (
    "去年双十一，一位客户收到破损的冰箱，非常着急。我先把她说的情况重复了一遍确认，然后查了仓库的库存，"
    "发现城西还有一台同型号的，就和司机协调当晚九点换货。第二天我又打电话确认，她给了五星评价。"
)


@dataclass(frozen=True, slots=True)
class Rows:
    """Ids of what was made, and the candidate who acts."""

    application_id: str
    invitation_id: str
    owner_account_id: str
    candidate: Actor


def make_invitation(
    session: Session, *, kit: Kit = KIT, automated: bool = True, face: bool = True, voice: bool = True
) -> Rows:
    """A candidate who has agreed and may answer the kit."""
    now = CLOCK.now()

    def add(table: type, **values: object) -> str:  # type: ignore[type-arg]
        row = table(**stamp("system", CLOCK), **values)
        session.add(row)
        session.flush()
        return str(row.id)

    mark = new_id(now)[-8:]
    entity = add(LegalEntity, name=f"Company {mark}")
    department = add(Department, legal_entity_id=entity, name="Service", path=f"/{mark}/")
    owner = add(Person, name="Owner", email="", phone="")
    account = add(
        Account,
        person_id=owner,
        login=f"owner-{mark}",
        role="hr",
        password_hash="-",
    )
    text = kit_yaml(kit)
    known = session.query(KitVersion).filter_by(kit_id=kit.id).one_or_none()
    kit_version = (
        known.id
        if known is not None
        else add(
            KitVersion,
            kit_id=kit.id,
            version=kit.version,
            name={"zh": kit.role.zh, "en": kit.role.en},
            text=text.decode(),
            sha256=hashlib.sha256(text).hexdigest(),
            state="published",
        )
    )
    requisition = add(
        Requisition,
        title="客服",
        legal_entity_id=entity,
        department_id=department,
        owner_account_id=account,
        kit_version_id=kit_version,
        requirements=[],
        state="open",
    )
    person = add(Person, name="样例候选人", synthetic=True)
    application = add(Application, requisition_id=requisition, person_id=person, stage="interviewing", stage_since=now)
    invitation = add(
        Invitation,
        application_id=application,
        kit_version_id=kit_version,
        token_hash=new_id(now) * 2,
        state="consented",
        automated=automated,
        expires_at=now + timedelta(days=7),
        consented_at=now,
    )
    purposes = {"recording": True, "voice": voice, "face": face, "automated_assessment": automated, "retention": True}
    for purpose, granted in purposes.items():
        add(
            Consent,
            person_id=person,
            invitation_id=invitation,
            purpose=purpose,
            granted=granted,
            policy="cn",
            text_version="1",
            language="zh",
        )
    return Rows(application, invitation, account, candidate_actor(invitation, person, "zh"))

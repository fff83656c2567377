"""An invitation that was consented to, with everything above it, for tests of durable work. Nobody here is real."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from interview_engine.assessment.kits.file import load_kit, shipped_kits
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
KIT_PATH = shipped_kits()["customer-service"]
KIT = load_kit(KIT_PATH)

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


def make_invitation(session: Session, *, automated: bool = True, face: bool = True, voice: bool = True) -> Rows:
    """A candidate who has agreed and may answer the customer-service kit."""
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
    text = KIT_PATH.read_text(encoding="utf-8")
    known = session.query(KitVersion).filter_by(kit_id=KIT.id).one_or_none()
    kit = (
        known.id
        if known is not None
        else add(
            KitVersion,
            kit_id=KIT.id,
            version=KIT.version,
            name={"zh": KIT.role.zh, "en": KIT.role.en},
            text=text,
            sha256=KIT.sha256,
            state="published",
        )
    )
    requisition = add(
        Requisition,
        title="客服",
        legal_entity_id=entity,
        department_id=department,
        owner_account_id=account,
        kit_version_id=kit,
        requirements=[],
        state="open",
    )
    person = add(Person, name="样例候选人", synthetic=True)
    application = add(Application, requisition_id=requisition, person_id=person, stage="interviewing", stage_since=now)
    invitation = add(
        Invitation,
        application_id=application,
        kit_version_id=kit,
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

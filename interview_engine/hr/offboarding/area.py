"""What offboarding hands over."""

from __future__ import annotations

from interview_engine.hr.area import Area, Job, in_transaction
from interview_engine.hr.offboarding.service import follow, not_begun

AREA = Area(
    name="offboarding", not_begun=not_begun, jobs=(Job("leavers", 120.0, in_transaction(follow), by_date=True),)
)

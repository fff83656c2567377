"""Every table in one place: migrations and tests import this, nobody else needs it."""

from interview_engine.hr.access import tables as access
from interview_engine.hr.accounts import tables as accounts
from interview_engine.hr.approvals import tables as approvals
from interview_engine.hr.competency import tables as competency
from interview_engine.hr.employment import tables as employment
from interview_engine.hr.messaging import tables as messaging
from interview_engine.hr.org import tables as org
from interview_engine.hr.people import tables as people
from interview_engine.hr.privacy import tables as privacy
from interview_engine.hr.recruiting import tables as recruiting
from interview_engine.store import append_only
from interview_engine.store import tables as platform
from interview_engine.store.base import Base

append_only.install()

__all__ = [
    "Base",
    "access",
    "accounts",
    "approvals",
    "competency",
    "employment",
    "messaging",
    "org",
    "people",
    "platform",
    "privacy",
    "recruiting",
]

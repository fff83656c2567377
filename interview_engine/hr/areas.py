"""The areas of the product: the one list. To add an area, add it here.

Only where a process starts is this read (`all_tables.py`); an area never imports it. The order is that in which areas
take away their own when a person is erased.
"""

from interview_engine.hr.access.area import AREA as ACCESS
from interview_engine.hr.accounts.area import AREA as ACCOUNTS
from interview_engine.hr.approvals.area import AREA as APPROVALS
from interview_engine.hr.area import Area
from interview_engine.hr.assets.area import AREA as ASSETS
from interview_engine.hr.calendar.area import AREA as CALENDAR
from interview_engine.hr.companies.area import AREA as COMPANIES
from interview_engine.hr.competency.area import AREA as COMPETENCY
from interview_engine.hr.employment.area import AREA as EMPLOYMENT
from interview_engine.hr.expense.area import AREA as EXPENSE
from interview_engine.hr.files.area import AREA as FILES
from interview_engine.hr.leave.area import AREA as LEAVE
from interview_engine.hr.lists.area import AREA as LISTS
from interview_engine.hr.messaging.area import AREA as MESSAGING
from interview_engine.hr.migration.area import AREA as MIGRATION
from interview_engine.hr.occasions.area import AREA as OCCASIONS
from interview_engine.hr.offboarding.area import AREA as OFFBOARDING
from interview_engine.hr.onboarding.area import AREA as ONBOARDING
from interview_engine.hr.org.area import AREA as ORG
from interview_engine.hr.pay.area import AREA as PAY
from interview_engine.hr.people.area import AREA as PEOPLE
from interview_engine.hr.performance.area import AREA as PERFORMANCE
from interview_engine.hr.privacy.area import AREA as PRIVACY
from interview_engine.hr.recruiting.area import AREA as RECRUITING
from interview_engine.hr.requests.area import AREA as REQUESTS
from interview_engine.hr.rosters.area import AREA as ROSTERS
from interview_engine.hr.signing.area import AREA as SIGNING
from interview_engine.hr.succession.area import AREA as SUCCESSION
from interview_engine.hr.tasks.area import AREA as TASKS
from interview_engine.hr.time.area import AREA as TIME

AREAS: tuple[Area, ...] = (
    RECRUITING,
    SUCCESSION,
    COMPETENCY,
    SIGNING,
    FILES,
    REQUESTS,
    LEAVE,
    EXPENSE,
    MIGRATION,
    OCCASIONS,
    ONBOARDING,
    OFFBOARDING,
    ASSETS,
    TASKS,
    PAY,
    ROSTERS,
    TIME,
    PERFORMANCE,
    EMPLOYMENT,
    CALENDAR,
    PRIVACY,
    MESSAGING,
    LISTS,
    APPROVALS,
    COMPANIES,
    ORG,
    ACCOUNTS,
    ACCESS,
    PEOPLE,
)

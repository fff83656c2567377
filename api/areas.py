"""The areas of the front: the one list. Their order is that of the navigation and of the OpenAPI document."""

from api.area import WebArea
from api.console.calendar.area import AREA as CALENDAR
from api.console.competency.area import AREA as COMPETENCY
from api.console.employees.area import AREA as EMPLOYEES
from api.console.expense.area import AREA as EXPENSE
from api.console.joining.area import AREA as JOINING
from api.console.leave.area import AREA as LEAVE
from api.console.leaving.area import AREA as LEAVING
from api.console.migration.area import AREA as MIGRATION
from api.console.pay.area import AREA as PAY
from api.console.performance.area import AREA as PERFORMANCE
from api.console.quality.area import AREA as QUALITY
from api.console.recruiting.area import AREA as RECRUITING
from api.console.requests.area import AREA as REQUESTS
from api.console.rosters.area import AREA as ROSTERS
from api.console.system.area import AREA as SYSTEM
from api.console.time.area import AREA as TIME
from api.console.work.area import AREA as WORK

AREAS: tuple[WebArea, ...] = (
    RECRUITING,
    EMPLOYEES,
    JOINING,
    TIME,
    ROSTERS,
    LEAVE,
    LEAVING,
    MIGRATION,
    CALENDAR,
    WORK,
    REQUESTS,
    PAY,
    PERFORMANCE,
    EXPENSE,
    COMPETENCY,
    QUALITY,
    SYSTEM,
)

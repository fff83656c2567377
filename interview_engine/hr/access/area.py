"""What access hands over: grants, and the trail of who did what."""

from interview_engine.hr.access.tables import Grant
from interview_engine.hr.area import Area, Subject

AREA = Area(name="access", tables=(Grant,), subjects=(Subject("audit"), Subject("grant"), Subject("webhook")))

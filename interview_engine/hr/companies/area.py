"""What the settings of companies hand over."""

from interview_engine.hr.area import Area, Subject
from interview_engine.hr.companies.tables import CompanySetting

AREA = Area(name="companies", tables=(CompanySetting,), subjects=(Subject("company"),))

"""What the calendar hands over."""

from interview_engine.hr.area import Area, Subject
from interview_engine.hr.calendar.tables import CalendarDay, CalendarNotice

AREA = Area(name="calendar", tables=(CalendarNotice, CalendarDay), subjects=(Subject("calendar", told=True),))

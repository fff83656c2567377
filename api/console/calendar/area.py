"""What the calendar shows."""

from api.area import Entry, WebArea
from api.console.calendar import year
from api.routes.calendar import calendars
from interview_engine.i18n import mark

AREA = WebArea(
    name="calendar",
    section=mark("Employees"),
    entries=(Entry(year.HOME, mark("Calendar"), ("public", "read")),),
    notices={
        "notice_proposed": mark("Entered. It counts when a second person has checked it."),
        "notice_confirmed": mark("In force. These days count from now on."),
        "notice_dropped": mark("Dropped. Nothing has changed."),
    },
    pages=(year.router,),
    routes=(calendars.router,),
    tags=(("calendar", "Which days are worked, and the notices that say so."),),
)

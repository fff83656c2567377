"""What rosters show."""

from __future__ import annotations

from api.area import Entry, ListPage, WebArea
from api.console.rosters import pages
from interview_engine.hr.rosters.lists import ROSTER_NEEDS, ROSTER_STAFF, ROSTER_WISHES, ROSTERS
from interview_engine.i18n import mark

AREA = WebArea(
    name="rosters",
    section=mark("Attendance"),
    entries=(
        Entry(pages.HOME, mark("Rosters"), ("contact", "read")),
        Entry("/console/roster-needs", mark("Usual need"), ("contact", "read")),
        Entry("/console/roster-staff", mark("Posts and limits"), ("contact", "read")),
        Entry("/console/roster-wishes", mark("Wishes"), ("contact", "read")),
    ),
    notices={
        "roster_begun": mark("It is being worked out."),
        "roster_published": mark("Published: these are planned shifts now, and who works is told."),
        "roster_taken_back": mark("A draft again. What was published holds until you publish again."),
    },
    lists=(
        ListPage(ROSTERS, pages.HOME),
        ListPage(ROSTER_NEEDS, "/console/roster-needs"),
        ListPage(ROSTER_STAFF, "/console/roster-staff"),
        ListPage(ROSTER_WISHES, "/console/roster-wishes"),
    ),
    pages=(pages.router,),
    modules={pages.HOME: "rosters"},
)

"""What migration shows."""

from api.area import Entry, ListPage, WebArea
from api.console.migration import pages
from api.routes.migration import imports
from interview_engine.hr.leave.lists import LEAVE_OPENING
from interview_engine.hr.migration.batch_list import IMPORTS
from interview_engine.hr.org.department_list import DEPARTMENTS
from interview_engine.i18n import mark

AREA = WebArea(
    name="migration",
    section=mark("Employees"),
    entries=(
        Entry("/console/departments", mark("Departments"), ("public", "read")),
        Entry("/console/leave-opening", mark("Leave taken over"), ("contact", "read")),
        Entry(pages.HOME, mark("Imports"), ("contact", "read")),
    ),
    notices={
        "mapped": mark("The mapping is kept, also for the next sheet with these heads."),
        "step_begun": mark("It has begun. You may leave this page; the list of imports shows how far it is."),
        "import_checked": mark("Checked: nothing is written yet."),
        "import_written": mark("Written."),
        "import_undone": mark("Rolled back, as far as nobody had changed it since."),
        "sample_kept": mark("Your comparison is kept with the import."),
    },
    lists=(
        ListPage(IMPORTS, pages.HOME, template="migration/list.html"),
        ListPage(DEPARTMENTS, "/console/departments"),
        ListPage(LEAVE_OPENING, "/console/leave-opening"),
    ),
    pages=(pages.router,),
    routes=(imports.router,),
    tags=(("imports", "Sheets of other systems: received, mapped, checked, written, compared, taken back."),),
    modules={
        "/console/imports": "migration",
        "/api/v1/imports": "migration",
    },
)

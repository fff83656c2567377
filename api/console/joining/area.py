"""What joining and leaving show."""

from api.area import Entry, ListPage, WebArea
from api.console.joining import person, tasks
from interview_engine.hr.onboarding.lists import JOINING, WELCOME_TEXTS
from interview_engine.hr.tasks.lists import TASK_TEMPLATES, TASKS
from interview_engine.i18n import mark

WELCOME = "/console/welcome-texts"

AREA = WebArea(
    name="joining",
    section=mark("Employees"),
    entries=(
        Entry(person.HOME, mark("Joining"), ("contact", "read"), below=(WELCOME,)),
        Entry(tasks.HOME, mark("Tasks"), ("contact", "read"), below=(tasks.TEMPLATES,)),
    ),
    notices={
        "first_day_moved": mark("Moved: due days of tasks have changed, and the person is told."),
        "has_come": mark("Written down: the person has come."),
        "does_not_come": mark("Ended: tasks are closed and what was filled in is deleted."),
        "comes_after_all": mark("Undone: employment, tasks and application are as they were."),
        "link_sent": mark("The link is on its way."),
        "phone_freed": mark("The next phone that opens the link takes over the form."),
        "approval_asked": mark("The approval is asked for."),
        "task_done": mark("Done: the task is off your list."),
        "task_blocked": mark("Written down: the task waits."),
        "task_waived": mark("Written down: the task is not needed."),
        "task_open": mark("The task is open again."),
    },
    lists=(
        ListPage(JOINING, person.HOME, "joining/joining.html"),
        ListPage(WELCOME_TEXTS, WELCOME),
        ListPage(TASKS, tasks.HOME, "joining/tasks.html"),
        ListPage(TASK_TEMPLATES, tasks.TEMPLATES),
    ),
    pages=(person.router, tasks.router),
    modules={
        "/console/joining": "onboarding",
        "/console/welcome-texts": "onboarding",
    },
)

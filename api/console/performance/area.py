"""What performance shows."""

from __future__ import annotations

from api.area import Entry, ListPage, WebArea
from api.console.performance import appraisal, board, cycle
from interview_engine.hr.performance.lists.appraisals import APPRAISALS
from interview_engine.hr.performance.lists.cycles import PERFORMANCE_CYCLES
from interview_engine.hr.performance.lists.feedback import PRAISE
from interview_engine.hr.performance.lists.goals import GOALS, WORK_REPORTS
from interview_engine.i18n import mark

AREA = WebArea(
    name="performance",
    section=mark("Performance"),
    entries=(
        Entry(appraisal.HOME, mark("Appraisals"), ("performance", "read")),
        Entry("/console/goals", mark("Goals"), ("performance", "read")),
        Entry("/console/work-reports", mark("Work reports"), ("performance", "read")),
        Entry("/console/praise", mark("Praise"), ("performance", "read")),
        Entry(cycle.HOME, mark("Performance cycles"), ("performance", "read")),
    ),
    notices={
        "cycle_step": mark("The step is open. Whom it concerns is told."),
        "review_written": mark("Written. The next review is open."),
        "review_left_out": mark("Left out, with your reason. Its weight goes to the other parts."),
        "grade_moved": mark("Moved, with your reason."),
        "appeal_settled": mark("Worked out again. The person is told."),
    },
    lists=(
        ListPage(APPRAISALS, appraisal.HOME),
        ListPage(GOALS, "/console/goals"),
        ListPage(WORK_REPORTS, "/console/work-reports"),
        ListPage(PRAISE, "/console/praise"),
        ListPage(PERFORMANCE_CYCLES, cycle.HOME),
    ),
    pages=(cycle.router, appraisal.router, board.router),
    modules={cycle.HOME: "performance"},
)

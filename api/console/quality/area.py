"""What shows how well it measures: calibration and fairness."""

from api.area import Entry, WebArea
from api.console.quality import outcomes, pages
from interview_engine.i18n import mark

AREA = WebArea(
    name="quality",
    section=mark("Quality"),
    entries=(
        Entry("/console/calibration", mark("Calibration"), ("interview", "write"), below=("/console/rate/",)),
        Entry("/console/fairness", mark("Fairness"), ("interview", "export")),
        Entry("/console/outcomes", mark("Later outcomes"), ("interview", "export")),
    ),
    notices={
        "rated": mark("Your rating is recorded."),
        "fitted": mark("The calibration is fitted. Check its agreement before you use it."),
        "activated": mark("In use from now on."),
    },
    pages=(pages.router, outcomes.router),
    modules={
        "/console/calibration": "recruiting",
        "/console/rate": "recruiting",
        "/console/fairness": "recruiting",
        "/console/outcomes": "recruiting",
        "/api/v1/assessments": "recruiting",
        "/api/v1/calibrations": "recruiting",
        "/api/v1/episodes": "recruiting",
    },
)

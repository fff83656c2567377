"""What recruiting shows: jobs, applicants, ranking, offers."""

from api.area import Entry, ListPage, WebArea
from api.console.recruiting import (
    application,
    channels,
    chosen,
    comparing,
    deciding,
    people,
    ranking,
    report,
    requisitions,
)
from api.routes.recruiting import (
    applications,
    exports,
    fairness,
    interviews,
    invitations,
    offers,
    postings,
    resumes,
    reviews,
)
from api.routes.recruiting import requisitions as requisitions_routes
from interview_engine.hr.recruiting.applying.pool_list import TALENT_POOL
from interview_engine.hr.recruiting.headcount.lists import HEADCOUNT
from interview_engine.hr.recruiting.jobs.requisition_list import REQUISITIONS
from interview_engine.i18n import mark

AREA = WebArea(
    name="recruiting",
    section=mark("Recruiting"),
    entries=(
        Entry("/console/requisitions", mark("Requisitions"), ("public", "read"), below=("/console/applications/",)),
        Entry("/console/pool", mark("Talent pool"), ("contact", "read"), below=("/console/people/",)),
        Entry("/console/channels", mark("Channels and time"), ("interview", "read")),
        Entry("/console/headcount", mark("Headcount plan"), ("public", "read")),
    ),
    notices={
        "opened": mark("The requisition is open: candidates can apply."),
        "taken_back": mark("Undone: it is as it was before, its links included."),
        "reopened": mark("The link takes applications again."),
        "held": mark("The requisition is on hold."),
        "filled": mark("Marked as filled."),
        "posted": mark("The posting is ready: copy its link or print its QR code."),
        "view_kept": mark("The view is kept: it is in the list of views on every ranked list."),
        "moved": mark("Moved. See the history."),
        "decided": mark("Your decision is recorded, with your reason."),
        "overridden": mark("Your score is shown beside the engine's."),
        "offered": mark("The offer is drafted."),
        "hired": mark("Hired: the interview's evidence is in the employee file."),
        "extended": mark("Extended."),
        "device": mark("The link can be opened on another device now."),
    },
    lists=(
        ListPage(REQUISITIONS, requisitions.HOME, "recruiting/requisitions.html", requisitions.around_list),
        ListPage(TALENT_POOL, "/console/pool", "recruiting/pool.html"),
        ListPage(HEADCOUNT, "/console/headcount"),
    ),
    pages=(
        requisitions.router,
        people.router,
        ranking.router,
        chosen.router,
        comparing.router,
        report.router,
        application.router,
        channels.router,
        deciding.router,
    ),
    routes=(
        requisitions_routes.router,
        postings.router,
        applications.router,
        resumes.router,
        invitations.router,
        interviews.router,
        reviews.router,
        offers.router,
        fairness.router,
        exports.router,
    ),
    tags=(
        ("requisitions", "Wishes to hire, from draft through approval to open and filled."),
        ("postings", "A requisition published in one channel, with its own link."),
        ("applications", "One person's application for one requisition, its stages and its history."),
        ("résumés", "Files as they came and the fields read from them."),
        ("invitations", "Links to an interview."),
        ("interviews", "Answers, recordings and assessments."),
        ("reviews", "Decisions, overrides and blind ratings by people."),
        ("offers", "Offers, hiring, employment."),
        ("fairness", "Impact ratios and channel quality."),
        ("exports", "Tables as CSV, XLSX and JSON."),
    ),
    modules={
        "/console/requisitions": "recruiting",
        "/console/applications": "recruiting",
        "/console/pool": "recruiting",
        "/console/channels": "recruiting",
        "/api/v1/requisitions": "recruiting",
        "/api/v1/applications": "recruiting",
        "/api/v1/invitations": "recruiting",
        "/api/v1/offers": "recruiting",
        "/api/v1/postings": "recruiting",
        "/api/v1/reviews": "recruiting",
        "/api/v1/talent-pool": "recruiting",
        "/api/v1/channels": "recruiting",
        "/api/v1/hiring-times": "recruiting",
    },
)

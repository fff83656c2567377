"""What competency shows: kits, the model, profiles, surveys, portraits."""

from api.area import Entry, WebArea
from api.console.competency import kits, model, portrait, surveys
from api.routes.competency import competencies, portraits
from api.routes.competency import surveys as surveys_routes
from interview_engine.i18n import mark

AREA = WebArea(
    name="competency",
    section=mark("Kits and competencies"),
    entries=(
        Entry("/console/kits", mark("Interview kits"), ("public", "read")),
        Entry("/console/competencies", mark("Competency model"), ("public", "read")),
        Entry("/console/profiles", mark("Role profiles"), ("public", "read")),
        Entry("/console/surveys", mark("Surveys"), ("public", "manage")),
    ),
    notices={
        "retired": mark("Retired."),
    },
    pages=(
        portrait.router,
        kits.router,
        model.router,
        surveys.router,
    ),
    routes=(
        competencies.router,
        surveys_routes.router,
        portraits.router,
    ),
    tags=(("competencies", "Kits, role profiles, surveys, portraits."),),
    modules={
        "/console/kits": "recruiting",
        "/console/competencies": "competency",
        "/console/profiles": "competency",
        "/console/surveys": "competency",
        "/api/v1/kits": "recruiting",
        "/api/v1/competencies": "competency",
        "/api/v1/role-profiles": "competency",
        "/api/v1/surveys": "competency",
    },
)

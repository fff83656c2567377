"""What requests show: asking, what people ask for by field class, the kinds that companies make."""

from api.area import Entry, ListPage, WebArea
from api.console.requests import own_kinds, pages
from api.routes.requests import requests
from interview_engine.hr.requests.request_list import HEALTH_REQUESTS, PAY_REQUESTS, REQUESTS
from interview_engine.i18n import mark

AREA = WebArea(
    name="requests",
    section=mark("Approvals"),
    entries=(
        Entry(pages.MINE, mark("My requests"), ("public", "read"), below=(pages.ASK,)),
        Entry("/console/requests", mark("Requests"), ("contact", "read")),
        Entry("/console/pay-requests", mark("Requests about pay"), ("pay", "read")),
        Entry("/console/health-requests", mark("Requests about health"), ("health", "read")),
        Entry(own_kinds.HOME, mark("Kinds of requests"), ("public", "manage")),
    ),
    notices={"request_withdrawn": mark("Withdrawn.")},
    pages=(pages.router, own_kinds.router),
    routes=(requests.router,),
    tags=(requests.TAG,),
    lists=(
        ListPage(REQUESTS, "/console/requests"),
        ListPage(PAY_REQUESTS, "/console/pay-requests"),
        ListPage(HEALTH_REQUESTS, "/console/health-requests"),
    ),
)

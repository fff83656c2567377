"""What requests show: what people ask for, by field class."""

from api.area import Entry, ListPage, WebArea
from interview_engine.hr.requests.request_list import HEALTH_REQUESTS, PAY_REQUESTS, REQUESTS
from interview_engine.i18n import mark

AREA = WebArea(
    name="requests",
    section=mark("Requests"),
    entries=(
        Entry("/console/requests", mark("Requests"), ("contact", "read")),
        Entry("/console/pay-requests", mark("Requests about pay"), ("pay", "read")),
        Entry("/console/health-requests", mark("Requests about health"), ("health", "read")),
    ),
    lists=(
        ListPage(REQUESTS, "/console/requests"),
        ListPage(PAY_REQUESTS, "/console/pay-requests"),
        ListPage(HEALTH_REQUESTS, "/console/health-requests"),
    ),
)

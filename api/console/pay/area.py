"""What pay shows."""

from api.area import Entry, ListPage, WebArea
from api.console.pay import years
from interview_engine.hr.pay.lists import PAY_PARAMETERS
from interview_engine.i18n import mark

AREA = WebArea(
    name="pay",
    section=mark("Pay"),
    entries=(
        Entry("/console/pay-parameters", mark("Pay parameters"), ("pay", "read")),
        Entry(years.YEARS, mark("Parameters by year"), ("pay", "read")),
    ),
    lists=(ListPage(PAY_PARAMETERS, "/console/pay-parameters"),),
    pages=(years.router,),
)

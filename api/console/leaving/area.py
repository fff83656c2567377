"""What leaving and things handed out show."""

from api.area import Entry, ListPage, WebArea
from api.console.leaving import person
from interview_engine.hr.assets.lists import ASSETS
from interview_engine.hr.offboarding.lists import SEPARATIONS
from interview_engine.i18n import mark

AREA = WebArea(
    name="leaving",
    section=mark("Employees"),
    entries=(
        Entry(person.HOME, mark("Leaving"), ("contact", "read")),
        Entry("/console/assets", mark("Things handed out"), ("contact", "read")),
    ),
    notices={
        "last_day_moved": mark("Moved: due days of tasks and the settlement follow."),
        "kind_corrected": mark("Written down why."),
        "leaving_called_off": mark("Called off."),
        "leaving_asked_off": mark("The approvers of resignations are asked to agree."),
        "settled": mark("Handed over to pay: the facts are fixed."),
        "settlement_back": mark("The settlement is open again: the facts are recalculated."),
        "asset_ended": mark("Written down what became of it."),
        "asset_out": mark("Handed out."),
    },
    lists=(
        ListPage(SEPARATIONS, person.HOME, "leaving/leaving.html", person.around_list),
        ListPage(ASSETS, "/console/assets"),
    ),
    pages=(person.router,),
)

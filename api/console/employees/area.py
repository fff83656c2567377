"""What the employee file shows."""

from api.area import Entry, ListPage, WebArea
from api.console.employees import file
from interview_engine.hr.employment.employee_list import EMPLOYEES
from interview_engine.hr.files.contract_list import CONTRACTS
from interview_engine.i18n import mark

AREA = WebArea(
    name="employees",
    section=mark("Employees"),
    entries=(
        Entry("/console/employees", mark("Employees"), ("contact", "read")),
        Entry("/console/contracts", mark("Contracts"), ("contact", "read")),
    ),
    notices={
        "place_changed": mark("The move is written down; it takes effect on its day."),
        "place_called_off": mark("The move is called off; what held before holds on."),
        "contract_drafted": mark("The contract is drafted."),
        "contract_signed": mark("The contract is in force."),
        "contract_dropped": mark("The draft is dropped."),
        "contract_ended": mark("The contract ends on that day."),
        "last_day_set": mark("The last day is written down; until it is over the person works here."),
        "last_day_called_off": mark("The last day is called off."),
    },
    lists=(ListPage(EMPLOYEES, file.HOME), ListPage(CONTRACTS, "/console/contracts")),
    pages=(file.router,),
)

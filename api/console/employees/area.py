"""What the employee file shows."""

from api.area import Entry, ListPage, WebArea
from api.console.employees import file, photo, sections, signatures, templates
from interview_engine.hr.employment.employee_list import EMPLOYEES
from interview_engine.hr.files.contract_list import CONTRACTS
from interview_engine.hr.succession.lists import SUCCESSIONS
from interview_engine.i18n import mark

AREA = WebArea(
    name="employees",
    section=mark("Employees"),
    entries=(
        Entry("/console/employees", mark("Employees"), ("contact", "read")),
        Entry("/console/employees-by-id", mark("Find by ID number"), ("identity", "read")),
        Entry("/console/contracts", mark("Contracts"), ("contact", "read"), below=("/console/signature-check",)),
        Entry("/console/succession", mark("Succession"), ("succession", "read")),
        Entry(templates.HOME, mark("Contract templates"), ("public", "manage")),
    ),
    notices={
        "entry_added": mark("Added to the file."),
        "entry_changed": mark("The file is changed."),
        "entry_removed": mark("Taken out of the file."),
        "document_added": mark("The document is in the file."),
        "document_held": mark("How long the document is kept is written down."),
        "photo_taken_down": mark("The photo is taken down, and its person is told why."),
        "document_deleted": mark("The document is deleted."),
        "place_changed": mark("The move is written down; it takes effect on its day."),
        "place_called_off": mark("The move is called off; what held before holds on."),
        "contract_drafted": mark("The contract is drafted."),
        "contract_signed": mark("The contract is in force."),
        "template_published": mark("The template is kept."),
        "template_retired": mark("No new contract is made of it."),
        "paper_made": mark("The document is filled in. Look at it, then send it."),
        "signature_sent": mark("Signed for the company; the link is on its way."),
        "signature_link_sent": mark("A new link is on its way; the ones before lead nowhere any more."),
        "signature_withdrawn": mark("Withdrawn; the link no longer works."),
        "contract_dropped": mark("The draft is dropped."),
        "contract_ended": mark("The contract ends on that day."),
        "last_day_set": mark("The last day is written down; until it is over the person works here."),
        "last_day_called_off": mark("The last day is called off."),
    },
    lists=(
        ListPage(EMPLOYEES, file.HOME),
        ListPage(CONTRACTS, "/console/contracts"),
        ListPage(SUCCESSIONS, "/console/succession"),
    ),
    pages=(templates.router, signatures.router, file.router, photo.router, sections.router),
    modules={
        "/console/contract-templates": "signing",
        "/console/signatures": "signing",
        "/console/signature-check": "signing",
    },
)

"""What shows the company and the installation: organisation, notices, durable work, audit, accounts."""

from api.area import Entry, WebArea
from api.console.system import account, administration, companies, deletions, notices, operations, retention
from api.console.system import organisation as organisation_pages
from api.routes.system import administration as administration_routes
from api.routes.system import approvals, organisation, persons, receipts, system, webhooks
from api.routes.system import companies as company_routes
from api.routes.system import operations as operations_routes
from interview_engine.i18n import mark

AREA = WebArea(
    name="system",
    section=mark("System"),
    entries=(
        Entry("/console/organisation", mark("Organisation"), ("public", "manage")),
        Entry(companies.HOME, mark("Company settings"), ("public", "manage")),
        Entry("/console/notices", mark("Notices"), ("public", "manage")),
        Entry("/console/operations", mark("Operations"), ("public", "manage")),
        Entry("/console/deletions", mark("Planned deletions"), ("public", "manage")),
        Entry(retention.HOME, mark("Retention schedule"), ("identity", "write")),
        Entry("/console/audit", mark("Audit log"), ("interview", "audit")),
        Entry("/console/accounts", mark("Users and grants"), ("contact", "manage")),
    ),
    notices={
        "retried": mark("It is back in the queue."),
        "given-up": mark("Skipped: a reviewer will read it."),
        "module_on": mark("Switched on."),
        "module_off": mark("Switched off. Everything it holds is kept."),
        "password": mark("Your password is changed. Other devices are signed out."),
        "totp": mark("The second step is on."),
        "totp-off": mark("The second step is off."),
        "granted": mark("The grant is in force."),
        "noticed": mark("The notice is being sent."),
        "notice_draft": mark("Kept as a draft; nobody was told."),
        "notice_template": mark("Kept as a template."),
        "notice_scheduled": mark("Scheduled. It can be withdrawn until then."),
        "notice_back": mark("Withdrawn: it is a draft again, and nobody was told."),
        "resumed": mark("The webhook sends again."),
        "stopped": mark("On hold: it is not deleted until you release it."),
        "released": mark("Released; some days remain until the deletion."),
        "dropped": mark("Kept: no new plan for a year."),
        "period_set": mark("The period is set; what is over by it is planned within the hour."),
        "on_legal_hold": mark("Nothing of it is destroyed until that day."),
        "hold_ended": mark("The hold has ended."),
        "confirmed": mark("Confirmed: what is due is deleted within the hour."),
        "clock": mark("Confirmed: this server's time is right."),
    },
    pages=(
        account.router,
        administration.router,
        companies.router,
        deletions.router,
        notices.router,
        organisation_pages.router,
        operations.router,
        retention.router,
    ),
    routes=(
        persons.router,
        receipts.router,
        organisation.router,
        company_routes.router,
        approvals.router,
        webhooks.router,
        administration_routes.router,
        operations_routes.router,
        system.router,
    ),
    tags=(
        ("persons", "Contact data of candidates."),
        ("receipts", "Whether a candidate's receipt is genuine."),
        ("organisation", "Companies, departments, approvals."),
        ("webhooks", "Where other systems want to be told."),
        ("administration", "Accounts, grants, tokens."),
        ("operations", "The queue, the audit trail."),
        ("system", "Health."),
    ),
)

"""What pay shows."""

from api.area import Entry, ListPage, WebArea
from api.console.pay import dual, out, report, runs, years
from api.routes.pay import comparisons
from interview_engine.hr.pay.budgets import PAY_BUDGETS
from interview_engine.hr.pay.dual.lists import PAY_OLD_MONTHS
from interview_engine.hr.pay.lists import PAY_PARAMETERS
from interview_engine.hr.pay.out.lists import PAY_ACCOUNTS, PAY_COSTS, PAY_JOURNAL
from interview_engine.hr.pay.people_lists import PAY_ATTENDANCE, PAY_PROFILES
from interview_engine.hr.pay.phone_lists import PAY_YEARS, PAYSLIP_QUESTIONS
from interview_engine.hr.pay.run_lists import PAY_RUNS, PAYSLIPS
from interview_engine.hr.pay.settlement_list import PAY_SETTLEMENTS
from interview_engine.i18n import mark

AREA = WebArea(
    name="pay",
    section=mark("Pay"),
    entries=(
        Entry(runs.RUNS, mark("Pay runs"), ("payroll", "read")),
        Entry(runs.SLIPS, mark("Payslips"), ("payroll", "read")),
        Entry(runs.QUESTIONS, mark("Questions about payslips"), ("payroll", "read")),
        Entry("/console/pay-by-year", mark("Pay by year"), ("payroll", "read")),
        Entry("/console/pay-attendance", mark("Attendance for pay"), ("payroll", "read")),
        Entry("/console/pay-settlements", mark("Last pay of leavers"), ("payroll", "read")),
        Entry("/console/pay-profiles", mark("Pay profiles"), ("payroll", "read")),
        Entry("/console/pay-parameters", mark("Pay parameters"), ("payroll", "read")),
        Entry(report.REPORT, mark("Cost report"), ("payroll", "read")),
        Entry("/console/pay-costs", mark("Cost by department"), ("payroll", "read")),
        Entry("/console/pay-budgets", mark("Budgets of pay"), ("payroll", "read")),
        Entry("/console/pay-old-months", mark("Pay of the other system"), ("payroll", "read")),
        Entry("/console/pay-journal", mark("Journal of pay"), ("payroll", "read")),
        Entry("/console/pay-accounts", mark("Accounts of pay"), ("payroll", "read")),
        Entry(years.YEARS, mark("Parameters by year"), ("payroll", "read")),
    ),
    notices={
        "run_computed": mark("Worked out. Look at the checks and at what differs from last month."),
        "run_reviewed": mark("Reviewed. Another person approves it now."),
        "run_approved": mark("Approved. The payslips can be exported for the bank."),
        "run_paid": mark("Written down: it was paid."),
        "run_closed": mark("Closed. What changes later is paid as an adjustment."),
        "run_back": mark("Sent back: it can be worked out again."),
        "run_posted": mark("Posted. Other systems were told and can pull the lines."),
        "check_passed": mark("Passed, with your reason."),
        "slip_again": mark("Worked out again."),
        "payslips_out": mark("Handed out. Everybody was told that their payslip is ready, without an amount."),
        "pin_reset": mark("The PIN is taken away, and its owner was told. A code opens their payslips."),
        "question_answered": mark("Answered. The answer is on their phone."),
    },
    lists=(
        ListPage(PAY_RUNS, runs.RUNS),
        ListPage(PAYSLIPS, runs.SLIPS),
        ListPage(PAYSLIP_QUESTIONS, runs.QUESTIONS),
        ListPage(PAY_YEARS, "/console/pay-by-year"),
        ListPage(PAY_ATTENDANCE, "/console/pay-attendance"),
        ListPage(PAY_SETTLEMENTS, "/console/pay-settlements"),
        ListPage(PAY_PROFILES, "/console/pay-profiles"),
        ListPage(PAY_COSTS, "/console/pay-costs"),
        ListPage(PAY_BUDGETS, "/console/pay-budgets"),
        ListPage(PAY_OLD_MONTHS, "/console/pay-old-months"),
        ListPage(PAY_JOURNAL, "/console/pay-journal"),
        ListPage(PAY_ACCOUNTS, "/console/pay-accounts"),
        ListPage(PAY_PARAMETERS, "/console/pay-parameters"),
    ),
    pages=(years.router, report.router, runs.router, dual.router, out.router),
    routes=(comparisons.router,),
    tags=(comparisons.TAG,),
)

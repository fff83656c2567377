"""What expenses show."""

from __future__ import annotations

from api.area import Entry, ListPage, WebArea
from api.console.expense import pages
from interview_engine.hr.expense.lists import (
    ADVANCE_ENTRIES,
    EXPENSE_ADVANCES,
    EXPENSE_CLAIMS,
    EXPENSE_LINES,
    EXPENSE_PAYOUTS,
)
from interview_engine.hr.expense.rule_lists import (
    EXPENSE_BUDGETS,
    EXPENSE_BUYERS,
    EXPENSE_KINDS,
    EXPENSE_PERIODS,
    PER_DIEMS,
)
from interview_engine.i18n import mark

AREA = WebArea(
    name="expense",
    section=mark("Expenses"),
    entries=(
        Entry(pages.CLAIMS, mark("Expense claims"), ("contact", "read")),
        Entry("/console/expense-lines", mark("Lines of claims"), ("contact", "read")),
        Entry("/console/expense-advances", mark("Advances"), ("contact", "read")),
        Entry("/console/expense-advance-entries", mark("Ledger of advances"), ("contact", "read")),
        Entry(pages.PAYOUTS, mark("Payment lists"), ("payroll", "read")),
        Entry("/console/expense-budgets", mark("Budgets of expenses"), ("contact", "read")),
        Entry("/console/expense-per-diems", mark("Per diems"), ("public", "read")),
        Entry("/console/expense-kinds", mark("Kinds of expense"), ("public", "read")),
        Entry("/console/expense-buyers", mark("Whom invoices are made out to"), ("public", "read")),
        Entry("/console/expense-months", mark("Closed months of expenses"), ("payroll", "read")),
    ),
    notices={
        "payout_paid": mark("Marked as paid: its claims are paid, its advances are open."),
        "payout_dropped": mark("Dropped. Its payments move to the next list."),
    },
    lists=(
        ListPage(EXPENSE_CLAIMS, pages.CLAIMS),
        ListPage(EXPENSE_LINES, "/console/expense-lines"),
        ListPage(EXPENSE_ADVANCES, "/console/expense-advances"),
        ListPage(ADVANCE_ENTRIES, "/console/expense-advance-entries"),
        ListPage(EXPENSE_PAYOUTS, pages.PAYOUTS),
        ListPage(EXPENSE_BUDGETS, "/console/expense-budgets"),
        ListPage(PER_DIEMS, "/console/expense-per-diems"),
        ListPage(EXPENSE_KINDS, "/console/expense-kinds"),
        ListPage(EXPENSE_BUYERS, "/console/expense-buyers"),
        ListPage(EXPENSE_PERIODS, "/console/expense-months"),
    ),
    pages=(pages.router,),
    modules={"/wechat/my/expenses": "expense"},
)

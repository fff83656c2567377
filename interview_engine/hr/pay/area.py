"""What pay hands over."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, MessageTemplate, PersonColumn, Subject
from interview_engine.hr.pay.budgets import PAY_BUDGETS
from interview_engine.hr.pay.dual.lists import PAY_OLD_MONTHS
from interview_engine.hr.pay.income_certificate import INCOME_CERTIFICATE
from interview_engine.hr.pay.lists import PAY_PARAMETERS
from interview_engine.hr.pay.out.lists import PAY_ACCOUNTS, PAY_COSTS, PAY_JOURNAL
from interview_engine.hr.pay.people_lists import PAY_ATTENDANCE, PAY_PROFILES
from interview_engine.hr.pay.phone_lists import PAY_YEARS, PAYSLIP_QUESTIONS
from interview_engine.hr.pay.run_lists import PAY_RUNS, PAYSLIPS
from interview_engine.hr.pay.settlement_list import PAY_SETTLEMENTS
from interview_engine.hr.pay.tables import (
    PayAccount,
    PayAttendance,
    PayBudget,
    PayCost,
    PayCostPart,
    PayJournalLine,
    PayLock,
    PayOldMonth,
    PayParameter,
    PayPeriod,
    PayProfile,
    PayRun,
    PaySettled,
    PaySettlement,
    Payslip,
    PayslipLine,
    PayslipNotice,
    PayslipQuestion,
    PayslipReceipt,
)
from interview_engine.hr.removal import Removal
from interview_engine.hr.requests.service import as_request
from interview_engine.i18n import msg

_LAW = "the law asks the employer to keep records of pay"


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    """What somebody opened their payslips with and asked about them goes with who they are."""
    if removal.whole:
        removal.delete(session, PayslipQuestion, PayslipQuestion.person_id == person_id)
        removal.delete(session, PayLock, PayLock.person_id == person_id)


AREA = Area(
    name="pay",
    tables=(
        PayAccount,
        PayJournalLine,
        PayCost,
        PayCostPart,
        PayBudget,
        PayParameter,
        PayProfile,
        PayAttendance,
        PayOldMonth,
        PaySettlement,
        PaySettled,
        PayPeriod,
        PayRun,
        Payslip,
        PayslipLine,
        PayslipNotice,
        PayslipReceipt,
        PayslipQuestion,
        PayLock,
    ),
    persons=(
        PersonColumn(PayProfile.person_id, "kept", _LAW),
        PersonColumn(PayAttendance.person_id, "kept", _LAW),
        PersonColumn(PayOldMonth.person_id, "kept", _LAW),
        PersonColumn(PaySettlement.person_id, "kept", _LAW),
        PersonColumn(PaySettled.person_id, "kept", _LAW),
        PersonColumn(Payslip.person_id, "kept", _LAW),
        PersonColumn(PayslipLine.person_id, "kept", _LAW),
        PersonColumn(PayslipNotice.person_id, "kept", _LAW),
        PersonColumn(PayslipReceipt.person_id, "kept", _LAW),
        PersonColumn(PayslipQuestion.person_id, "forgotten", "what somebody asked about their pay is theirs"),
        PersonColumn(PayLock.person_id, "forgotten", "who works here opens their payslips with it"),
    ),
    erase=_erase,
    requests=(as_request(INCOME_CERTIFICATE),),
    messages={
        "payslip.out": MessageTemplate(
            msg("Your payslip is ready"),
            msg("Your payslip is ready. Open to see, with your pay PIN or a code; until {expires}:\n{link}"),
            path="/pay/{token}",
        ),
        "payslip.code": MessageTemplate(
            msg("Your code: {code}"),
            msg(
                "Your code to open your payslips is {code}. It counts for {minutes} minutes. Give it to nobody; nobody "
                "of ours asks for it.\n\nIf you did not ask for it, tell HR."
            ),
            urgent=True,
        ),
        "payslip.pin_changed": MessageTemplate(
            msg("Your pay PIN was changed"),
            msg("The PIN that opens your payslips was changed or taken away. If it was not you, tell HR now."),
            urgent=True,
        ),
        "payslip.question": MessageTemplate(
            msg("A question about a payslip"),
            msg("Somebody asks about a line of their payslip. Open to see, and answer:\n{link}"),
            path="/console/payslip-questions/{question}",
            line=msg("A question about a payslip"),
        ),
        "payslip.answer": MessageTemplate(
            msg("Payroll has answered your question"),
            msg("Payroll has answered your question about your payslip. Open to see:\n{link}"),
            path="/pay/{token}",
        ),
    },
    subjects=(
        Subject("pay_parameter"),
        Subject("pay_profile"),
        Subject("pay_attendance"),
        Subject("pay_old_month"),
        Subject("pay_settlement"),
        Subject("pay_run"),
        Subject("pay_account"),
        Subject("pay_budget"),
        Subject("pay_journal", told=True),
        Subject("payslip"),
        Subject("pay_lock"),
    ),
    lists=(
        PAY_PARAMETERS,
        PAY_PROFILES,
        PAY_ATTENDANCE,
        PAY_SETTLEMENTS,
        PAY_RUNS,
        PAYSLIPS,
        PAYSLIP_QUESTIONS,
        PAY_YEARS,
        PAY_ACCOUNTS,
        PAY_JOURNAL,
        PAY_COSTS,
        PAY_BUDGETS,
        PAY_OLD_MONTHS,
    ),
)

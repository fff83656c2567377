"""What pay hands over."""

from __future__ import annotations

from interview_engine.hr.area import Area, PersonColumn, Subject
from interview_engine.hr.pay.lists import PAY_PARAMETERS
from interview_engine.hr.pay.people_lists import PAY_ATTENDANCE, PAY_PROFILES
from interview_engine.hr.pay.run_lists import PAY_RUNS, PAYSLIPS
from interview_engine.hr.pay.tables import (
    PayAttendance,
    PayParameter,
    PayPeriod,
    PayProfile,
    PayRun,
    Payslip,
    PayslipLine,
)

_LAW = "the law asks the employer to keep records of pay"

AREA = Area(
    name="pay",
    tables=(PayParameter, PayProfile, PayAttendance, PayPeriod, PayRun, Payslip, PayslipLine),
    persons=(
        PersonColumn(PayProfile.person_id, "kept", _LAW),
        PersonColumn(PayAttendance.person_id, "kept", _LAW),
        PersonColumn(Payslip.person_id, "kept", _LAW),
        PersonColumn(PayslipLine.person_id, "kept", _LAW),
    ),
    subjects=(
        Subject("pay_parameter"),
        Subject("pay_profile"),
        Subject("pay_attendance"),
        Subject("pay_run"),
        Subject("payslip"),
    ),
    lists=(PAY_PARAMETERS, PAY_PROFILES, PAY_ATTENDANCE, PAY_RUNS, PAYSLIPS),
)

"""What other rooms and the pages may ask of pay."""

from __future__ import annotations

from interview_engine.hr.pay.entering import NewParameter, book_now
from interview_engine.hr.pay.entering import check as check_parameter
from interview_engine.hr.pay.entering import enter as enter_parameter
from interview_engine.hr.pay.explaining import Explained, RunPage, explained, no_step, run_page, work_out_again
from interview_engine.hr.pay.out.page import OutPage, out_page
from interview_engine.hr.pay.runs import STATES as RUN_STATES
from interview_engine.hr.pay.runs import NewRun, mark_paid, pass_check, send_back, work_out
from interview_engine.hr.pay.runs import approve as approve_run
from interview_engine.hr.pay.runs import begin as begin_run
from interview_engine.hr.pay.runs import close as close_run
from interview_engine.hr.pay.runs import review as review_run

__all__ = [
    "RUN_STATES",
    "Explained",
    "NewParameter",
    "NewRun",
    "OutPage",
    "RunPage",
    "approve_run",
    "begin_run",
    "book_now",
    "check_parameter",
    "close_run",
    "enter_parameter",
    "explained",
    "mark_paid",
    "no_step",
    "out_page",
    "pass_check",
    "review_run",
    "run_page",
    "send_back",
    "work_out",
    "work_out_again",
]

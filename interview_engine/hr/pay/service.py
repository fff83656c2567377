"""What other rooms and the pages may ask of pay."""

from __future__ import annotations

from interview_engine.hr.pay.entering import NewParameter as NewParameter
from interview_engine.hr.pay.entering import book_now as book_now
from interview_engine.hr.pay.entering import check as check_parameter
from interview_engine.hr.pay.entering import enter as enter_parameter

__all__ = ["NewParameter", "book_now", "check_parameter", "enter_parameter"]

"""What pay hands over."""

from __future__ import annotations

from interview_engine.hr.area import Area, Subject
from interview_engine.hr.pay.lists import PAY_PARAMETERS
from interview_engine.hr.pay.tables import PayParameter

AREA = Area(
    name="pay",
    tables=(PayParameter,),
    subjects=(Subject("pay_parameter"),),
    lists=(PAY_PARAMETERS,),
)

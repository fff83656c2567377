"""What pages for candidates and for colleagues call the facts of a job."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from interview_engine.hr.recruiting.rules import EmploymentType
from interview_engine.i18n import mark

EMPLOYMENT: Mapping[EmploymentType, str] = MappingProxyType(
    {
        "full_time": mark("Full-time"),
        "part_time": mark("Part-time"),
        "internship": mark("Internship"),
        "fixed_term": mark("Fixed-term"),
        "labour_service": mark("Labour service"),
    }
)

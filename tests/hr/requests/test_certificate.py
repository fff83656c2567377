"""The certificate of employment: its paper says who works where since when, and is void once it is called off."""

from __future__ import annotations

import pytest
from request_staff import Staff

from interview_engine.errors import NotFoundError
from interview_engine.hr.requests import service
from pipelines.reports import paper_pdf


def test_the_approved_certificate_is_a_pdf_and_a_cancelled_one_opens_no_more(small_staff: Staff) -> None:
    staff = small_staff
    with staff.world.database.transaction() as session:
        row = staff.ask(session, "certificate", purpose="办理签证")
        with pytest.raises(NotFoundError):
            service.paper_for(session, staff.me, row.id, staff.world.clock)
        staff.decide(session, row)
        paper = service.paper_for(session, staff.me, row.id, staff.world.clock)
        said = "".join(paper.content["zh"]["paragraphs"])
        assert all(words in said for words in ("林晓", "示例科技有限公司", "2026-01-05", "客服专员", "办理签证"))
        pdf = paper_pdf.render(paper.content["zh"], paper.created_at, language="zh")
        assert pdf.startswith(b"%PDF")
        assert pdf == paper_pdf.render(paper.content["zh"], paper.created_at, language="zh")
        service.cancel(session, staff.me, row.id, "不用了", staff.world.clock)
        staff.decide(session, row)
        with pytest.raises(NotFoundError):
            service.paper_for(session, staff.me, row.id, staff.world.clock)

"""Dismissals that the law bars while somebody is ill, with child or nursing (article 42), as far as leave tells."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from interview_engine.hr.area import Post
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.offboarding import rules
from interview_engine.hr.problems import conflict
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.service import Ask
from interview_engine.i18n import msg
from interview_engine.law_articles import article_text


def check_not_barred(
    session: Session, employment: Employment, kind: str, notice_on: date, last_day: date, *, checked: bool
) -> None:
    """Refuse a dismissal by notice where approved leave lies between notice and last day that may protect the person.

    What leave tells is not all: whether a medical period is over, or whose child it is, a person must look at. The
    kind of leave is health data and is not named.

    Args:
        checked: HR has looked, and nothing protects the person.

    Raises:
        ConflictError: `separation.protected`, with the article.
    """
    article = rules.kind_of(kind).barred_by
    if not article or checked:
        return
    post = Post(employment.id, employment.department_id, employment.legal_entity_id, "notice", employment.start_date)
    window = Ask("", employment.person_id, post, {}, min(notice_on, last_day), last_day)
    types = rules.LAW["protecting_leave_types"]
    for one in requests.in_force(session, window, ("leave",), decided=True):
        if one.text("leave_type") in types:
            day = one.day_from.isoformat() if one.day_from else ""
            raise conflict(
                "separation.protected",
                msg("Approved leave from {day} may protect this person: {article} forbids this dismissal in a medical "
                    "period, pregnancy, maternity leave and nursing.", day=day, article=article_text(article)),
                msg("Look at it with somebody who knows the law. Only if nothing protects the person, tick that "
                    "article 42 was checked, and send again."),
            )  # fmt: skip

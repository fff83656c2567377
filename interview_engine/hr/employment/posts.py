"""Where somebody works now, for rooms below that know no employments."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.area import Post
from interview_engine.hr.employment.tables import Employment


def post_of(session: Session, person_id: str) -> Post | None:
    """The employment that counts today: one that has begun before one that has not, the later before the earlier."""
    rows = session.scalars(
        select(Employment)
        .where(Employment.person_id == person_id, Employment.state != "left")
        .order_by(Employment.start_date.desc(), Employment.id.desc())
    ).all()
    row = next((one for one in rows if one.state != "pending"), rows[0] if rows else None)
    if row is None:
        return None
    return Post(row.id, row.department_id, row.legal_entity_id, row.state, row.start_date, row.last_day)

"""Tables of leave."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.append_only import protect
from interview_engine.store.base import Base, Row


@protect
class LeaveOpening(Row, Base):
    """Minutes of leave that somebody brings along on a day, as the system before counted them; never changed.

    What is there is the sum over (employment, kind, day): a correction is a further row with the difference. The ledger
    of leave begins with these sums. `kind` see `service.KINDS`. `minutes_a_day`: what the source called a day, None
    where it counted hours.
    """

    __tablename__ = "leave_opening"
    __table_args__ = (Index("ix_leave_opening_key", "employment_id", "kind", "day"),)

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    minutes: Mapped[int]
    minutes_a_day: Mapped[int | None]


class LeaveRule(Row, Base):
    """What a region or a company says of a kind of leave from a day on; what ships is in `types.json`.

    `region` "CN", "CN-33", "company:<id>"; `legal_entity_id` the company of the last. `leave_type` see `types.WORDS`,
    or "own_…" of a company's own, which has names. A figure that is None is as the wider region says.

    `state` entered (nobody works by it yet), confirmed, dropped. A row that was checked is never changed: a correction
    is a further row, and the newest one counts.
    """

    __tablename__ = "leave_rule"
    __table_args__ = (Index("ix_leave_rule_region", "region", "state"),)

    region: Mapped[str] = mapped_column(String(50))
    legal_entity_id: Mapped[str | None] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    leave_type: Mapped[str] = mapped_column(String(40))
    name_zh: Mapped[str] = mapped_column(String(40), default="")
    name_en: Mapped[str] = mapped_column(String(40), default="")
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    unit: Mapped[str | None] = mapped_column(String(10))
    counts: Mapped[str | None] = mapped_column(String(20))
    limited_by: Mapped[str | None] = mapped_column(String(10))
    days: Mapped[int | None]
    negative: Mapped[bool | None]
    paid_percent: Mapped[int | None]
    carry_days: Mapped[int | None]
    carry_months: Mapped[int | None]
    papers: Mapped[str] = mapped_column(String(200), default="")
    law: Mapped[str] = mapped_column(String(300))
    source: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(12), default="entered")
    entered_by: Mapped[str] = mapped_column(String(80))
    checked_by: Mapped[str | None] = mapped_column(String(80))
    checked_at: Mapped[datetime | None]


class LeaveHistory(Row, Base):
    """What annual leave is counted by besides the days here: full months of work for other employers before, the
    minutes of the person's day, the first year that is counted here, and what shows it (a list of contributions)."""

    __tablename__ = "leave_history"

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    months_before: Mapped[int]
    minutes_a_day: Mapped[int]
    from_year: Mapped[int]
    shown_by: Mapped[str] = mapped_column(String(200), default="")


class LeaveAccount(Row, Base):
    """One kind of leave of one employment, and the sum of its entries up to `counted_on`, for lists.

    The entries are the truth; the sum is written with every entry and every day. `kept`: something has been granted, so
    that a balance means something.
    """

    __tablename__ = "leave_account"
    __table_args__ = (
        UniqueConstraint("employment_id", "leave_type"),
        Index("ix_leave_account_counted", "counted_on"),
    )

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    leave_type: Mapped[str] = mapped_column(String(40))
    minutes: Mapped[int] = mapped_column(default=0)
    minutes_a_day: Mapped[int]
    counted_on: Mapped[date]
    kept: Mapped[bool] = mapped_column(default=False)


@protect
class LeaveEntry(Row, Base):
    """Minutes that a day adds to a balance, or takes; never changed. The balance of a day is the sum up to it.

    `kind` opening, accrual, carry, expiry: follow from the others and are written as differences when those change;
    use, reversal: of requests; correction: by hand, with `reason`. `part` of the balance ("2026", "2026+" carried
    over). `source` says what made it, and is there once: the same again changes nothing.
    """

    __tablename__ = "leave_entry"
    __table_args__ = (
        UniqueConstraint("source"),
        Index("ix_leave_entry_account", "account_id", "day"),
        Index("ix_leave_entry_request", "request_id"),
    )

    account_id: Mapped[str] = mapped_column(ForeignKey("leave_account.id"))
    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    leave_type: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(12))
    day: Mapped[date]
    minutes: Mapped[int]
    part: Mapped[str] = mapped_column(String(20), default="")
    request_id: Mapped[str | None] = mapped_column(ForeignKey("request.id"))
    reason: Mapped[str] = mapped_column(String(300), default="")
    source: Mapped[str] = mapped_column(String(160))

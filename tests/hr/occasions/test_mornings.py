"""Pushes of a company's morning: each once, to who works there, in their language, by the graded notices (J3)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hiring_world import World, make_world
from request_staff import Staff, employ
from serving import make_context
from sqlalchemy import select

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.area import Round
from interview_engine.hr.calendar import service as calendars
from interview_engine.hr.calendar.rules import Day, layered
from interview_engine.hr.companies import service as companies
from interview_engine.hr.companies.service import Settings
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.files import entries
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.messaging.tables import Notice, NoticeReceiver
from interview_engine.hr.occasions import rules
from interview_engine.hr.occasions.morning import tell_all
from interview_engine.store.engine import Database
from interview_engine.store.rows import stamp

NUMBER = "110105199003070025"
"""Of somebody born on 7 March 1990; made up, with a right checksum."""


@dataclass
class Town:
    world: World
    given: Round
    staff: Staff

    def at(self, moment: str) -> None:
        self.world.clock.at = datetime.fromisoformat(moment).astimezone(UTC)

    def round(self) -> int:
        return tell_all(self.given)

    def told(self) -> list[tuple[str, str]]:
        """(title, text) of every notice to the person, oldest first."""
        with self.world.database.reading() as session:
            rows = select(Notice.title, Notice.body).join(NoticeReceiver, NoticeReceiver.notice_id == Notice.id)
            mine = rows.where(NoticeReceiver.person_id == self.staff.person_id).order_by(Notice.id)
            return [(title, body) for title, body in session.execute(mine).tuples()]

    def set(self, **changes: object) -> None:
        with self.world.database.transaction() as session:
            companies.change(session, SYSTEM, self.world.entity_id, Settings(**changes), self.world.clock)  # type: ignore[arg-type]


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Town:
    world = make_world(database)
    context = make_context(database, tmp_path, world.clock)
    with database.transaction() as session:
        staff = employ(world, session)
        entries.add(session, SYSTEM, staff.person_id, "identity", {"id_number": NUMBER}, world.clock)
        row = session.get_one(Employment, staff.employment_id)
        row.start_date, row.probation_end, row.state = date(2024, 2, 29), None, "active"
    return Town(world, Round(database, context.blobs, world.clock, context.service), staff)


def test_a_birthday_is_told_in_the_local_morning_once_and_without_an_age(town: Town) -> None:
    town.at("2027-03-07T07:30+08:00")
    assert town.round() == 0
    assert town.told() == []
    town.at("2027-03-07T08:05+08:00")
    assert town.round() == 1
    for _ in range(3):
        assert town.round() == 0
    (told,) = town.told()
    assert told[0] == "生日快乐！"
    assert "1990" not in "".join(told)
    assert "37" not in "".join(told)
    town.at("2027-03-08T09:00+08:00")
    town.round()
    assert len(town.told()) == 1


def test_the_morning_is_that_of_the_company(town: Town) -> None:
    town.set(time_zone="Europe/Madrid")
    town.at("2027-03-07T08:05+08:00")  # one in the night there
    assert town.round() == 0
    town.at("2027-03-07T08:05+01:00")
    assert town.round() == 1
    assert [title for title, _ in town.told()] == ["生日快乐！"]


@pytest.mark.parametrize(
    ("state", "last_day", "settings"),
    [("left", date(2027, 3, 1), {}), ("notice", date(2027, 3, 6), {}), ("active", None, {"birthdays": False})],
)
def test_who_left_and_whose_company_does_not_want_it_are_told_nothing(
    town: Town, state: str, last_day: date | None, settings: dict[str, bool]
) -> None:
    with town.world.database.transaction() as session:
        row = session.get_one(Employment, town.staff.employment_id)
        row.state, row.last_day = state, last_day
    town.set(**settings)
    town.at("2027-03-07T10:00+08:00")
    town.round()
    assert town.told() == []


def test_an_anniversary_counts_the_years_and_keeps_the_29th_of_february(town: Town) -> None:
    town.at("2026-02-28T09:00+08:00")
    town.round()
    ((title, _),) = town.told()
    assert "2 年" in title


def test_ends_of_contract_and_probation_are_told_to_the_person_once(town: Town) -> None:
    with town.world.database.transaction() as session:
        row = session.get_one(Employment, town.staff.employment_id)
        row.state, row.probation_end = "probation", date(2027, 5, 20)
        session.add(
            Contract(
                **stamp("system", town.world.clock), person_id=row.person_id, employment_id=row.id,
                legal_entity_id=row.legal_entity_id, department_id=row.department_id, kind="fixed",
                first_day=date(2024, 2, 29), last_day=date(2027, 6, 10), state="active",
            )
        )  # fmt: skip
    for day in range(10, 25):
        town.at(f"2027-05-{day}T09:00+08:00")
        town.round()
    titles = [title for title, _ in town.told()]
    assert sum("2027-05-20" in title for title in titles) == 1
    assert sum("2027-06-10" in title for title in titles) == 1
    assert len(titles) == 2


def test_two_workers_at_once_tell_it_once(town: Town) -> None:
    town.at("2027-03-07T09:00+08:00")
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: town.round(), range(4)))
    assert sum(done) == 1
    assert len(town.told()) == 1


def _put(town: Town, tentative: bool) -> None:
    """The shape of a national holiday: five days off, a weekend worked on either side."""
    first = date(2027, 10, 1)
    days = [Day(first + timedelta(days=n), "statutory" if n < 3 else "substitute", "国庆节") for n in range(5)]
    days += [Day(date(2027, 9, 26), "workday", "国庆节"), Day(date(2027, 10, 9), "workday", "国庆节")]
    with town.world.database.transaction() as session:
        notice = calendars.propose(
            session, SYSTEM, "CN", 2027, days, "https://example.org/notice", town.world.clock, tentative=tentative
        )
        calendars.confirm(session, town.world.actor("administrator"), notice.id, town.world.clock)


def test_a_holiday_is_announced_with_the_days_worked_for_it_once(town: Town) -> None:
    _put(town, tentative=False)
    for day in range(22, 31):
        town.at(f"2027-09-{day}T09:00+08:00")
        town.round()
    with town.world.database.reading() as session:
        rows = session.execute(select(Notice.title, Notice.body).where(Notice.title.contains("国庆节"))).tuples().all()
    assert len(rows) == 1
    title, body = rows[0]
    assert "5 天" in title
    assert "2027-10-01" in body
    assert "2027-10-05" in body
    assert "2027-09-26" in body
    assert "2027-10-09" in body


def test_a_tentative_holiday_is_never_announced(town: Town) -> None:
    _put(town, tentative=True)
    for day in range(22, 31):
        town.at(f"2027-09-{day}T09:00+08:00")
        town.round()
    assert town.told() == []


def test_a_plain_weekend_is_no_holiday_and_a_run_begins_where_it_begins() -> None:
    empty = layered((), (2027,))
    assert rules.holidays_between(empty, date(2027, 3, 1), date(2027, 3, 31)) == ()
    days = [Day(date(2027, 4, 5), "statutory", "清明节")]
    (holiday,) = rules.holidays_between(layered((days,), (2027,)), date(2027, 3, 29), date(2027, 4, 10))
    assert (holiday.first, holiday.last, holiday.worked) == (date(2027, 4, 3), date(2027, 4, 5), ())
    # one that has begun is not announced any more
    assert rules.holidays_between(layered((days,), (2027,)), date(2027, 4, 4), date(2027, 4, 10)) == ()


@pytest.mark.parametrize("language", ["zh", "en", "ja", "es"])
def test_an_announcement_fits_the_title_of_a_notice(language: str) -> None:
    holiday = rules.Holiday(("国庆节", "中秋节"), date(2028, 10, 1), date(2028, 10, 8), (date(2028, 9, 24),))
    title, text = rules.announcement(holiday, language)
    assert 0 < len(title) <= rules.MOST_TITLE
    assert "2028-09-24" in text

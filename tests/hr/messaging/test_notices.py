"""J4: levels of notices differ in way, repeat and read-receipt; the read rate can be computed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from delivering import deliver_due
from hiring_world import World, make_world
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from interview_engine.errors import DeliveryError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.messaging import notices
from interview_engine.hr.messaging.notice_rules import GRADES, LEVELS, Level, ReadRate, next_sending, next_way_first
from interview_engine.hr.messaging.person_channel import PersonChannel
from interview_engine.hr.messaging.tables import NoticeReceiver
from interview_engine.i18n import LocalizedText
from interview_engine.store.deliver import InboxChannel, Message, Receipt
from interview_engine.store.engine import Database
from interview_engine.store.tables import OutboxMessage

MORNING = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # 10:00 in Beijing
NIGHT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 23:00
WHEN = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


class Way:
    """A channel that keeps what it was given, or is out of order."""

    def __init__(self) -> None:
        self.came: list[Message] = []
        self.broken = False

    def send(self, message: Message) -> Receipt:
        if self.broken:
            raise DeliveryError("way.down", LocalizedText("坏了。", "Down."), LocalizedText("等。", "Wait."))
        self.came.append(message)
        return Receipt("sent")


class Office:
    """The company, its ways, and its clock."""

    def __init__(self, database: Database) -> None:
        self.world: World = make_world(database)
        self.world.clock.at = MORNING
        self.ways = {"wecom": Way(), "official": Way(), "email": Way()}

    def send(self, level: str, *roles: str) -> str:
        persons = [self.world.actor(role).person_id or "" for role in roles]
        with self.world.database.transaction() as session:
            hr = self.world.actor("hr")
            return notices.send_notice(session, hr, level, "台风停工", "今天不要来公司。", persons, self.world.clock).id

    def run(self, minutes: float = 0.0) -> None:
        """Time passes, with the chore and the dispatcher at work every minute, or every ten where it is long."""
        step = 0.0 if not minutes else 1.0 if minutes < 60 else 10.0
        for _ in range(round(minutes / step) if step else 1):
            self.world.clock.at += timedelta(minutes=step)
            with self.world.database.transaction() as session:
                notices.escalate(session, self.world.clock)
            person = PersonChannel(self.world.database, self.ways, self.world.clock)
            deliver_due(self.world.database, {"person": person, "inbox": InboxChannel()}, self.world.clock, 100)

    def counts(self) -> list[int]:
        return [len(way.came) for way in self.ways.values()]

    def read(self, message: Message, *, confirm: bool = True) -> notices.OpenedNotice:
        with self.world.database.transaction() as session:
            return notices.open_notice(session, message.payload["token"], self.world.clock, confirm=confirm)

    def rate(self, notice_id: str) -> ReadRate:
        with self.world.database.reading() as session:
            return notices.read_rate(session, notice_id)


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    return Office(sqlite_database)


@given(st.sampled_from(LEVELS), st.integers(1, 20), WHEN)
def test_a_level_repeats_a_bounded_number_of_times_and_never_at_once(level: Level, sendings: int, at: datetime) -> None:
    due = next_sending(level, sendings, at)
    assert (due is None) == (sendings > len(GRADES[level].waits))
    assert due is None or due - at >= timedelta(minutes=5)


@given(st.integers(1, 3), WHEN)
def test_an_emergency_is_never_slower_than_an_important_notice(sendings: int, at: datetime) -> None:
    important = next_sending("important", sendings, at)
    emergency = next_sending("emergency", sendings, at)
    assert next_sending("info", sendings, at) is None
    assert emergency is not None
    assert important is None or emergency < important


@given(st.permutations(["wecom", "official", "email"]), st.lists(st.sampled_from(["wecom", "official", "email"])))
def test_the_next_way_is_one_that_was_tried_least(ways: Sequence[str], tried: list[str]) -> None:
    order = next_way_first(ways, tried)
    assert sorted(order) == sorted(ways)
    assert tried.count(order[0]) == min(tried.count(way) for way in ways)
    assert next_way_first(ways, []) == list(ways)


def test_an_information_goes_once_and_is_read_by_opening(office: Office) -> None:
    notice = office.send("info", "recruiter", "hiring_manager", "recruiter")
    office.run(300)
    assert office.counts() == [2, 0, 0]
    assert office.rate(notice) == ReadRate(2, 2, 0)
    assert not office.read(office.ways["wecom"].came[0], confirm=False).to_confirm
    assert office.rate(notice).rate == 0.5


def test_an_important_notice_takes_the_next_way_until_it_is_confirmed(office: Office) -> None:
    notice = office.send("important", "recruiter", "hiring_manager")
    office.run(29)
    assert office.counts() == [2, 0, 0]
    first = office.ways["wecom"].came[0]
    assert office.read(first, confirm=False).to_confirm, "a preview of the link is no reading"
    assert office.rate(notice).read == 0
    assert office.read(first).read
    office.run(3)
    assert office.counts() == [2, 1, 0], "only to the one who has not confirmed"
    office.run(600)
    assert office.counts() == [2, 1, 1]
    assert office.read(office.ways["email"].came[0]).read
    assert office.rate(notice) == ReadRate(2, 2, 2)


def test_at_night_an_important_notice_waits_and_an_emergency_does_not(office: Office) -> None:
    office.world.clock.at = NIGHT
    office.send("important", "recruiter")
    office.send("emergency", "hiring_manager")
    office.run(16)
    assert [m.template for way in office.ways.values() for m in way.came] == ["notice.emergency"] * 3
    office.world.clock.at = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)  # 8:00
    office.run(2)
    important = [m for way in office.ways.values() for m in way.came if m.template == "notice.important"]
    assert len(important) == 1, "what waited for the morning is not sent twice then"


def test_an_emergency_ends_after_its_last_repeat_or_when_it_is_confirmed(office: Office) -> None:
    office.send("emergency", "recruiter")
    office.run(400)
    assert sum(office.counts()) == 1 + len(GRADES["emergency"].waits)
    assert max(office.counts()) - min(office.counts()) <= 1, "all ways in turn"
    other = office.send("emergency", "hiring_manager")
    office.run(6)
    sent = sum(office.counts())
    (late,) = [m for m in office.ways["official"].came if m.payload["notice"] == other]
    office.read(late)
    office.run(300)
    assert sum(office.counts()) == sent


def test_an_emergency_does_not_wait_for_a_way_that_is_out_of_order(office: Office) -> None:
    office.ways["wecom"].broken = True
    office.send("emergency", "recruiter")
    office.send("info", "hiring_manager")
    office.run()
    assert office.counts() == [0, 1, 0], "what is not urgent waits for the better way"


def test_messages_carry_the_title_only_and_the_inbox_has_it_too(office: Office) -> None:
    office.send("info", "recruiter")
    office.run()
    with office.world.database.reading() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "notice.info")).all()
        assert sorted(row.channel for row in rows) == ["inbox", "person"]
        assert all("公司" not in str(row.payload) for row in rows)


def test_who_may_not_send_sends_nothing_and_wrong_notices_are_refused(office: Office) -> None:
    world = office.world
    someone = world.actor("hr").person_id or ""
    with world.database.transaction() as session:
        with pytest.raises(PermissionDenied):
            notices.send_notice(session, world.actor("recruiter"), "info", "a", "b", [someone], world.clock)
        for level, title, receivers in (("loud", "a", [someone]), ("info", " ", [someone]), ("info", "a", ["nobody"])):
            with pytest.raises(InvalidInput):
                notices.send_notice(session, world.actor("hr"), level, title, "b", receivers, world.clock)
        with pytest.raises(NotFoundError):
            notices.open_notice(session, "unknown", world.clock)
        with pytest.raises(NotFoundError):
            notices.read_rate(session, "unknown")
        assert session.scalars(select(NoticeReceiver)).all() == []


def test_no_receiver_is_no_rate() -> None:
    assert ReadRate(0, 0, 0).rate is None

"""J6: another ecosystem is one file: a class with `send`. Here Feishu, whose messages say where they lead like all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from delivering import deliver_due
from hiring_world import make_world

from interview_engine.hr.messaging.person_channel import PersonChannel, choose_way
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.messaging.words import words_for
from interview_engine.hr.people import identities
from interview_engine.hr.people.tables import WechatIdentity
from interview_engine.store.deliver import Message, Receipt
from interview_engine.store.engine import Database


@dataclass
class FeishuChannel:
    """All that an adapter is: find the address, put the message into words, hand it over, say what became of it."""

    database: Database
    handed: list[tuple[str, str]] = field(default_factory=list)

    def send(self, message: Message) -> Receipt:
        person_id = message.recipient.partition(":")[2]
        with self.database.reading() as session:
            found = session.query(WechatIdentity).filter_by(person_id=person_id, channel="feishu").one_or_none()
            open_id = None if found is None else found.openid
        if open_id is None:
            return Receipt("suppressed", "no open_id")
        words = words_for(message.template, message.payload, "zh", "https://hr.example.com")
        self.handed.append((open_id, f"{words.subject}\n{words.body}"))
        return Receipt("sent")


class Nothing:
    """A way without an address for anybody."""

    def send(self, message: Message) -> Receipt:
        return Receipt("suppressed", "no address")


def test_a_third_ecosystem_is_chosen_preferred_and_recorded_like_the_others(sqlite_database: Database) -> None:
    world = make_world(sqlite_database)
    world.clock.at = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    person_id = world.actor("recruiter").person_id
    assert person_id is not None
    with sqlite_database.transaction() as session:
        identities.bind(session, person_id, "feishu", "cli_fake", "ou_1", world.clock, actor_id="system")
        choose_way(session, person_id, "feishu", wanted=True, preferred=True, clock=world.clock)
        payload = {"title": "客服专员", "token": "t" * 43, "expires_at": "2026-11-27T02:00:00+00:00"}
        tell_person(session, person_id, "k", "offer.sent", payload, world.clock)
    feishu = FeishuChannel(sqlite_database)
    ways = {"wecom": Nothing(), "feishu": feishu, "email": Nothing()}
    channels = {"person": PersonChannel(sqlite_database, ways, world.clock)}
    assert deliver_due(sqlite_database, channels, world.clock) == 1
    assert deliver_due(sqlite_database, channels, world.clock) == 0
    ((open_id, text),) = feishu.handed
    assert open_id == "ou_1"
    assert f"https://hr.example.com/o/{'t' * 43}" in text

"""A person's choice of the channel that reaches them first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.messaging.person_channel import choose_way, ways_of
from interview_engine.hr.messaging.rules import DEFAULT_ORDER, Way
from interview_engine.hr.people.tables import Person, WechatIdentity
from interview_engine.hr.problems import invalid
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find


@dataclass(frozen=True, slots=True)
class Choice:
    """A way that a person can choose. `closed`: the channel said that it does not reach them (left, refused)."""

    channel: str
    preferred: bool
    closed: bool


def choices_of(session: Session, person_id: str, set_up: Collection[str]) -> tuple[Choice, ...]:
    """The ways with an address of this person, of those that are set up here."""
    person = find(session, Person, person_id)
    if person is None or person.erased_at is not None:
        return ()
    addresses = set(session.scalars(select(WechatIdentity.channel).where(WechatIdentity.person_id == person_id)))
    if person.email:
        addresses.add("email")
    known = ways_of(session, person_id)
    ways = [(name, known.get(name, Way())) for name in DEFAULT_ORDER if name in addresses and name in set_up]
    return tuple(Choice(name, way.preferred, way.state == "blocked") for name, way in ways)


def choose(session: Session, person_id: str, channel: str, set_up: Collection[str], clock: Clock) -> None:
    """Prefer this channel; "" for no preference.

    Raises:
        InvalidInput: `way.unknown`, not one of the person's ways.
    """
    offered = choices_of(session, person_id, set_up)
    if channel and channel not in [one.channel for one in offered]:
        raise invalid(
            "way",
            "way.unknown",
            msg("This channel cannot reach you."),
            msg("Choose again."),
        )
    for one in offered:
        if one.channel == channel or one.preferred:
            preferred = one.channel == channel
            choose_way(session, person_id, one.channel, wanted=True, preferred=preferred, clock=clock)
    audit.record(session, f"person:{person_id}", "way.choose", f"person:{person_id}", {"way": channel}, clock)

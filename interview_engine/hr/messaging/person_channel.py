"""The channel "person": chooses the channel that reaches a person, and the next one when it is closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import DeliveryError, QuotaError
from interview_engine.hr.accounts.service import holder
from interview_engine.hr.house import house
from interview_engine.hr.messaging.notice_rules import next_way_first
from interview_engine.hr.messaging.rules import BY_ANY_WAY, State, Way, quiet_until, ways_in_order
from interview_engine.hr.messaging.tables import Reachability
from interview_engine.hr.people.tables import Person
from interview_engine.i18n import msg
from interview_engine.store.deliver import Channel, Message, Receipt
from interview_engine.store.engine import Database
from interview_engine.store.rows import stamp
from interview_engine.store.upsert import insert_for

Closed = Callable[[DeliveryError], bool]
"""Whether an error means that this person cannot be reached by this way any more."""


class PersonChannel:
    """Hands a message to the best of the channels that are set up.

    A closed way is remembered; a way without an address is passed over; a failure that may pass is raised, so that the
    message is tried again whole (an emergency takes the next way at once). Each channel drops a repeat of the same
    message by its dedupe key. A payload's "tried" names the ways that earlier messages of the same notice took.
    """

    def __init__(
        self, database: Database, channels: Mapping[str, Channel], clock: Clock, closed: Closed = lambda error: False
    ) -> None:
        self._database = database
        self._channels = dict(channels)
        self._clock = clock
        self._closed = closed

    def send(self, message: Message) -> Receipt:
        """See store.deliver.Channel.

        Raises:
            QuotaError: it is night there, or a quota is used up. DeliveryError: every way failed, the last says why.
        """
        until = quiet_until(message.template, self._clock.now(), urgent=house().urgent())
        if until is not None:
            raise _quiet(until)
        with self._database.reading() as session:
            person = receiver(session, message.recipient)
            if person is None or person.erased_at is not None:
                return Receipt("suppressed", "the receiver is gone")
            known = ways_of(session, person.id)
        told = replace(message, recipient=f"person:{person.id}")
        last: DeliveryError | None = None
        tried = message.payload.get("tried", [])
        for name in next_way_first(ways_in_order(list(self._channels), known), tried):
            try:
                receipt = self._channels[name].send(told)
            except DeliveryError as error:
                if error.temporary and message.template not in BY_ANY_WAY:
                    raise
                last = error
                if self._closed(error):
                    self._remember(person.id, name, "blocked")
                continue
            if receipt.state != "suppressed":
                self._remember(person.id, name, "reachable")
                return replace(receipt, via=name)
        if last is not None:
            raise last
        return Receipt("suppressed", "there is no way to reach this person")

    def _remember(self, person_id: str, channel: str, state: State) -> None:
        with self._database.transaction() as session:
            set_state(session, person_id, channel, state, self._clock)


def receiver(session: Session, recipient: str) -> Person | None:
    """The person behind "person:id" or "account:id"."""
    kind, _, row_id = recipient.partition(":")
    if kind == "person":
        return session.get(Person, row_id)
    return holder(session, row_id) if kind == "account" else None


def ways_of(session: Session, person_id: str) -> dict[str, Way]:
    """What is known of each channel of a person."""
    rows = session.scalars(select(Reachability).where(Reachability.person_id == person_id))
    return {row.channel: Way(row.state, row.wanted, row.preferred) for row in rows}  # type: ignore[arg-type]


def set_state(
    session: Session, person_id: str, channel: str, state: State, clock: Clock, *, at: datetime | None = None
) -> None:
    """Record what was learnt about a channel of a person.

    Args:
        at: when it became so, in whole seconds of the sender's clock; now when None. What is older than the state that
            is known is not news, in whatever order the two arrive; of one second the last told counts.
    """
    told = clock.now() if at is None else at
    statement = insert_for(session, Reachability).values(
        **stamp("system", clock),
        person_id=person_id,
        channel=channel,
        state=state,
        state_at=told,
        wanted=True,
        preferred=False,
    )
    known = Reachability.state_at
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["person_id", "channel"],
            set_={"state": state, "state_at": told, "updated_at": clock.now()},
            where=or_(known.is_(None), known < told + timedelta(seconds=1)),
        )
    )


def choose_way(session: Session, person_id: str, channel: str, *, wanted: bool, preferred: bool, clock: Clock) -> None:
    """The person's own choice. Preferring one way ends the preference for others."""
    if preferred:
        for row in session.scalars(select(Reachability).where(Reachability.person_id == person_id)):
            row.preferred = row.channel == channel
    statement = insert_for(session, Reachability).values(
        **stamp(f"person:{person_id}", clock),
        person_id=person_id,
        channel=channel,
        state="unknown",
        wanted=wanted,
        preferred=preferred,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["person_id", "channel"],
            set_={"wanted": wanted, "preferred": preferred, "updated_at": clock.now()},
        )
    )


def _quiet(until: datetime) -> QuotaError:
    return QuotaError(
        "message.quiet_hours",
        msg("It is night for the receiver; the message is sent in the morning."),
        msg("There is nothing to do."),
        until,
    )

"""Graded notices: sent to everyone once, again by another way while unread, and how many have read them (J4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import NotFoundError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_persons, reaches_group, require
from interview_engine.hr.accounts.service import account_of_person
from interview_engine.hr.messaging.notice_rules import GRADES, LEVELS, Level, ReadRate, next_sending
from interview_engine.hr.messaging.tables import Notice, NoticeReceiver, NoticeSending
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit, outbox
from interview_engine.store.rows import find, stamp
from interview_engine.store.secrets import digest, token
from interview_engine.store.tables import OutboxMessage

LOOK_AGAIN = timedelta(minutes=1)
"""Until a sending that still waits to go out is looked at again."""
GOES_OUT = ("sent", "delivered")


@dataclass(frozen=True, slots=True)
class OpenedNotice:
    """A notice as its receiver sees it."""

    notice: Notice
    read: bool
    to_confirm: bool


def send_notice(
    session: Session,
    actor: Actor,
    level: str,
    title: str,
    body: str,
    recipients: Iterable[str],
    clock: Clock,
    *,
    send_at: datetime | None = None,
    audience: Mapping[str, Sequence[str]] | None = None,
) -> Notice:
    """One message to each person by the way that reaches them, and an entry in the inbox of who has a console.

    Messages carry the title and a link; the text is on the page, where reading it is known.

    Args:
        recipients: ids of persons; one named twice is told once, one who was erased not at all.
        send_at: when it goes out, to those who were its receivers when it was scheduled; None is now.
        audience: whom the form chose, kept for the list.

    Raises:
        PermissionDenied: `access.denied`, also for a receiver out of reach.
        InvalidInput: `notice.level`, title, body, `notice.nobody`, `notice.past`.
    """
    require(actor, "public", "manage")
    level = level_of(level)
    if send_at is not None and send_at <= clock.now():
        raise invalid(
            "send_at", "notice.past", msg("That time is over."), msg("Choose a later time, or send the notice now.")
        )
    persons = session.scalars(
        select(Person.id).where(Person.id.in_(set(recipients)), Person.erased_at.is_(None)).order_by(Person.id)
    ).all()
    if not persons:
        raise invalid("recipients", "notice.nobody", msg("It has no receivers."), msg("Choose at least one."))
    check_persons(session, actor, "public", "manage", persons)
    notice = Notice(
        **stamp(actor.id, clock),
        level=level,
        title=text_within(title, "title", msg("title"), 60),
        body=text_within(body, "body", msg("text", context="notice"), 4000),
        state="sent" if send_at is None else "scheduled",
        send_at=send_at,
        audience=None if audience is None else {name: list(ids) for name, ids in audience.items()},
    )
    session.add(notice)
    session.flush()
    for person_id in persons:
        receiver = NoticeReceiver(
            **stamp(actor.id, clock), notice_id=notice.id, person_id=person_id, sendings=0, next_at=send_at
        )
        session.add(receiver)
        session.flush()
        if send_at is None:
            _send_first(session, notice, receiver, clock)
    detail = {"level": level, "receivers": len(persons)}
    audit.record(
        session,
        actor.id,
        "notice.send" if send_at is None else "notice.schedule",
        f"notice:{notice.id}",
        detail if send_at is None else {**detail, "at": send_at.isoformat()},
        clock,
    )
    return notice


def level_of(raw: str) -> Level:
    """The level of that name. InvalidInput: `notice.level`."""
    if raw not in LEVELS:
        raise invalid("level", "notice.level", msg("Choose a level."), msg("Choose one."))
    return raw


def escalate(session: Session, clock: Clock, limit: int = 100) -> int:
    """Job: send what is scheduled and due, and resend what is unread by the channel tried least; returns how many.

    The wait begins when the sending before has gone out, so that what waited for the morning is not sent twice then;
    an emergency waits for nothing.
    """
    now = clock.now()
    due = session.execute(
        select(NoticeReceiver, Notice)
        .join(Notice, Notice.id == NoticeReceiver.notice_id)
        .where(NoticeReceiver.read_at.is_(None), NoticeReceiver.next_at <= now)
        .order_by(NoticeReceiver.next_at, NoticeReceiver.id)
        .limit(limit)
        .with_for_update(of=NoticeReceiver, skip_locked=True)
    ).tuples()
    again = 0
    for receiver, notice in list(due):
        if receiver.sendings == 0:
            notice.state = "sent"
            again += _send_first(session, notice, receiver, clock)
            continue
        messages = _messages(session, receiver)
        last = messages[-1] if messages else None
        level = cast(Level, notice.level)
        if last is not None and last.state == "queued" and level != "emergency":
            receiver.next_at = now + LOOK_AGAIN
            continue
        went_out_at = last.sent_at if last is not None and last.sent_at is not None else receiver.updated_at
        when = next_sending(level, receiver.sendings, went_out_at)
        if when is not None and when > now:
            receiver.next_at = when
            continue
        _send(session, notice, receiver, [one.via for one in messages if one.via and one.sent_at is not None], clock)
        again += 1
    return again


def open_notice(session: Session, link_token: str, clock: Clock, *, confirm: bool = False) -> OpenedNotice:
    """The notice behind a link. An information is read by opening it, the others by confirming.

    Raises:
        NotFoundError: `notice.unknown`.
    """
    receiver, notice = notice_of(session, link_token, lock=True)
    return _opened(receiver, notice, clock, confirm=confirm)


def unread_of(session: Session, person_id: str, limit: int = 20) -> tuple[Notice, ...]:
    """What a person was told and has not read or confirmed, newest first."""
    unread = (
        select(Notice)
        .join(NoticeReceiver, NoticeReceiver.notice_id == Notice.id)
        .where(NoticeReceiver.person_id == person_id, NoticeReceiver.read_at.is_(None), Notice.state == "sent")
        .order_by(Notice.id.desc())
        .limit(limit)
    )
    return tuple(session.scalars(unread))


def open_own(session: Session, person_id: str, notice_id: str, clock: Clock, *, confirm: bool = False) -> OpenedNotice:
    """A notice as its receiver opens it without a link, known by the phone. As `open_notice`.

    Raises:
        NotFoundError: `notice.unknown`, or this person was not told.
    """
    mine = (NoticeReceiver.notice_id == notice_id, NoticeReceiver.person_id == person_id)
    receiver = session.scalar(select(NoticeReceiver).where(*mine).with_for_update())
    notice = find(session, Notice, notice_id)
    if receiver is None or notice is None or notice.state != "sent":
        raise _unknown()
    return _opened(receiver, notice, clock, confirm=confirm)


def _opened(receiver: NoticeReceiver, notice: Notice, clock: Clock, *, confirm: bool) -> OpenedNotice:
    grade = GRADES[cast(Level, notice.level)]
    if receiver.read_at is None and (confirm or not grade.confirmed):
        receiver.read_at = clock.now()
        receiver.next_at = None
    read = receiver.read_at is not None
    return OpenedNotice(notice, read, grade.confirmed and not read)


def _unknown() -> NotFoundError:
    return NotFoundError(
        "notice.unknown",
        msg("This link leads to no notice."),
        msg("Open it again from the message."),
    )


def notice_of(session: Session, link_token: str, *, lock: bool = False) -> tuple[NoticeReceiver, Notice]:
    """The receiver and the notice of a link; only reads.

    Raises:
        NotFoundError: `notice.unknown`.
    """
    statement = (
        select(NoticeReceiver)
        .join(NoticeSending, NoticeSending.receiver_id == NoticeReceiver.id)
        .where(NoticeSending.token_hash == digest(link_token))
    )
    receiver = session.scalar(statement.with_for_update(of=NoticeReceiver) if lock else statement)
    notice = find(session, Notice, receiver.notice_id) if receiver is not None else None
    if receiver is None or notice is None:
        raise _unknown()
    return receiver, notice


def read_rate(session: Session, notice_id: str) -> ReadRate:
    """How far a notice came.

    Raises:
        NotFoundError: there is no such notice.
    """
    if find(session, Notice, notice_id) is None:
        raise missing("notice", msg("notice"))
    mine = NoticeReceiver.notice_id == notice_id
    receivers, read = session.execute(
        select(func.count(NoticeReceiver.id), func.count(NoticeReceiver.read_at)).where(mine)
    ).one()
    reached = session.scalar(
        select(func.count(func.distinct(NoticeReceiver.id)))
        .join(NoticeSending, NoticeSending.receiver_id == NoticeReceiver.id)
        .join(OutboxMessage, OutboxMessage.id == NoticeSending.message_id)
        .where(mine, OutboxMessage.channel == "person", OutboxMessage.state.in_(GOES_OUT))
    )
    return ReadRate(receivers, reached or 0, read)


def list_notices(session: Session, actor: Actor, limit: int = 50) -> tuple[tuple[Notice, ReadRate], ...]:
    """The latest notices with their read rates; needs "public" manage. Who reaches single companies sees their own."""
    require(actor, "public", "manage")
    statement = select(Notice).where(Notice.state.in_(("scheduled", "sent"))).order_by(Notice.id.desc()).limit(limit)
    if not reaches_group(session, actor, "public", "manage"):
        statement = statement.where(Notice.actor == actor.id)
    rows = session.scalars(statement).all()
    return tuple((row, read_rate(session, row.id)) for row in rows)


def _send_first(session: Session, notice: Notice, receiver: NoticeReceiver, clock: Clock) -> bool:
    """The first message and the inbox's entry; whether the person is still there to be told."""
    if session.scalar(select(Person.id).where(Person.id == receiver.person_id, Person.erased_at.is_(None))) is None:
        receiver.next_at = None
        return False
    _send(session, notice, receiver, [], clock)
    account = account_of_person(session, receiver.person_id)
    if account is not None:
        _enqueue(session, notice, receiver, "inbox", f"account:{account.id}", [], clock)
    return True


def _send(session: Session, notice: Notice, receiver: NoticeReceiver, tried: list[str], clock: Clock) -> None:
    receiver.sendings += 1
    receiver.updated_at = clock.now()
    receiver.next_at = next_sending(cast(Level, notice.level), receiver.sendings, clock.now())
    _enqueue(session, notice, receiver, "person", f"person:{receiver.person_id}", tried, clock)


def _enqueue(
    session: Session,
    notice: Notice,
    receiver: NoticeReceiver,
    channel: str,
    recipient: str,
    tried: list[str],
    clock: Clock,
) -> None:
    secret = token()
    message = outbox.enqueue(
        session,
        dedupe_key=f"notice:{receiver.id}:{channel}:{receiver.sendings}",
        channel=channel,
        recipient=recipient,
        template=f"notice.{notice.level}",
        payload={"notice": notice.id, "title": notice.title, "token": secret, "tried": tried},
        clock=clock,
    )
    if message is not None:
        session.add(
            NoticeSending(
                **stamp("system", clock), receiver_id=receiver.id, token_hash=digest(secret), message_id=message.id
            )
        )
        session.flush()


def _messages(session: Session, receiver: NoticeReceiver) -> list[OutboxMessage]:
    """What was sent so far, in order, without the inbox's entry."""
    return list(
        session.scalars(
            select(OutboxMessage)
            .join(NoticeSending, NoticeSending.message_id == OutboxMessage.id)
            .where(NoticeSending.receiver_id == receiver.id, OutboxMessage.channel == "person")
            .order_by(OutboxMessage.id)
        )
    )

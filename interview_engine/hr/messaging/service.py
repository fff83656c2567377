"""Tell somebody something: the outbox messages of one event, in the transaction of what they tell of.

A colleague's message stands in the console's inbox and is pushed to where they are reached; a candidate's is sent by
whichever way reaches them (person_channel.py). Payloads hold identifiers and titles: no scores, answers, pay or health.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.store import outbox

PUSH = ":push"
"""Ends the dedupe key of the pushed copy of an inbox message."""


def tell_account(
    session: Session, account_id: str, key: str, template: str, payload: Mapping[str, object], clock: Clock
) -> None:
    """To a colleague: into the inbox, and pushed."""
    for channel, dedupe_key in (("inbox", key), ("person", f"{key}{PUSH}")):
        outbox.enqueue(
            session,
            dedupe_key=dedupe_key,
            channel=channel,
            recipient=f"account:{account_id}",
            template=template,
            payload=dict(payload),
            clock=clock,
        )


def tell_person(
    session: Session, person_id: str, key: str, template: str, payload: Mapping[str, object], clock: Clock
) -> None:
    """To a candidate or an employee, by the way that reaches them."""
    outbox.enqueue(
        session,
        dedupe_key=key,
        channel="person",
        recipient=f"person:{person_id}",
        template=template,
        payload=dict(payload),
        clock=clock,
    )

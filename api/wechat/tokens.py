"""One holder of each access token and JS ticket, whatever the number of threads, processes and machines.

The token lies in the database, encrypted. Who finds it missing or near its end takes the row's lease and fetches a new
one; all others go on with the old while it holds, or wait for the new.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, update

from interview_engine.clock import Clock
from interview_engine.errors import DeliveryError
from interview_engine.hr.messaging.tables import WechatToken
from interview_engine.i18n import msg
from interview_engine.store.engine import Database
from interview_engine.store.ids import new_id
from interview_engine.store.secrets import SecretBox
from interview_engine.store.upsert import insert_for

EARLY_S = 300.0
"""A token is renewed this long before its end; the stable token guarantees that old and new overlap then."""

LEASE_S = 20.0
WAIT_S = 0.1

Fetch = Callable[[], tuple[str, float]]
"""Gets a new value and its life in seconds from WeChat."""


@dataclass(frozen=True, slots=True)
class Held:
    """A value and when it ends."""

    value: str
    expires_at: datetime


class TokenHolder:
    """Tokens by key, for one process; several processes agree through the database.

    Args:
        pause: waits; injected so that tests do not.
    """

    def __init__(
        self, database: Database, box: SecretBox, clock: Clock, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._database = database
        self._box = box
        self._clock = clock
        self._pause = pause
        self._me = new_id(clock.now())
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._mine: dict[str, Held] = {}

    def get(self, key: str, fetch: Fetch, *, refused: str | None = None) -> str:
        """A value that holds now.

        Args:
            refused: a value WeChat has just called invalid: a different one is wanted.

        Raises:
            DeliveryError: `wechat.token` when another holder does not finish; whatever `fetch` raises.
        """
        # a lock a key: fetching a ticket needs the token, which is another key
        with self._locks[key]:
            known = self._mine.get(key)
            if known is not None and known.value != refused and self._fresh(known.expires_at):
                return known.value
            held = self._shared(key, fetch, refused)
            self._mine[key] = held
            return held.value

    def _shared(self, key: str, fetch: Fetch, refused: str | None) -> Held:
        give_up = self._clock.monotonic_s() + 2 * LEASE_S
        while True:
            stored = self._stored(key)
            if stored is not None and stored.value != refused and self._fresh(stored.expires_at):
                return stored
            if self._take_lease(key):
                return self._renew(key, fetch, refused)
            if stored is not None and stored.value != refused and self._clock.now() < stored.expires_at:
                return stored
            if self._clock.monotonic_s() > give_up:
                raise _no_token()
            self._pause(WAIT_S)

    def _renew(self, key: str, fetch: Fetch, refused: str | None) -> Held:
        try:
            stored = self._stored(key)
            if stored is not None and stored.value != refused and self._fresh(stored.expires_at):
                return stored  # somebody renewed it between our look and our lease
            value, life_s = fetch()
            held = Held(value, self._clock.now() + timedelta(seconds=life_s))
        except BaseException:
            self._write(key, {"lease_by": None, "lease_until": None})
            raise
        sealed = self._box.encrypt(value)
        self._write(
            key, {"value_encrypted": sealed, "expires_at": held.expires_at, "lease_by": None, "lease_until": None}
        )
        return held

    def _fresh(self, expires_at: datetime) -> bool:
        return self._clock.now() + timedelta(seconds=EARLY_S) < expires_at

    def _stored(self, key: str) -> Held | None:
        with self._database.reading() as session:
            row = session.get(WechatToken, key)
            if row is None or row.value_encrypted is None or row.expires_at is None:
                return None
            return Held(self._box.decrypt(row.value_encrypted), row.expires_at)

    def _take_lease(self, key: str) -> bool:
        now = self._clock.now()
        with self._database.transaction() as session:
            session.execute(insert_for(session, WechatToken).values(key=key).on_conflict_do_nothing())
            free = or_(WechatToken.lease_until.is_(None), WechatToken.lease_until < now)
            taken = session.execute(
                update(WechatToken)
                .where(WechatToken.key == key, free)
                .values(lease_by=self._me, lease_until=now + timedelta(seconds=LEASE_S))
                .returning(WechatToken.key)
            )
            return taken.first() is not None

    def _write(self, key: str, values: dict[str, object]) -> None:
        with self._database.transaction() as session:
            session.execute(
                update(WechatToken).where(WechatToken.key == key, WechatToken.lease_by == self._me).values(**values)
            )


def _no_token() -> DeliveryError:
    return DeliveryError(
        "wechat.token",
        msg("WeChat gives no access token at the moment."),
        msg("It will be tried again."),
    )

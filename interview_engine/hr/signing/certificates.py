"""The certificate that the installation seals with: made on first use, renewed, or imported."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.signing import keys
from interview_engine.hr.signing.keys import KeyPair
from interview_engine.hr.signing.tables import SigningCertificate
from interview_engine.store import audit
from interview_engine.store.rows import stamp, touch
from interview_engine.store.secrets import SecretBox

RENEW_WITHIN = timedelta(days=30)
"""A certificate that was made here is renewed by itself when it ends this soon."""


def current(session: Session, box: SecretBox, name: str, clock: Clock) -> KeyPair:
    """What to seal with now; makes it where there is none, and again where one that was made here has nearly ended.

    Args:
        name: the common name of a new one.

    Raises:
        UsageError: `secret.cannot_decrypt`.
    """
    row = in_use(session, lock=True)
    if row is not None and (row.origin == "imported" or row.not_after - RENEW_WITHIN > clock.now()):
        return KeyPair(row.chain, box.decrypt(row.key_encrypted))
    try:
        with session.begin_nested():
            return renew(session, box, name, clock)
    except IntegrityError:  # another process has made one at the same moment: that one counts
        session.expire_all()
        there = in_use(session)
        if there is None:
            raise
        return KeyPair(there.chain, box.decrypt(there.key_encrypted))


def renew(session: Session, box: SecretBox, name: str, clock: Clock, *, actor_id: str = "system") -> KeyPair:
    """A new certificate of our own; the former one stays known."""
    return _keep(session, box, keys.make(name, clock.now()), "own", actor_id, clock)


def take(session: Session, box: SecretBox, pair: KeyPair, clock: Clock, *, actor_id: str = "system") -> KeyPair:
    """Use a pair that was brought from elsewhere (`keys.read`). The same again changes nothing."""
    row = in_use(session, lock=True)
    if row is not None and row.fingerprint == pair.fingerprint:
        return pair
    return _keep(session, box, pair, "imported", actor_id, clock)


def in_use(session: Session, *, lock: bool = False) -> SigningCertificate | None:
    """The certificate of now; None before the first use."""
    statement = select(SigningCertificate).where(SigningCertificate.state == "current")
    return session.scalar(statement.with_for_update() if lock else statement)


def known(session: Session) -> dict[str, SigningCertificate]:
    """Every certificate there ever was, by fingerprint."""
    return {row.fingerprint: row for row in session.scalars(select(SigningCertificate).order_by(SigningCertificate.id))}


def _keep(session: Session, box: SecretBox, pair: KeyPair, origin: str, actor_id: str, clock: Clock) -> KeyPair:
    before = in_use(session, lock=True)
    if before is not None:
        before.state = "former"
        touch(before, actor_id, clock)
        session.flush()
    again = session.scalar(select(SigningCertificate).where(SigningCertificate.fingerprint == pair.fingerprint))
    if again is not None:
        again.state = "current"
        touch(again, actor_id, clock)
    else:
        session.add(
            SigningCertificate(
                **stamp(actor_id, clock),
                fingerprint=pair.fingerprint,
                subject=pair.subject[:300],
                chain=pair.chain,
                key_encrypted=box.encrypt(pair.key),
                not_after=pair.certificate.not_valid_after_utc,
                origin=origin,
                state="current",
            )
        )
    session.flush()
    detail = {"fingerprint": pair.fingerprint, "origin": origin}
    audit.record(session, actor_id, "certificate.use", f"certificate:{pair.fingerprint[:16]}", detail, clock)
    return pair

"""The second factor: time-based codes (RFC 6238, 30 s, 6 digits) and recovery codes. Each works once."""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from dataclasses import dataclass

import pyotp
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import SignInRefused
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row, denied
from interview_engine.hr.accounts import failures
from interview_engine.hr.accounts.own_password import check_own_password
from interview_engine.hr.accounts.tables import Account, RecoveryCode
from interview_engine.hr.problems import conflict, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch
from interview_engine.store.secrets import SecretBox, digest

STEP_S = 30
AHEAD_AND_BEHIND = 1
"""Steps by which the phone's clock may be off."""
RECOVERY_CODES = 10
CODE_BYTES = 14
"""112 random bits need no slow hash (OWASP ASVS 5.0.0, 6.5.2)."""
LONGEST_CODE = 40
ISSUER = "Interview Engine"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the authenticator needs, shown once: the secret to type and the address that a QR code carries."""

    secret: str
    uri: str


def enrol(session: Session, box: SecretBox, account_id: str, password: str, clock: Clock) -> Enrolment:
    """Make a secret for one's own account, against its password. It counts only after `confirm`.

    Raises:
        ConflictError: `totp.enrolled`, there is a second factor already.
        SignInRefused: `password.wrong`; counted. TooManyRequests: `sign_in.locked`.
    """
    account = _account(session, account_id)
    check_own_password(session, account, password, clock)
    if account.totp_confirmed_at is not None:
        raise conflict(
            "totp.enrolled",
            msg("A second factor is already set up."),
            msg("Remove it first, then set it up again."),
        )
    secret = pyotp.random_base32()
    account.totp_secret_encrypted = box.encrypt(secret)
    account.totp_last_step = None
    touch(account, f"account:{account.id}", clock)
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=account.login, issuer_name=ISSUER))


def confirm(session: Session, box: SecretBox, account_id: str, code: str, clock: Clock) -> tuple[str, ...]:
    """Prove that the authenticator has the secret. Returns the recovery codes, which are shown this once.

    Raises:
        ConflictError: `totp.not_enrolled`, `totp.enrolled`. SignInRefused: `totp.code`; counted.
        TooManyRequests: `sign_in.locked`.
    """
    account = _account(session, account_id)
    if account.totp_secret_encrypted is None:
        raise conflict("totp.not_enrolled", msg("No second factor is being set up."))
    if account.totp_confirmed_at is not None:
        raise conflict("totp.enrolled", msg("A second factor is already set up."))
    _must_accept(session, box, account, code, clock, recovery=False)
    account.totp_confirmed_at = clock.now()
    touch(account, f"account:{account.id}", clock)
    audit.record(session, f"account:{account.id}", "totp.enrol", f"account:{account.id}", {}, clock)
    return _new_codes(session, account, clock)


def new_recovery_codes(
    session: Session, box: SecretBox, account_id: str, password: str, code: str, clock: Clock
) -> tuple[str, ...]:
    """New recovery codes instead of the old ones, against the password and a code of the authenticator.

    Both, as at the sign-in: these codes stand for the authenticator from now on.

    Raises:
        ConflictError: `totp.not_enrolled`. SignInRefused: `password.wrong`, `totp.code`; counted.
        TooManyRequests: `sign_in.locked`.
    """
    account = _account(session, account_id)
    if account.totp_confirmed_at is None:
        raise conflict("totp.not_enrolled", msg("There is no second factor."))
    check_own_password(session, account, password, clock)
    _must_accept(session, box, account, code, clock, recovery=False)
    audit.record(session, f"account:{account.id}", "totp.recovery_codes", f"account:{account.id}", {}, clock)
    return _new_codes(session, account, clock)


def remove(session: Session, box: SecretBox, account_id: str, code: str, clock: Clock) -> None:
    """Remove one's own second factor, against a code of it or a recovery code. Raises as `confirm` does."""
    account = _account(session, account_id)
    _must_accept(session, box, account, code, clock, recovery=True)
    _clear(session, account)
    touch(account, f"account:{account.id}", clock)
    audit.record(session, f"account:{account.id}", "totp.remove", f"account:{account.id}", {}, clock)


def reset(session: Session, actor: Actor, account_id: str, clock: Clock) -> None:
    """An administrator removes the second factor of somebody who lost it.

    Raises:
        PermissionDenied: may not manage accounts, or it is their own.
    """
    check_row(session, actor, "contact", "manage")
    if actor.account_id == account_id:
        raise denied()
    account = _account(session, account_id)
    _clear(session, account)
    touch(account, actor.id, clock)
    audit.record(session, actor.id, "totp.reset", f"account:{account.id}", {}, clock)


def accepts(
    session: Session, box: SecretBox, account: Account, code: str, clock: Clock, *, recovery: bool = True
) -> bool:
    """Whether the code is right now and unused; uses it up. The account's row must be locked.

    Args:
        recovery: whether a recovery code will do.
    """
    # full-width digits are what a Chinese keyboard gives
    typed = unicodedata.normalize("NFKC", code[:LONGEST_CODE]).replace(" ", "").replace("-", "").lower()
    if account.totp_secret_encrypted is None or not typed.isascii():
        return False
    if typed.isdecimal() and len(typed) == 6:
        return _accepts_time_code(box.decrypt(account.totp_secret_encrypted), account, typed, clock)
    return recovery and _accepts_recovery_code(session, account, typed, clock)


def remaining_codes(session: Session, account_id: str) -> int:
    """How many recovery codes are left."""
    unused = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def _accepts_time_code(secret: str, account: Account, typed: str, clock: Clock) -> bool:
    now_step = int(clock.now().timestamp()) // STEP_S
    codes = pyotp.TOTP(secret)
    for step in range(now_step - AHEAD_AND_BEHIND, now_step + AHEAD_AND_BEHIND + 1):
        unused = account.totp_last_step is None or step > account.totp_last_step
        if unused and hmac.compare_digest(codes.generate_otp(step), typed):
            account.totp_last_step = step
            return True
    return False


def _accepts_recovery_code(session: Session, account: Account, typed: str, clock: Clock) -> bool:
    row = session.scalars(
        select(RecoveryCode)
        .where(
            RecoveryCode.account_id == account.id,
            RecoveryCode.code_hash == digest(typed),
            RecoveryCode.used_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        return False
    row.used_at = clock.now()
    touch(row, f"account:{account.id}", clock)
    audit.record(session, f"account:{account.id}", "totp.recovery_used", f"account:{account.id}", {}, clock)
    return True


def _must_accept(
    session: Session, box: SecretBox, account: Account, code: str, clock: Clock, *, recovery: bool
) -> None:
    what = f"totp:{account.id}"
    failures.check_open(session, what, clock)
    if not accepts(session, box, account, code, clock, recovery=recovery):
        failures.count(session, what, clock)
        raise SignInRefused(
            "totp.code",
            msg("The code is not right, or was used before."),
            msg("Check the phone's clock and wait for the next code."),
        )
    failures.forget(session, what)


def _new_codes(session: Session, account: Account, clock: Clock) -> tuple[str, ...]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = tuple(secrets.token_hex(CODE_BYTES) for _ in range(RECOVERY_CODES))
    session.add_all(
        RecoveryCode(**stamp(f"account:{account.id}", clock), account_id=account.id, code_hash=digest(code))
        for code in codes
    )
    session.flush()
    return tuple("-".join(code[at : at + 7] for at in range(0, 2 * CODE_BYTES, 7)) for code in codes)


def _clear(session: Session, account: Account) -> None:
    account.totp_secret_encrypted = None
    account.totp_confirmed_at = None
    account.totp_last_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def _account(session: Session, account_id: str) -> Account:
    account = find(session, Account, account_id, lock=True)
    if account is None:
        raise missing("account", msg("account"))
    return account

"""A database with one account, and what a browser does with it when it signs in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pyotp
import pytest
from hiring_world import MovingClock

from interview_engine.errors import (
    InterviewEngineError,
    NotSignedIn,
)
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts import second_factor, service, sign_in
from interview_engine.hr.accounts.service import NewAccount
from interview_engine.hr.accounts.sign_in import SignedIn, Visit
from interview_engine.store.engine import Database
from interview_engine.store.secrets import SecretBox

PASSWORD = "purple otter walks home"
BOX = SecretBox("a secret of thirty-two characters!")


@dataclass
class House:
    """A database with one account, and what a browser does with it."""

    database: Database
    clock: MovingClock
    account_id: str

    def sign_in(self, password: str = PASSWORD, login: str = "li") -> SignedIn:
        with self.database.transaction() as session:
            return sign_in.sign_in(session, login, password, self.clock, address="192.0.2.1")

    def refused(self, password: str = "wrong", login: str = "li") -> InterviewEngineError:
        with pytest.raises(InterviewEngineError) as caught:
            self.sign_in(password, login)
        return caught.value

    def visit(self, secret: str, *, required: bool = False) -> Visit:
        with self.database.reading() as session:
            return sign_in.visit(session, secret, self.clock, second_factor_required=required)

    def is_over(self, secret: str) -> bool:
        try:
            self.visit(secret)
        except NotSignedIn:
            return True
        return False

    def enrol(self) -> tuple[str, tuple[str, ...]]:
        with self.database.transaction() as session:
            secret = second_factor.enrol(session, BOX, self.account_id, PASSWORD, self.clock).secret
        with self.database.transaction() as session:
            codes = second_factor.confirm(session, BOX, self.account_id, self.code(secret), self.clock)
        self.clock.at += timedelta(seconds=30)
        return secret, codes

    def code(self, secret: str, *, steps: int = 0) -> str:
        return pyotp.TOTP(secret).at(self.clock.at + timedelta(seconds=30 * steps))

    def second_step(self, secret: str, code: str) -> SignedIn:
        with self.database.transaction() as session:
            return sign_in.pass_second_factor(session, BOX, secret, code, self.clock)


def house_in(database: Database) -> House:
    clock = MovingClock()
    with database.transaction() as session:
        new = NewAccount("Li", "李雷", "recruiter", email="li@example.com", password=PASSWORD)
        account = service.create_account(session, SYSTEM, new, clock).account
    return House(database, clock, account.id)

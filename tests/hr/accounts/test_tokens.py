"""Tokens of other systems: what they may do and when they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sign_in_house import PASSWORD, House
from sqlalchemy import select

from interview_engine.errors import (
    InvalidInput,
    NotSignedIn,
    PermissionDenied,
)
from interview_engine.hr.access.rules import SYSTEM, may_at_all
from interview_engine.hr.accounts import service, tokens
from interview_engine.hr.accounts.service import NewAccount
from interview_engine.hr.accounts.tables import ApiToken


def issue(house: House, *scopes: str, days: int | None = None) -> str:
    actor = house.visit(house.sign_in().secret).actor
    ends = None if days is None else house.clock.at + timedelta(days=days)
    with house.database.transaction() as session:
        return tokens.create_token(session, actor, "ATS", scopes, house.clock, expires_at=ends).secret


def test_a_token_does_what_its_scopes_name_and_its_account_may(both: House) -> None:
    secret = issue(both, "applications:read", "administration:write")
    with both.database.reading() as session:
        actor = tokens.visit_by_token(session, secret, both.clock).actor
        assert secret not in session.scalars(select(ApiToken.token_hash)).all()
    assert may_at_all(actor, "contact", "read")
    assert not may_at_all(actor, "contact", "write")  # the account may, the token may not
    assert not may_at_all(actor, "contact", "manage")  # the token might, the account may not


def test_a_token_ends_on_its_day_and_when_it_is_revoked(both: House) -> None:
    ending, revoked = issue(both, "applications:read", days=1), issue(both, "applications:read")
    actor = both.visit(both.sign_in().secret).actor
    with both.database.transaction() as session:
        row = tokens.list_tokens(session, actor)[0]
        tokens.revoke_token(session, actor, row.id, both.clock)
    both.clock.at += timedelta(days=1)
    for secret in (ending, revoked, "", "iet_unknown"):
        with pytest.raises(NotSignedIn), both.database.reading() as session:
            tokens.visit_by_token(session, secret, both.clock)


def test_a_token_cannot_make_tokens(house: House) -> None:
    secret = issue(house, "administration:write")
    with house.database.reading() as session:
        actor = tokens.visit_by_token(session, secret, house.clock).actor
    with pytest.raises(PermissionDenied), house.database.transaction() as session:
        tokens.create_token(session, actor, "more", ["applications:read"], house.clock)


@pytest.mark.parametrize("scopes", [[], ["everything"], ["applications:read", "*"]])
def test_scopes_that_do_not_exist_are_refused(house: House, scopes: list[str]) -> None:
    with pytest.raises(InvalidInput):
        issue(house, *scopes)


def test_nobody_makes_reads_or_ends_anothers_tokens(house: House) -> None:
    issue(house, "applications:read")
    with house.database.transaction() as session:
        made = service.create_account(
            session, SYSTEM, NewAccount("han", "韩梅梅", "hr", password=PASSWORD), house.clock
        )
        other = service.actor_of(session, made.account, house.clock)
        token_id = session.scalars(select(ApiToken.id)).one()
    with house.database.reading() as session:
        for call in (
            lambda: tokens.create_token(session, other, "x", ["audit:read"], house.clock, account_id=house.account_id),
            lambda: tokens.list_tokens(session, other, house.account_id),
            lambda: tokens.revoke_token(session, other, token_id, house.clock),
        ):
            with pytest.raises(PermissionDenied):
                call()

"""Who acted, as pages show it: an account's name, or what kind of actor it was."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from interview_engine.hr.accounts.service import names_of
from interview_engine.i18n import mark

ACTORS: dict[str, str] = {
    "system": mark("the system"),
    "candidate": mark("a candidate"),
    "person": mark("a person by a link"),
    "anonymous": mark("nobody signed in"),
    "public": mark("a visitor of a public page"),
    "account": mark("Account"),
}
"""Who acted where no account did, by the beginning of the actor's id."""


def account_names(session: Session, accounts: Iterable[str | None], actors: Iterable[str]) -> dict[str, str]:
    """Names by actor id ("account:…") of everybody who appears on a page, in one query."""
    wanted = {one for one in accounts if one} | {
        one.removeprefix("account:") for one in actors if one.startswith("account:")
    }
    return {f"account:{key}": name for key, name in names_of(session, wanted).items()}

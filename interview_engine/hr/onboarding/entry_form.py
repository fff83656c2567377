"""The entry form of an onboarding as the person fills it in: drafts, the form that is sent, and the question whether it
is approved.

What is in the form lies in the blob store under a key of the person; the row only knows its hash.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.accounts.service import actors, actors_with_role
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.onboarding import links, rules
from interview_engine.hr.onboarding.service import KIND, get_for, not_now, ref_of
from interview_engine.hr.onboarding.tables import Onboarding
from interview_engine.hr.problems import conflict, invalid
from interview_engine.i18n import msg
from interview_engine.store import audit, vault
from interview_engine.store.blobs import BlobStore, Owner
from interview_engine.store.rows import touch

PART = "entry"
"""The part of a person that their entry form is (`store.blobs.Owner`)."""
MOST_DRAFT = 50_000
"""Characters; a form with every field at its longest has a third of it."""


def submit(session: Session, link_token: str, device_secret: str, entry_sha256: str, clock: Clock) -> Onboarding:
    """Take a filled form in, and ask for the approval; until that is given it can be corrected.

    Raises:
        NotFoundError, GoneError: see `links.glance`. PermissionDenied: another phone.
        ConflictError: `onboarding.approved`, too late.
    """
    row = links.glance(session, link_token, lock=True)
    links.check_device(row, device_secret)
    if row.state not in rules.EDITABLE:
        raise conflict(
            "onboarding.approved",
            msg("The form was approved already."),
            msg("To change something, please speak to HR."),
        )
    actor_id = f"person:{row.person_id}"
    first = row.state != "filled"
    row.entry_sha256, row.filled_at, row.state, row.reason = entry_sha256, clock.now(), "filled", ""
    row.draft = None
    touch(row, actor_id, clock)
    audit.record(session, actor_id, "onboarding.fill", f"onboarding:{row.id}", {}, clock)
    if first:
        ask_for_approval(session, row, clock)
    return row


def keep_draft(
    session: Session, link_token: str, device_secret: str, given: Mapping[str, str], clock: Clock
) -> Onboarding:
    """Keep what was typed so far, whatever it says; sending the form ends it.

    Raises: as `submit`. InvalidInput: `onboarding.draft`, it is more than a form can hold.
    """
    row = links.glance(session, link_token, lock=True)
    links.check_device(row, device_secret)
    if row.state not in rules.EDITABLE:
        raise not_now(row)
    text = json.dumps({name: value for name, value in given.items() if value}, ensure_ascii=False)
    if len(text) > MOST_DRAFT:
        raise invalid("", "onboarding.draft", msg("This is too much to keep."), msg("Shorten what you wrote."))
    row.draft = vault.seal(session, Owner(row.person_id, PART), text, _about_draft(row), clock)
    touch(row, f"person:{row.person_id}", clock)
    return row


def draft_of(session: Session, row: Onboarding) -> dict[str, str] | None:
    """What was typed and not sent yet; None for nothing, or when its key was destroyed."""
    text = None if row.draft is None else vault.opened(session, row.draft, _about_draft(row))
    found: dict[str, str] | None = None if text is None else json.loads(text)
    return found


def _about_draft(row: Onboarding) -> str:
    return f"{KIND}:{row.id}:draft"


def ask_for_approval(session: Session, row: Onboarding, clock: Clock) -> bool:
    """Start the approval in the name of the owner, else of a colleague of HR; False where there is nobody at all."""
    pending = approvals.of_subject(session, KIND, ref_of(row))
    if pending is not None and pending.state == "pending":
        return True
    owner = actors(session, (row.owner_account_id,), clock) if row.owner_account_id else ()
    asking = owner or actors_with_role(session, ("hr",), clock) or actors_with_role(session, ("administrator",), clock)
    if not asking:
        return False
    approvals.start(session, asking[0], KIND, ref_of(row), row.department_id, clock)
    return True


def ask_again(session: Session, actor: Actor, onboarding_id: str, clock: Clock) -> Onboarding:
    """Ask for the approval of a filled form once more, when the one before was withdrawn or ran out.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `onboarding.state`.
    """
    row = get_for(session, actor, onboarding_id, "write", lock=True)
    if row.state != "filled":
        raise not_now(row)
    ask_for_approval(session, row, clock)
    return row


def entry_of(blobs: BlobStore, row: Onboarding) -> rules.Entry | None:
    """What was filled in; None before, and once it has gone into the employee file."""
    return None if row.entry_sha256 is None else rules.load(blobs.read(row.entry_sha256))

"""One decision, move or message about several applications of a job: one transaction, once a form, undone for a while.

Each application is opened as it is alone, so rights and rules are those of one. A person decides and says why here too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Action, Actor
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.recruiting import notices
from interview_engine.hr.recruiting.applying import applications
from interview_engine.hr.recruiting.applying.lists import HIDDEN, candidate_names
from interview_engine.hr.recruiting.interviewing.invitation_states import open_states, restore
from interview_engine.hr.recruiting.reach import allowed, application_for, note_event, requisition_for, restore_stage
from interview_engine.hr.recruiting.reviewing import reviews
from interview_engine.hr.recruiting.rules import (
    BULK_STAGES,
    LIVE_INVITATION,
    MESSAGE_GRACE,
    MOST_AT_ONCE,
    TAKE_BACK,
    BulkKind,
    Stage,
    may_move,
    needs_reason,
)
from interview_engine.hr.recruiting.tables import Application, BulkAction, Invitation, Offer, Requisition
from interview_engine.i18n import msg
from interview_engine.store import audit, outbox
from interview_engine.store.rows import find, stamp, touch

LONGEST_MESSAGE = 2000
SHOWN = 10
"""Actions listed that can be undone."""
Planned = BulkKind | Literal["invite"]
"""What can be planned; invitations are sent by `interviewing.invitations`, each with its own link."""

RIGHTS: Mapping[Planned, Action] = {
    "reject": "decide", "offer": "decide", "review": "write", "screening": "write", "message": "write",
    "invite": "write",
}  # fmt: skip
"""What one needs to be allowed to do with each interview."""

LinkToken = Callable[[str], str]
"""(person) the secret of the link to that person's own applications."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One application that was chosen. `possible`: whether its stage allows the action."""

    application_id: str
    name: str
    stage: Stage
    possible: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What an action would do.

    Args:
        rows: in the order chosen. `links` candidates lose a link to an interview under way.
        reason_needed: whether a person must say why.
    """

    kind: Planned
    rows: tuple[Chosen, ...]
    links: int
    reason_needed: bool

    @property
    def count(self) -> int:
        """How many it would touch."""
        return sum(one.possible for one in self.rows)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action did, for those who look at the list afterwards.

    Args:
        left: (name, stage) of those whose stage did not allow it. kept: names of those whom undoing left as they are.
        until: it can be undone so long; None when it cannot, or was.
    """

    action: BulkAction
    count: int
    left: tuple[tuple[str, Stage], ...]
    kept: tuple[str, ...]
    until: datetime | None


def plan(session: Session, actor: Actor, requisition_id: str, kind: Planned, ids: Sequence[str]) -> Plan:
    """What the action would do now; changes nothing.

    Raises:
        NotFoundError, PermissionDenied: one of them is not of this job, or out of reach. InvalidInput: `bulk.none`,
            `bulk.many`, `bulk.kind`.
    """
    requisition, found = _opened(session, actor, requisition_id, kind, ids, lock=False)
    names = _names(session, actor, requisition, [row.id for row in found])
    rows = tuple(
        Chosen(row.id, names.get(row.id, HIDDEN), cast(Stage, row.stage), _is_possible(kind, row)) for row in found
    )
    touched = [one.application_id for one in rows if one.possible]
    return Plan(kind, rows, _links(session, touched) if kind == "reject" else 0, _reason_needed(kind, found))


def carry_out(
    session: Session,
    actor: Actor,
    requisition_id: str,
    kind: BulkKind,
    ids: Sequence[str],
    words: str,
    key: str,
    clock: Clock,
    link_token: LinkToken,
) -> BulkAction:
    """Do it to every one of them whose stage allows it, in the caller's transaction; the others are left and named.

    Args:
        words: the reason of a decision or move, or the message itself.
        key: of the form, at least 16 characters. Sent twice, the first action is returned and nothing more is done.

    Raises:
        As `plan`. InvalidInput: no reason or no message. ConflictError: `bulk.nobody`, no stage allows it.
    """
    action = _begun(session, actor, requisition_id, kind, key, clock)
    if action is None:
        return _known(session, actor, requisition_id, key)
    requisition, found = _opened(session, actor, requisition_id, kind, ids, lock=True)
    possible = sorted((row for row in found if _is_possible(kind, row)), key=lambda row: row.id)
    if not possible:
        raise conflict(
            "bulk.nobody",
            msg("None of the candidates chosen is at a stage that allows this."),
            msg("Go back to the list and choose others."),
        )
    clean = _words(kind, words, found)
    action.skipped = [{"application": row.id, "stage": row.stage} for row in found if not _is_possible(kind, row)]
    if kind == "message":
        action.done = [_write(session, actor, action, row, requisition, clean, clock, link_token) for row in possible]
    else:
        action.done = [_move(session, actor, row, kind, clean, clock) for row in possible]
    detail = {"action": action.id, "kind": kind, "count": len(action.done)}
    audit.record(session, actor.id, "applications.bulk", f"requisition:{requisition.id}", detail, clock)
    session.flush()
    return action


def undo(session: Session, actor: Actor, action_id: str, clock: Clock) -> BulkAction:
    """Give everybody back the stage, the place in the list and the links they had; stop messages that wait. Whoever has
    gone on since stays where they are. Twice is once.

    Raises:
        NotFoundError, PermissionDenied: as `carry_out`. ConflictError: `bulk.too_late`.
    """
    action = find(session, BulkAction, action_id, lock=True)
    if action is None:
        raise missing("bulk_action", msg("action"))
    kind = cast(BulkKind, action.kind)
    requisition_for(session, actor, action.requisition_id, "interview", RIGHTS[kind])
    if action.undone_at is not None:
        return action
    if clock.now() > _undo_until(action):
        raise conflict(
            "bulk.too_late",
            msg("The time for undoing this is over."),
            msg("Open the candidates one by one to change where they stand."),
        )
    take_back = _stop if kind == "message" else _give_back
    kept = []
    for one in action.done:
        row, _ = application_for(session, actor, one["application"], "interview", RIGHTS[kind], lock=True)
        if not take_back(session, actor, action, one, row, clock):
            kept.append(row.id)
    action.kept = kept
    action.undone_at = clock.now()
    touch(action, actor.id, clock)
    detail = {"action": action.id, "kind": kind, "kept": len(action.kept)}
    audit.record(session, actor.id, "applications.bulk_undo", f"requisition:{action.requisition_id}", detail, clock)
    session.flush()
    return action


def outcome(session: Session, actor: Actor, requisition_id: str, action_id: str, clock: Clock) -> Outcome | None:
    """What an action on this job did; None when there is no such action, or it is of another job.

    Raises:
        NotFoundError, PermissionDenied: the job is out of reach.
    """
    requisition = requisition_for(session, actor, requisition_id, "interview", "read")
    action = find(session, BulkAction, action_id)
    if action is None or action.requisition_id != requisition_id:
        return None
    names = _names(session, actor, requisition, [*(one["application"] for one in action.skipped), *action.kept])
    until = _undo_until(action)
    may_undo = action.undone_at is None and clock.now() <= until
    return Outcome(
        action,
        len(action.done),
        tuple((names.get(one["application"], HIDDEN), one["stage"]) for one in action.skipped),
        tuple(names.get(one, HIDDEN) for one in action.kept),
        until if may_undo else None,
    )


def still_undoable(session: Session, actor: Actor, requisition_id: str, clock: Clock) -> tuple[BulkAction, ...]:
    """The actions on a job that can be undone now, newest first, of those that the actor may undo.

    Raises:
        NotFoundError, PermissionDenied: the job is out of reach.
    """
    requisition = requisition_for(session, actor, requisition_id, "interview", "read")
    now = clock.now()
    rows = session.scalars(
        select(BulkAction)
        .where(
            BulkAction.requisition_id == requisition_id,
            BulkAction.undone_at.is_(None),
            BulkAction.created_at >= now - TAKE_BACK,
        )
        .order_by(BulkAction.id.desc())
        .limit(SHOWN)
    )
    may = {right: allowed(session, actor, requisition, "interview", right) for right in set(RIGHTS.values())}
    return tuple(row for row in rows if now <= _undo_until(row) and may[RIGHTS[cast(BulkKind, row.kind)]])


def _opened(
    session: Session, actor: Actor, requisition_id: str, kind: Planned, ids: Sequence[str], *, lock: bool
) -> tuple[Requisition, list[Application]]:
    """The applications, each within reach. Locked in the order of their ids, so that two actions never wait for each
    other in a circle."""
    if kind not in RIGHTS:
        raise invalid("do", "bulk.kind", msg("There is no such action."), msg("Choose one on the page of the list."))
    requisition = requisition_for(session, actor, requisition_id, "interview", RIGHTS[kind])
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        raise invalid("id", "bulk.none", msg("Nobody is chosen."), msg("Tick candidates in the list first."))
    if len(wanted) > MOST_AT_ONCE:
        raise invalid(
            "id",
            "bulk.many",
            msg("More than {most} candidates are chosen.", most=MOST_AT_ONCE),
            msg("Choose fewer, and do it in parts."),
        )
    rows = {}
    for one in sorted(wanted):
        row, of = application_for(session, actor, one, "interview", RIGHTS[kind], lock=lock)
        if of.id != requisition.id:
            raise missing("application", msg("application"))
        rows[one] = row
    return requisition, [rows[one] for one in wanted]


def _is_possible(kind: Planned, row: Application) -> bool:
    stage = cast(Stage, row.stage)
    if kind == "invite":
        return stage == "invited" or may_move(stage, "invited", "person")
    return kind == "message" or may_move(stage, BULK_STAGES[kind], "person")


def _reason_needed(kind: Planned, rows: Collection[Application]) -> bool:
    if kind in ("message", "invite"):
        return False
    to = BULK_STAGES[kind]  # type: ignore[index]  # no invitation, see above
    return RIGHTS[kind] == "decide" or any(needs_reason(cast(Stage, row.stage), to) for row in rows)


def _words(kind: BulkKind, words: str, rows: Collection[Application]) -> str:
    if kind == "message":
        return text_within(words, "words", msg("message"), LONGEST_MESSAGE)
    least = reviews.LEAST_REASON if _reason_needed(kind, rows) else 0
    return text_within(words, "words", msg("reason"), reviews.MAX_REASON, least=least)


def _begun(session: Session, actor: Actor, requisition_id: str, kind: str, key: str, clock: Clock) -> BulkAction | None:
    """The row of a new action; None when this form has been sent before, also at the same moment."""
    if not 16 <= len(key) <= 64:
        raise invalid("key", "bulk.key", msg("The form is not complete."), msg("Open it again from the list."))
    row = BulkAction(
        **stamp(actor.id, clock), requisition_id=requisition_id, key=key, kind=kind, done=[], skipped=[], kept=[]
    )
    requisition_for(session, actor, requisition_id, "interview", "read")
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return None
    return row


def _known(session: Session, actor: Actor, requisition_id: str, key: str) -> BulkAction:
    row = session.scalar(select(BulkAction).where(BulkAction.key == key))
    if row is None or row.requisition_id != requisition_id:
        raise missing("bulk_action", msg("action"))
    requisition_for(session, actor, requisition_id, "interview", RIGHTS[cast(BulkKind, row.kind)])
    return row


def _move(
    session: Session, actor: Actor, row: Application, kind: BulkKind, reason: str, clock: Clock
) -> dict[str, Any]:
    before = {
        "application": row.id,
        "from": row.stage,
        "to": BULK_STAGES[kind],
        "since_before": row.stage_since.isoformat(),
        "section": row.section,
        "invitations": open_states(session, row.id) if kind == "reject" else {},
    }
    if kind == "reject":
        reviews.decide(session, actor, row.id, "reject", reason, clock)
    elif kind == "offer":
        reviews.decide(session, actor, row.id, "advance", reason, clock)
    else:
        applications.move(session, actor, row.id, BULK_STAGES[kind], reason, clock)
    return {**before, "since": row.stage_since.isoformat()}


def _write(
    session: Session,
    actor: Actor,
    action: BulkAction,
    row: Application,
    requisition: Requisition,
    text: str,
    clock: Clock,
    link_token: LinkToken,
) -> dict[str, Any]:
    due_at = action.created_at + MESSAGE_GRACE
    key, token = _message_key(action, row.id), link_token(row.person_id)
    notices.candidate_written_to(session, key, row, requisition.title, text, token, due_at, clock)
    note_event(session, actor, row, "message", clock, reason=text, detail={"action": action.id})
    return {"application": row.id}


def _give_back(
    session: Session, actor: Actor, action: BulkAction, one: Mapping[str, Any], row: Application, clock: Clock
) -> bool:
    if row.stage != one["to"] or row.stage_since != datetime.fromisoformat(one["since"]):
        return False
    offered = select(func.count()).where(Offer.application_id == row.id, Offer.created_at >= action.created_at)
    if session.scalar(offered):
        return False
    restore_stage(session, actor, row, one["from"], datetime.fromisoformat(one["since_before"]), clock)
    restore(session, actor, one["invitations"], clock)
    if RIGHTS[cast(BulkKind, action.kind)] == "decide":
        reviews.take_back_decision(session, actor, row, one["section"], clock)
    return True


def _stop(
    session: Session, actor: Actor, action: BulkAction, one: Mapping[str, Any], row: Application, clock: Clock
) -> bool:
    if not outbox.take_back(session, _message_key(action, one["application"]), clock):
        return False
    note_event(session, actor, row, "message_stopped", clock, detail={"action": action.id})
    return True


def _message_key(action: BulkAction, application_id: str) -> str:
    return f"application.message:{action.id}:{application_id}"


def _undo_until(action: BulkAction) -> datetime:
    return action.created_at + (MESSAGE_GRACE if action.kind == "message" else TAKE_BACK)


def _links(session: Session, ids: Collection[str]) -> int:
    """How many of the applications have a link that opens an interview now."""
    live = (Invitation.application_id.in_(ids), Invitation.state.in_(LIVE_INVITATION))
    return session.scalar(select(func.count(func.distinct(Invitation.application_id))).where(*live)) or 0


def _names(session: Session, actor: Actor, requisition: Requisition, ids: Collection[str]) -> Mapping[str, str]:
    if not allowed(session, actor, requisition, "contact", "read"):
        return {}
    return candidate_names(session, ids)

"""One request as somebody sees it: its fields by their class, what it would replace, who decides, what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import Actor, token_reaches
from interview_engine.hr.access.service import check_row
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.fields import Kind as FieldKind
from interview_engine.hr.forms.writing import written as in_words
from interview_engine.hr.people.names import person_names
from interview_engine.hr.problems import missing
from interview_engine.hr.requests.asking import subject_of
from interview_engine.hr.requests.deciding import effects_of, title_of
from interview_engine.hr.requests.kinds import AskedKind, Line
from interview_engine.hr.requests.rows import as_ask, fields_for, held, kind_named, kinds_of_house, read
from interview_engine.hr.requests.tables import Request, RequestEffect, RequestPaper
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import find

MOST = 200
"""Of one's own requests, those that are shown."""
FOR_DECIDING = frozenset({"public", "contact"})
"""What whoever decides sees of it without a right of their own; never pay, health or interviews."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as it is shown: `value`, and `before` what it would replace. `hidden`: the reader may not see it."""

    field: Field
    value: Value
    before: Value
    hidden: bool

    def words(self, language: str) -> str:
        """The value for people."""
        return _words(self.field.kind, self.value, self.field, language)

    def words_before(self, language: str) -> str:
        """What it replaces; "" for nothing."""
        return _words(self.field.kind, self.before, self.field, language)


@dataclass(frozen=True, slots=True)
class Step:
    """A decision of its approval: whose, and what they decided ("approve", "reject", None for not yet)."""

    name: str
    decision: str | None
    comment: str
    at: object
    approval_id: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A request for its page.

    Args:
        title: whom it is about and which days. asked_by: the name of who asked, where that is somebody else.
        rounds: the decisions of each of its approvals, the first request first.
        may_decide: the approval that waits for the reader, None for none.
        may_withdraw, may_cancel: what the reader can do with it now.
        paper: the id of the paper that it made, None for none (any more).
        opened: the reader sees a sealed form of somebody else whole.
    """

    row: Request
    kind: AskedKind
    title: str
    asked_by: str
    fields: tuple[Shown, ...]
    lines: tuple[Line, ...]
    rounds: tuple[tuple[Step, ...], ...]
    effects: tuple[RequestEffect, ...]
    may_decide: str | None
    may_withdraw: bool
    may_cancel: bool
    paper: str | None
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """A request in a list."""

    row: Request
    word: Text
    title: str


def found_for(session: Session, actor: Actor, request_id: str) -> Request:
    """The row of a request that the actor may see.

    Raises:
        NotFoundError: there is none, or not for this actor.
    """
    row = find(session, Request, request_id)
    if row is None or not _may_see(session, actor, row):
        raise missing("request", msg("request"))
    return row


def see(session: Session, actor: Actor, request_id: str, clock: Clock) -> Seen:
    """A request for its page: for whom it is about, who asked, who decides, and who may read its class there.

    Raises:
        NotFoundError: there is none, or not for this actor.
    """
    row = found_for(session, actor, request_id)
    kind = kind_named(session, row.kind)
    own = actor.person_id in (row.person_id, row.asked_by_person_id)
    decider = _is_decider(session, actor, row)
    opens = {
        one: _reads(session, actor, row, one, decider=decider)
        for one in {kind.field_class, *kind.classes.values(), "contact", "pay", "health", "interview"}
    }
    if kind.opened_by is not None and actor.person_id != row.person_id:
        opens[kind.field_class] = _allowed(session, actor, row, *kind.opened_by)
    names = person_names(session, {row.person_id, row.asked_by_person_id})
    pending = approvals.of_subject(session, row.kind, subject_of(row))
    waiting = pending is not None and pending.state == "pending"
    mine = {one.approval.id for one in approvals.pending_for(session, actor, clock)} if waiting else set()
    lines = () if kind.lines is None else tuple(kind.lines(session, as_ask(session, kind, row)))
    undoable = row.state == "approved" or (row.state == "done" and (kind.apply is None or kind.reverse is not None))
    paper = session.scalar(
        select(RequestPaper.id).where(RequestPaper.request_id == row.id, RequestPaper.void.is_(False))
    )
    return Seen(
        row,
        kind,
        title_of(session, row, names.get(row.person_id, "")),
        names.get(row.asked_by_person_id, "") if row.asked_by_person_id != row.person_id else "",
        _fields(session, kind, row, opens),
        tuple(line for line in lines if opens.get(line.field_class, False)),
        _rounds(session, row),
        tuple(effects_of(session, row.id)) if opens[kind.field_class] else (),
        pending.id if waiting and pending is not None and pending.id in mine else None,
        waiting and own,
        undoable and own,
        paper if _opens_paper(actor, row, kind, opens) else None,
        kind.sealed and opens[kind.field_class] and actor.person_id != row.person_id,
    )


def note_read(session: Session, actor: Actor, seen: Seen, clock: Clock) -> None:
    """Write down that somebody opened a sealed form of another; without a value."""
    if seen.opened and seen.kind.field_class != "contact":
        detail = {"kind": seen.kind.name}
        audit.record(session, actor.id, "request.read", f"request:{seen.row.id}", detail, clock)


def mine(session: Session, actor: Actor) -> list[Summary]:
    """What the actor asked for or is asked for about them, newest first."""
    if actor.person_id is None:
        return []
    own = or_(Request.person_id == actor.person_id, Request.asked_by_person_id == actor.person_id)
    rows = session.scalars(select(Request).where(own).order_by(Request.id.desc()).limit(MOST)).all()
    return summaries(session, rows)


def summaries(session: Session, rows: Sequence[Request]) -> list[Summary]:
    """Requests as lists show them. The caller has checked that they may be seen."""
    kinds = kinds_of_house(session)
    names = person_names(session, {row.person_id for row in rows})
    return [
        Summary(row, kinds[row.kind].title, title_of(session, row, names.get(row.person_id, "")))
        for row in rows
        if row.kind in kinds
    ]


def paper_for(session: Session, actor: Actor, request_id: str, clock: Clock, *, proved: bool = False) -> RequestPaper:
    """The paper that a request made, for those who may see the request as a whole; a personal one for whom it is about.

    Args:
        proved: the person has just passed a second factor, without which a personal paper does not open.

    Raises:
        NotFoundError. PermissionDenied: `request.personal`.
    """
    seen = see(session, actor, request_id, clock)
    if seen.paper is not None and seen.kind.personal and not proved:
        raise PermissionDenied(
            "request.personal",
            msg("This paper opens on your own phone, after your pay PIN or a code."),
            msg("Open the request under “My requests” on the phone."),
        )
    found = None if seen.paper is None else find(session, RequestPaper, seen.paper)
    if found is None:
        raise missing("paper", msg("paper"))
    return found


def _opens_paper(actor: Actor, row: Request, kind: AskedKind, opens: Mapping[str, bool]) -> bool:
    if kind.personal and actor.person_id != row.person_id:
        return False
    return opens.get(row.field_class, False)


def _may_see(session: Session, actor: Actor, row: Request) -> bool:
    if actor.person_id is not None and actor.person_id in (row.person_id, row.asked_by_person_id):
        return _in_scope(actor, row.field_class)
    return _is_decider(session, actor, row) or _allowed(session, actor, row, row.field_class)


def _reads(session: Session, actor: Actor, row: Request, field_class: str, *, decider: bool) -> bool:
    """Whether the actor sees fields of this class in it: of themselves all; who decides what they decide by."""
    if actor.person_id is not None and actor.person_id == row.person_id:
        return _in_scope(actor, field_class)
    return (decider and field_class in FOR_DECIDING) or _allowed(session, actor, row, field_class)


def _in_scope(actor: Actor, field_class: str) -> bool:
    """Whether the actor's token, where it acts by one, opens the class at all."""
    return actor.token_scopes is None or token_reaches(actor.token_scopes, field_class, "read")


def _allowed(session: Session, actor: Actor, row: Request, field_class: str, action: str = "read") -> bool:
    try:
        check_row(
            session, actor, field_class, action,
            department_id=row.department_id, legal_entity_id=row.legal_entity_id, person_id=row.person_id,
        )  # fmt: skip
    except PermissionDenied:
        return False
    return True


def _is_decider(session: Session, actor: Actor, row: Request) -> bool:
    return actor.account_id is not None and approvals.takes_part(session, actor, row.kind, subject_of(row))


def _fields(session: Session, kind: AskedKind, row: Request, opens: dict[str, bool]) -> tuple[Shown, ...]:
    fields = (*fields_for(session, kind, as_ask(session, kind, row).post), *kind.retired)
    values = read(fields, held(session, kind, row, "payload"))
    before = read(fields, held(session, kind, row, "before"))
    return tuple(
        Shown(one, values[one.name], before[one.name], False)
        if opens.get(kind.class_of(one.name), False)
        else _masked(kind, one, values[one.name], before[one.name])
        for one in fields
        if values[one.name] is not None or before[one.name] is not None
    )


def _masked(kind: AskedKind, one: Field, value: Value, before: Value) -> Shown:
    """What of a field is shown to who may not open its class: of a sealed form as much as helps to compare it."""
    if not kind.sealed:
        return Shown(one, None, None, True)
    mask = kind.masks.get(one.name, _filled_in)
    as_text = replace(one, kind="text", choices={})
    hidden = (None if said is None else mask(str(said)) for said in (value, before))
    return Shown(as_text, next(hidden), next(hidden), False)


def _filled_in(_: str) -> str:
    return "****"


def _rounds(session: Session, row: Request) -> tuple[tuple[Step, ...], ...]:
    return tuple(
        tuple(
            Step(name, step.decision, step.comment, step.decided_at, approval.id)
            for step, name in approvals.deciders_of(session, approval.id)
        )
        for approval in approvals.all_of_subject(session, row.kind, subject_of(row))
    )


def _words(kind: FieldKind, value: Value, one: Field, language: str) -> str:
    if kind == "choice" and value not in one.choices:
        return ""  # what was chosen is not there any more
    said = in_words(kind, value, one.choices, language)
    return "" if said is None else str(said)

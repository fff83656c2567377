"""Approval flows: who approves what where, under which conditions, how soon; and how long decisions take (F2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Fields, Form
from api.console.frame import ROLE_LABELS, console_page, done
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.accounts.service import colleagues_by_name, names_of
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.area import RequestKind
from interview_engine.hr.org import service as org
from interview_engine.i18n import Message, Text, joined, mark, msg

router = APIRouter()
HOME = "/console/approval-flows"

STEPS = 5
"""Steps of the form. A flow with more, or with several conditions on a step, is made by the API."""
CONDITION = ("fact", "operator", "value")
TIMES_DAYS = 90

MANAGERS: Mapping[str, str] = {
    "manager": mark("Department head"),
    "manager:2": mark("Next head above"),
    "manager:3": mark("Head two above"),
}
RULES: Mapping[str, str] = {"any": mark("the first to decide settles it"), "all": mark("all must approve")}
OPERATORS: Mapping[str, str] = {
    ">=": mark("at least"),
    ">": mark("more than"),
    "<=": mark("at most"),
    "<": mark("less than"),
    "=": mark("is"),
    "!=": mark("is not"),
}
"""msgids."""


@dataclass(frozen=True, slots=True)
class StepWords:
    """A step as the list shows it."""

    approvers: Text
    rule: str
    condition: Text | None
    escalate_after_h: int | None


@router.get(HOME)
def listed(request: Request, context: Ctx, actor: PageActor, change: str = "") -> Response:
    """The flows in force, how long decisions took, and a form for another or, with `change`, for that one."""
    return _page(request, context, actor, {}, None, change)


@router.post(HOME)
def set_flow(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Set the steps for new requests of a kind."""

    def change(session: Session) -> None:
        days = form.whole("expires_after_days", 1, 365, 0)
        approvals.set_flow(
            session,
            actor,
            form.text("kind"),
            [step for place in range(STEPS) if (step := _step(form, place)) is not None],
            context.clock,
            department_id=form.optional("department"),
            expires_after_days=days or None,
        )

    return act(
        context,
        change,
        lambda _: done(HOME, "flow_set"),
        lambda problem: _page(request, context, actor, _sent(form), problem, ""),
    )


@router.post(f"{HOME}/{{flow_id}}/end")
def end_flow(flow_id: str, context: Ctx, actor: PageActor) -> Response:
    """End a flow: the flow of the department above applies again, or the default."""
    return act(
        context,
        lambda session: approvals.end_flow(session, actor, flow_id, context.clock),
        lambda _: done(HOME, "flow_ended"),
    )


def _step(form: Fields, place: int) -> dict[str, Any] | None:
    """A step of the form; None where nobody is chosen."""
    approvers = [name for name in form.many(f"approvers_{place}") if name]
    if not approvers:
        return None
    step: dict[str, Any] = {"rule": form.text(f"rule_{place}", "any"), "approvers": approvers}
    fact, _, choice = form.text(f"fact_{place}").partition("=")
    if fact:
        value = choice or form.text(f"value_{place}")
        one = dict(zip(CONDITION, (fact, form.text(f"operator_{place}", ">="), value), strict=True))
        step["when"] = {"match": "all", "conditions": [one]}
    hours = form.whole(f"escalate_{place}", 1, 720, 0)
    return step | ({"escalate_after_h": hours} if hours else {})


def _sent(form: Fields) -> dict[str, Any]:
    """The form as it was sent."""
    chosen = {f"approvers_{place}": form.many(f"approvers_{place}") for place in range(STEPS)}
    return form.values() | chosen


def _values(flow: approvals.ApprovalFlow) -> dict[str, Any]:
    """A flow as the form shows it."""
    values: dict[str, Any] = {
        "kind": flow.kind,
        "department": flow.department_id or "",
        "expires_after_days": flow.expires_after_days or "",
    }
    for place, step in enumerate(flow.steps[:STEPS]):
        values[f"approvers_{place}"] = step["approvers"]
        values[f"rule_{place}"] = step["rule"]
        values[f"escalate_{place}"] = step.get("escalate_after_h") or ""
        for one in (step.get("when") or {}).get("conditions", [])[:1]:
            values |= {f"{name}_{place}": one[name] for name in CONDITION}
    return values


def _is_simple(flow: approvals.ApprovalFlow) -> bool:
    """Whether the form can hold all of it."""
    conditions = [len((step.get("when") or {}).get("conditions", [])) for step in flow.steps]
    return len(flow.steps) <= STEPS and max(conditions) <= 1


def _page(
    request: Request,
    context: Context,
    actor: Actor,
    values: Mapping[str, Any],
    problem: InterviewEngineError | None,
    change: str,
) -> HTMLResponse:
    now = context.clock.now()
    with context.database.reading() as session:
        require(actor, "public", "manage")
        kinds = approvals.kinds_within(session, actor)
        flows = approvals.flows_in_force(session, actor)
        times = approvals.decision_times(session, actor, now - timedelta(days=TIMES_DAYS), now)
        places = org.department_names(session)
        departments = [
            (node.department.id, "　" * node.depth + node.department.name) for node in org.departments(session)
        ]
        colleagues = colleagues_by_name(session, actor)
        mine = [(actor.account_id, msg("Me"))] if actor.account_id else []
        named = {name for flow in flows for step in flow.steps for name in step["approvers"]}
        names = names_of(session, [name.removeprefix("account:") for name in named if name.startswith("account:")])
        for flow in flows:
            if flow.id == change:
                values = values or _values(flow)
        return console_page(
            request,
            actor,
            "work/flows.html",
            problem=problem,
            flows=[
                (flow, kinds[flow.kind].word, [_words(kinds[flow.kind], step, names) for step in flow.steps])
                for flow in flows
                if flow.kind in kinds
            ],
            simple={flow.id for flow in flows if _is_simple(flow)},
            kinds=[(name, kind.word) for name, kind in kinds.items()],
            facts=list(_facts(kinds.values())),
            places=places,
            departments=departments,
            managers=MANAGERS,
            roles=ROLE_LABELS,
            rules=RULES,
            operators=OPERATORS,
            colleagues=[*mine, *colleagues],
            times=[(kinds[one.kind].word, one) for one in times if one.kind in kinds],
            times_days=TIMES_DAYS,
            steps=range(STEPS),
            values=values,
        )


def _facts(kinds: Iterable[RequestKind]) -> Iterator[tuple[RequestKind, str, Text]]:
    """(kind, value of the option, words) of everything a condition can ask; a choice is an option of its own."""
    for kind in kinds:
        for fact in kind.facts:
            if not fact.choices:
                yield kind, fact.name, fact.word
            for value, word in fact.choices.items():
                yield kind, f"{fact.name}={value}", joined([fact.word, word], msg(": "))


def _words(kind: RequestKind, step: Mapping[str, Any], names: Mapping[str, str]) -> StepWords:
    return StepWords(
        joined([_approver(name, names) for name in step["approvers"]]),
        RULES[step["rule"]],
        _condition(kind, step.get("when")),
        step.get("escalate_after_h"),
    )


def _approver(name: str, names: Mapping[str, str]) -> object:
    kind, _, value = name.partition(":")
    if kind == "manager":
        return Message(MANAGERS[name]) if name in MANAGERS else msg("Head {count} above", count=int(value) - 1)
    return Message(ROLE_LABELS[value]) if kind == "role" else names.get(value, value)


def _condition(kind: RequestKind, when: Mapping[str, Any] | None) -> Text | None:
    if when is None:
        return None
    facts = {fact.name: fact for fact in kind.facts}
    said = []
    for one in when["conditions"]:
        fact = facts.get(one["fact"])
        value = one["value"] if fact is None else fact.choices.get(one["value"], one["value"])
        word = one["fact"] if fact is None else fact.word
        said.append(
            msg("{fact} {operator} {value}", fact=word, operator=Message(OPERATORS[one["operator"]]), value=value)
        )
    if len(said) == 1:
        return said[0]
    every = joined(said)
    return (
        msg("all of: {conditions}", conditions=every)
        if when["match"] == "all"
        else msg("any of: {conditions}", conditions=every)
    )

"""A contract's document and its signature in the console: filled, looked at, sent, taken back, checked (D9)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.acting import attempt_alone
from api.console.forms import Form
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.sessions import PageActor
from api.signing import flow
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.files import service as files
from interview_engine.hr.files.contract_list import STATES as CONTRACT_STATES
from interview_engine.hr.files.contract_sheet import KIND_WORDS
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import missing
from interview_engine.hr.signing import certificates, service, steps, templates, texts
from interview_engine.hr.signing.provider import OWN
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from pipelines.papers.checking import Checked, check

STATES: dict[str, Text] = {
    "draft": msg("Filled in, not sent"),
    "sent": msg("Sent"),
    "opened": msg("Opened"),
    "identified": msg("Signer identified"),
    "signed": msg("Signed by both"),
    "declined": msg("Declined"),
    "expired": msg("Not signed in time"),
    "withdrawn": msg("Withdrawn"),
}
PROVIDERS: dict[str, Text] = {
    OWN: msg("This installation (integrity only)"),
    "esign": msg("The provider eSign"),
}
MOST_BYTES = 30_000_000

router = APIRouter()


@router.get("/console/contracts/{contract_id}/signature")
def signature(contract_id: str, request: Request, context: Ctx, actor: PageActor, template: str = "") -> Response:
    """The document of a contract, and how its signature stands."""
    require(actor, "contact", "read")
    return _page(contract_id, request, context, actor, {"template": template})


@router.post("/console/contracts/{contract_id}/paper")
def fill(contract_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Fill a template in for this contract."""
    typed = form.values()
    asked = {name.removeprefix("ask."): value for name, value in typed.items() if name.startswith("ask.")}
    return _do(
        contract_id,
        request,
        context,
        actor,
        typed,
        lambda: flow.prepare(context, actor, contract_id, form.text("template"), asked),
        "paper_made",
    )


@router.post("/console/signatures/{signature_id}/send")
def send(signature_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Sign for the company and send the link."""
    contract_id = _contract_of(context, actor, signature_id)
    return _do(
        contract_id,
        request,
        context,
        actor,
        form.values(),
        lambda: flow.send(context, actor, signature_id, form.text("provider"), form.whole("days", 1, 1000)),
        "signature_sent",
    )


@router.post("/console/signatures/{signature_id}/link")
def link(signature_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Send a new link; the ones before lead nowhere any more."""
    contract_id = _contract_of(context, actor, signature_id)
    return _do(
        contract_id,
        request,
        context,
        actor,
        form.values(),
        lambda: flow.send_again(context, actor, signature_id),
        "signature_link_sent",
    )


@router.post("/console/signatures/{signature_id}/withdraw")
def withdraw(signature_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Take a request back."""
    contract_id = _contract_of(context, actor, signature_id)
    return _do(
        contract_id,
        request,
        context,
        actor,
        form.values(),
        lambda: flow.withdraw(context, actor, signature_id, form.text("reason")),
        "signature_withdrawn",
    )


@router.post("/console/signatures/{signature_id}/check")
def check_kept(signature_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Check the signed document as it is kept."""
    with context.database.reading() as session:
        row = service.get_for(session, actor, signature_id, "read")
        sha256, contract_id = row.document_sha256, row.contract_id
    if sha256 is None:
        raise missing("document", msg("signed document"))
    return _page(
        contract_id, request, context, actor, {}, checked=(signature_id, _checked(context, context.blobs.read(sha256)))
    )


@router.get("/console/signatures/{signature_id}/{name}.{form}")
def file(signature_id: str, name: str, form: str, context: Ctx, actor: PageActor) -> Response:
    """One of the files. The reading is recorded."""
    require(actor, "contact", "read")
    with context.database.transaction() as session:
        row = service.get_for(session, actor, signature_id, "read")
        sha256 = {
            ("paper", "pdf"): row.sent_sha256 or row.paper_sha256,
            ("document", "pdf"): row.document_sha256,
            ("evidence", "pdf"): row.evidence_pdf_sha256,
            ("evidence", "json"): row.evidence_sha256,
        }.get((name, form))
        if sha256 is None:
            raise missing("document", msg("signed document"))
        audit.record(
            session, actor.id, "signature.read", f"signature:{row.id}", {"file": f"{name}.{form}"}, context.clock
        )
    media_type = "application/json" if form == "json" else "application/pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}.{form}"'}
    return Response(context.blobs.read(sha256), media_type=media_type, headers=headers)


@router.get("/console/signature-check")
def check_form(request: Request, actor: PageActor) -> Response:
    """A form for a file that somebody brings."""
    require(actor, "contact", "read")
    return console_page(request, actor, "employees/check.html", found=None, known="")


@router.post("/console/signature-check")
def check_file(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Check a file; it is not kept."""
    require(actor, "contact", "read")

    def work() -> tuple[Checked, str]:
        content = form.file("file", MOST_BYTES, msg("The signed PDF.")).data
        found = _checked(context, content)
        with context.database.reading() as session:
            return found, service.signer_of(session, actor, found.sha256)

    made = attempt_alone(work)
    if isinstance(made, InterviewEngineError):
        return console_page(request, actor, "employees/check.html", problem=made, found=None, known="")
    return console_page(request, actor, "employees/check.html", found=made[0], known=made[1])


def _checked(context: Context, pdf: bytes) -> Checked:
    with context.database.reading() as session:
        ours = list(certificates.known(session))
    return check(pdf, ours or ["none"])


def _contract_of(context: Context, actor: Actor, signature_id: str) -> str:
    with context.database.reading() as session:
        return service.get_for(session, actor, signature_id, "write").contract_id


def _do(
    contract_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    typed: dict[str, str],
    change: Any,
    notice: str,
) -> Response:
    """Do what opens transactions of its own; with a problem the page again, with what was typed."""
    made = attempt_alone(change)
    if isinstance(made, InterviewEngineError):
        return _page(contract_id, request, context, actor, typed, made)
    return done(f"/console/contracts/{contract_id}/signature", notice)


def _page(
    contract_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    typed: dict[str, str],
    problem: InterviewEngineError | None = None,
    *,
    checked: tuple[str, Checked] | None = None,
) -> Response:
    language = language_of(request)
    with context.database.reading() as session:
        contract = files.get_for(session, actor, contract_id, "read")
        rows = service.of_contracts(session, [contract_id]).get(contract_id, [])
        offered = templates.list_templates(session, actor, legal_entity_id=contract.legal_entity_id, active=True)
        chosen = next((one for one in offered if one.row.id == typed.get("template")), None)
        if chosen is None and len(offered) == 1:
            chosen = offered[0]
        asked = () if chosen is None else texts.asked_in(f"{chosen.newest.title}\n{chosen.newest.body}")
        names = [OWN] if context.signatures is None else [OWN, context.signatures.name]
        return console_page(
            request,
            actor,
            "employees/signature.html",
            problem=problem,
            contract=contract,
            person=session.get_one(Person, contract.person_id),
            rows=rows,
            steps={row.id: steps.of_request(session, row.id) for row in rows},
            step_words=steps.KINDS,
            states=STATES,
            open_states=service.OPEN,
            versions=templates.names_of(session, [row.template_version_id for row in rows]),
            templates=offered,
            template_options=[(one.row.id, one.row.name) for one in offered],
            chosen=chosen,
            asked=asked,
            typed=typed,
            checked=checked,
            kinds=KIND_WORDS,
            contract_states=CONTRACT_STATES,
            providers=[(name, PROVIDERS[name].get(language) if name in PROVIDERS else name) for name in names],
        )

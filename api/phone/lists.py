"""A list and its form on the phone, made of its declaration: for one hand, in every language."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.area import ListPage
from api.console.acting import act
from api.console.forms import Form
from api.console.lists.cells import cell
from api.console.lists.row_form import read_fields
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.render import page as rendered
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError, InvalidInput
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.access.service import require
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.forms.query import NOTHING, address, read_query
from interview_engine.hr.forms.spec import FormSpec, ListSpec
from interview_engine.hr.forms.writing import typed
from interview_engine.hr.lists.custom import with_own
from interview_engine.hr.lists.reading import read_list, read_rows
from interview_engine.hr.problems import missing

PAGE = 20
FACTS = 4
"""What a row shows below its name."""


def phone_address(spec: ListSpec) -> str:
    """The address of a list's page on the phone."""
    return f"/wechat/lists/{spec.name}"


def phone_pages(page: ListPage) -> APIRouter:
    """The list, and with a form its rows: made, and changed where the form says how."""
    router = APIRouter()
    spec, home = page.spec, phone_address(page.spec)

    @router.get(home)
    def listed(request: Request, context: Ctx, actor: PageActor) -> Response:
        return _list(page, request, context, actor)

    if spec.form is not None and spec.form.pages:
        _add_form(router, spec, spec.form, home)
    return router


def _list(page: ListPage, request: Request, context: Context, actor: Actor) -> Response:
    require(actor, page.spec.field_class, "read")
    language = language_of(request)
    problem: InterviewEngineError | None = None
    with context.database.reading() as session:
        spec = with_own(session, actor, page.spec)
        try:
            query = read_query(spec, request.query_params.multi_items())
            found = read_list(session, actor, spec, query, limit=PAGE)
        except InvalidInput as wrong:
            problem, query = wrong, NOTHING
            found = read_list(session, actor, spec, query, limit=PAGE)
    name = next((one for one in spec.columns if one.opens), spec.columns[0])
    facts = [one for one in spec.columns if one.shown and one is not name and not one.tones][:FACTS]
    state = next((one for one in spec.columns if one.tones and one.shown), None)
    may_change = (
        spec.form is not None
        and spec.form.pages
        and spec.form.update is not None
        and may_at_all(actor, *spec.form.needs)
    )
    lines = [
        {
            "name": cell(name, row, language).text or "–",
            "facts": [(one.label.get(language), text) for one in facts if (text := cell(one, row, language).text)],
            "state": cell(state, row, language) if state is not None else None,
            "href": row.href or (f"{phone_address(spec)}/{row.id}/change" if may_change else ""),
        }
        for row in found.items
    ]
    choices = [one for one in spec.columns if one.kind == "choice" and one.filters and one.choices][:1]
    return rendered(
        request,
        "wechat/list.html",
        200 if problem is None else 422,
        spec=spec,
        home=phone_address(spec),
        lines=lines,
        query=query,
        total=found.total,
        next_href=f"?{address(spec, query, cursor=found.next_cursor)}" if found.next_cursor else "",
        choices=[
            (one.name, one.label.get(language),
             [(key, text.get(language), (key,) == query.value(one.name, "is")) for key, text in one.choices.items()])
            for one in choices
        ],
        searched=any(one.searched for one in spec.columns),
        may_add=spec.form is not None and spec.form.pages and may_at_all(actor, *spec.form.needs),
        problem=None if problem is None else problem.text(language),
        words=lambda text: text.get(language),
    )  # fmt: skip


def _add_form(router: APIRouter, spec: ListSpec, form_spec: FormSpec, home: str) -> None:
    @router.get(f"{home}/new")
    def blank(request: Request, actor: PageActor) -> Response:
        require(actor, *form_spec.needs)
        return _form(spec, request, form_spec.fields, {}, f"{home}/new")

    @router.post(f"{home}/new")
    def create(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
        require(actor, *form_spec.needs)
        return act(
            context,
            lambda session: form_spec.create(session, actor, read_fields(form_spec.fields, form), context.clock),
            lambda _: RedirectResponse(home, 303),
            lambda problem: _form(spec, request, form_spec.fields, form.values(), f"{home}/new", problem),
        )

    if form_spec.update is None or form_spec.load is None:
        return
    load, write = form_spec.load, form_spec.update

    @router.get(f"{home}/{{row_id}}/change")
    def edit(row_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
        require(actor, *form_spec.needs)
        with context.database.reading() as session:
            _check_seen(session, actor, spec, row_id)
            values = load(session, actor, row_id)
        given = {one.name: typed(one.kind, values.get(one.name)) for one in form_spec.fields}
        return _form(spec, request, form_spec.fields, given, f"{home}/{row_id}/change")

    @router.post(f"{home}/{{row_id}}/change")
    def change(row_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
        require(actor, *form_spec.needs)

        def work(session: Session) -> None:
            _check_seen(session, actor, spec, row_id)
            write(session, actor, row_id, read_fields(form_spec.fields, form), context.clock)

        here = f"{home}/{row_id}/change"
        return act(
            context,
            work,
            lambda _: RedirectResponse(home, 303),
            lambda problem: _form(spec, request, form_spec.fields, form.values(), here, problem),
        )


def _check_seen(session: Session, actor: Actor, spec: ListSpec, row_id: str) -> None:
    if not read_rows(session, actor, spec, (row_id,)):
        raise missing(spec.name, spec.thing)


def _form(
    spec: ListSpec,
    request: Request,
    fields: tuple[Field, ...],
    given: Mapping[str, str],
    action: str,
    problem: InterviewEngineError | None = None,
) -> Response:
    language = language_of(request)
    return rendered(
        request,
        "wechat/list_form.html",
        200 if problem is None else 422,
        spec=spec,
        fields=fields,
        given=given,
        action=action,
        home=phone_address(spec),
        wrong="" if problem is None else getattr(problem, "field", ""),
        problem=None if problem is None else problem.text(language),
        words=lambda text: text.get(language),
    )

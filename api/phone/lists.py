"""A list and its form on the phone, made of its declaration: for one hand, in every language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.query import NOTHING, address, read_query
from interview_engine.hr.forms.seen import marks, meanwhile
from interview_engine.hr.forms.spec import FormSpec, ListSpec
from interview_engine.hr.lists.custom import fill, fill_new, new_fields, with_own
from interview_engine.hr.lists.reading import read_list, read_rows
from interview_engine.hr.lists.row_forms import as_typed, check_row_unseen, row_fields, row_values
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
    state = next((one for one in spec.columns if one.tones and one.shown and not one.number), None)
    facts = [one for one in spec.columns if one.shown and one not in (name, state)][:FACTS]
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
    def more_fields(context: Context, actor: Actor) -> tuple[Field, ...]:
        """The form's fields, and those of the company's own that are asked for with a new row."""
        with context.database.reading() as session:
            return (*form_spec.fields, *new_fields(session, actor, spec))

    @router.get(f"{home}/new")
    def blank(request: Request, context: Ctx, actor: PageActor) -> Response:
        require(actor, *form_spec.needs)
        return _form(spec, request, more_fields(context, actor), {}, f"{home}/new")

    @router.post(f"{home}/new")
    def create(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
        require(actor, *form_spec.needs)
        fields = more_fields(context, actor)

        def make(session: Session) -> None:
            plain, own = _apart(form_spec, read_fields(fields, form))
            row_id = form_spec.create(session, actor, plain, context.clock)
            session.flush()
            fill_new(session, actor, spec, row_id, own, context.clock)

        return act(
            context,
            make,
            lambda _: RedirectResponse(home, 303),
            lambda problem: _form(spec, request, fields, form.values(), f"{home}/new", problem),
        )

    if form_spec.update is None or form_spec.load is None:
        return
    write = form_spec.update

    @router.get(f"{home}/{{row_id}}/change")
    def edit(row_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
        require(actor, *form_spec.needs)
        return _row_form(spec, row_id, request, context, actor)

    @router.post(f"{home}/{{row_id}}/change")
    def change(row_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
        require(actor, *form_spec.needs)

        def work(session: Session) -> None:
            _check_seen(session, actor, spec, row_id)
            fields = row_fields(session, actor, spec, row_id)
            values = read_fields(fields, form)
            check_row_unseen(session, actor, spec, row_id, fields, values, form.text("seen"))
            plain, own = _apart(form_spec, values)
            write(session, actor, row_id, plain, context.clock)
            fill(session, actor, spec, row_id, own, context.clock)

        return act(
            context,
            work,
            lambda _: RedirectResponse(home, 303),
            lambda problem: _row_form(spec, row_id, request, context, actor, form, problem),
        )


def _apart(form_spec: FormSpec, values: Mapping[str, Value]) -> tuple[dict[str, Value], dict[str, Value]]:
    """The values of the form's own fields, and those of fields that the company has added."""
    plain = {one.name: values[one.name] for one in form_spec.fields}
    return plain, {name: value for name, value in values.items() if name not in plain}


def _row_form(
    spec: ListSpec,
    row_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    form: Form | None = None,
    problem: InterviewEngineError | None = None,
) -> Response:
    """The form of a row that is there, with what somebody else has changed meanwhile in the fields that the sender had
    not touched."""
    with context.database.reading() as session:
        _check_seen(session, actor, spec, row_id)
        fields = row_fields(session, actor, spec, row_id)
        values = row_values(session, actor, spec, row_id, fields)
    here = f"{phone_address(spec)}/{row_id}/change"
    given, seen, now = values, marks(values), []
    if form is not None:
        given, seen = form.values(), form.text("seen")
        if problem is not None and problem.code == "form.changed_since":
            sent = meanwhile(seen, values, as_typed(fields, read_fields(fields, form)))
            given, seen = dict(sent.merged), marks(values)
            now = [(one, values[one.name]) for one in fields if one.name in sent.changed]
    return _form(spec, request, fields, given, here, problem, seen=seen, now=now)


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
    *,
    seen: str = "",
    now: Sequence[tuple[Field, str]] = (),
) -> Response:
    language = language_of(request)
    told = [
        (one.label.get(language), one.choices[value].get(language) if value in one.choices else value)
        for one, value in now
    ]
    return rendered(
        request,
        "wechat/list_form.html",
        200 if problem is None else 422,
        spec=spec,
        fields=fields,
        given=given,
        seen=seen,
        now=told,
        action=action,
        home=phone_address(spec),
        wrong="" if problem is None else getattr(problem, "field", ""),
        problem=None if problem is None else problem.text(language),
        words=lambda text: text.get(language),
    )

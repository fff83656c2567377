"""The form of one row: its own fields and those that the company added, made and changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.area import ListPage
from api.console.acting import act
from api.console.forms import Fields, Form
from api.console.frame import console_page, done
from api.console.lists.table import row_names
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.reading import read_value
from interview_engine.hr.forms.seen import marks, meanwhile
from interview_engine.hr.forms.spec import FormSpec
from interview_engine.hr.lists.custom import fill, fill_new, new_fields, set_values
from interview_engine.hr.lists.row_forms import as_typed, check_row_unseen, row_fields, row_values
from interview_engine.hr.problems import missing
from interview_engine.i18n import Text


def add_pages(router: APIRouter, page: ListPage) -> None:
    """GET and POST <list>/new and <list>/<row>/change where there is a form; <list>/<row>/own for custom fields."""
    form_spec = page.spec.form
    if form_spec is not None and form_spec.pages:
        _add_form(router, page, form_spec)
    if page.spec.custom:

        @router.get(f"{page.href}/{{row_id}}/own")
        def own(row_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
            return _row_page(page, row_id, request, context, actor, own=True)

        @router.post(f"{page.href}/{{row_id}}/own")
        def fill(row_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
            def change(session: Session) -> list[str]:
                _called(session, actor, page, row_id, language_of(request))
                fields = row_fields(session, actor, page.spec, row_id, own=True)
                values = read_fields(fields, form)
                check_row_unseen(session, actor, page.spec, row_id, fields, values, form.text("seen"), own=True)
                return set_values(session, actor, page.spec, row_id, values, context.clock)

            return act(
                context,
                change,
                lambda _: done(f"{page.href}/{row_id}/own", "saved"),
                lambda problem: _row_page(page, row_id, request, context, actor, form, problem, own=True),
            )


def read_fields(fields: tuple[Field, ...], form: Fields) -> dict[str, Value]:
    """The values of a form's fields; a box that is not ticked is no.

    Raises:
        InvalidInput: the first that is not right.
    """
    found: dict[str, Value] = {}
    for one in fields:
        if one.when is not None and found.get(one.when[0]) != one.when[1]:
            found[one.name] = None
        elif one.kind == "flag":
            found[one.name] = form.text(one.name) == "1"
        else:
            found[one.name] = read_value(one, form.raw(one.name))
    return found


def _add_form(router: APIRouter, page: ListPage, spec: FormSpec) -> None:
    def more_fields(context: Context, actor: Actor) -> tuple[Field, ...]:
        """The company's own fields that are asked for with a new row."""
        with context.database.reading() as session:
            return new_fields(session, actor, page.spec)

    @router.get(f"{page.href}/new")
    def blank(request: Request, context: Ctx, actor: PageActor) -> Response:
        require(actor, *spec.needs)
        return _form_page(page, request, actor, (*spec.fields, *more_fields(context, actor)), {})

    @router.post(f"{page.href}/new")
    def create(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
        require(actor, *spec.needs)
        own = more_fields(context, actor)

        def make(session: Session) -> str:
            values = read_fields((*spec.fields, *own), form)
            plain = {one.name: values[one.name] for one in spec.fields}
            row_id = spec.create(session, actor, plain, context.clock)
            session.flush()
            fill_new(session, actor, page.spec, row_id, {one.name: values[one.name] for one in own}, context.clock)
            return row_id

        return act(
            context,
            make,
            lambda _: done(page.href, "created"),
            lambda problem: _form_page(page, request, actor, (*spec.fields, *own), form.values(), problem),
        )

    if spec.update is None or spec.load is None:
        return
    write = spec.update

    @router.get(f"{page.href}/{{row_id}}/change")
    def edit(row_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
        require(actor, *spec.needs)
        return _row_page(page, row_id, request, context, actor)

    @router.post(f"{page.href}/{{row_id}}/change")
    def change(row_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
        require(actor, *spec.needs)

        def work(session: Session) -> None:
            _called(session, actor, page, row_id, language_of(request))
            fields = row_fields(session, actor, page.spec, row_id)
            values = read_fields(fields, form)
            check_row_unseen(session, actor, page.spec, row_id, fields, values, form.text("seen"))
            plain = {one.name for one in spec.fields}
            write(session, actor, row_id, {name: values[name] for name in plain}, context.clock)
            own = {name: value for name, value in values.items() if name not in plain}
            fill(session, actor, page.spec, row_id, own, context.clock)

        def again(problem: InterviewEngineError) -> Response:
            return _row_page(page, row_id, request, context, actor, form, problem)

        return act(context, work, lambda _: done(page.href, "saved"), again)


def _row_page(
    page: ListPage,
    row_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    form: Form | None = None,
    problem: InterviewEngineError | None = None,
    *,
    own: bool = False,
) -> Response:
    """The form of a row that is there. What somebody else has changed meanwhile stands beside what was typed, and in
    the fields that the sender had not touched."""
    with context.database.reading() as session:
        name = _called(session, actor, page, row_id, language_of(request))
        fields = row_fields(session, actor, page.spec, row_id, own=own)
        values = row_values(session, actor, page.spec, row_id, fields, own=own)
    if own and not fields:
        return RedirectResponse(page.href, 303)
    given, seen, now = values, marks(values), []
    if form is not None:
        given, seen = form.values(), form.text("seen")
        if problem is not None and problem.code == "form.changed_since":
            sent = meanwhile(seen, values, as_typed(fields, read_fields(fields, form)))
            request.state.typed = tuple(sent.merged.items())
            given, seen = dict(sent.merged), marks(values)
            now = [(one.label, _in_words(one, values[one.name])) for one in fields if one.name in sent.changed]
    return _form_page(page, request, actor, fields, given, problem, row_id, name, own=own, seen=seen, now=now)


def _in_words(field: Field, value: str) -> Text | str:
    return field.choices.get(value, value)


def _called(session: Session, actor: Actor, page: ListPage, row_id: str, language: str) -> str:
    """What the row is called, in words: of a choice not its key.

    Raises:
        PermissionDenied: the actor may read nothing of the list.
        NotFoundError: it is not there for the actor.
    """
    require(actor, page.spec.field_class, "read")
    names = row_names(session, actor, page.spec, (row_id,), language)
    if not names:
        raise missing(page.spec.name, page.spec.thing)
    return names[row_id]


def _form_page(
    page: ListPage,
    request: Request,
    actor: Actor,
    fields: tuple[Field, ...],
    given: Mapping[str, str],
    problem: InterviewEngineError | None = None,
    row_id: str = "",
    name: str = "",
    *,
    own: bool = False,
    seen: str = "",
    now: Sequence[tuple[Text, Text | str]] = (),
) -> Response:
    language = language_of(request)
    action = f"{page.href}/{row_id}/{'own' if own else 'change'}" if row_id else f"{page.href}/new"
    return console_page(
        request,
        actor,
        "lists/form.html",
        problem=problem,
        spec=page.spec,
        href=page.href,
        action=action,
        fields=fields,
        given=given,
        seen=seen,
        now=[(label.get(language), told if isinstance(told, str) else told.get(language)) for label, told in now],
        is_new=not row_id,
        name=name,
        own=own,
        words=lambda text: text.get(language),
    )

"""From a template to a page: one Jinja environment, the page's language, and what every template may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    FunctionLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    pass_context,
)
from jinja2.runtime import Context

from api.area import areas_of, template_folders
from api.i18n import choices, day_text, language_of, minute_text, money_text, month_text
from interview_engine import __version__
from interview_engine.clock import CHINA
from interview_engine.hr.people.names import letters_of
from interview_engine.i18n import translator
from interview_engine.language_names import own_name, tag
from interview_engine.law_articles import article_text
from pipelines.reports.format import in_language

FOLDER = Path(__file__).parent / "templates"


@cache
def environment(folders: tuple[tuple[str, Path], ...] = ()) -> Environment:
    """The templates: everything is escaped, an unknown name is an error.

    Args:
        folders: of areas that have one of their own, each with the beginning of its templates' names.
    """
    made = Environment(
        loader=ChoiceLoader(
            [
                FileSystemLoader(FOLDER),
                PrefixLoader({"pipelines": PackageLoader("pipelines", "templates")}),
                *(_below(name, folder) for name, folder in folders),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # templates change with the code: a look at each file for every page costs
    )
    made.filters["day"] = _day
    made.filters["month"] = _month
    made.filters["minute"] = _minute
    made.filters["money"] = _money
    made.filters["local"] = _in_language
    made.filters["clock"] = clock_text
    made.filters["law"] = _law
    made.filters["letters"] = letters_of
    made.globals["version"] = __version__
    made.globals["own_name"] = own_name
    made.globals["tag"] = tag
    return made


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The template as a response. It sees `request`, `language`, `_`, and `values`."""
    language = language_of(request)
    html = (
        environment(template_folders(areas_of(request)))
        .get_template(template)
        .render(
            request=request,
            language=language,
            languages=choices(request),
            _=translator(language),
            csrf=getattr(request.state, "csrf", ""),
            account=getattr(request.state, "account", None),
            since=getattr(request.state, "since", None),
            **values,
        )
    )
    return HTMLResponse(html, status)


def _below(name: str, folder: Path) -> FunctionLoader:
    """Templates "name/…" from a folder."""

    def load(template: str) -> tuple[str, str, Callable[[], bool]] | None:
        path = folder / template.removeprefix(f"{name}/")
        if not template.startswith(f"{name}/") or not path.is_file():
            return None
        return path.read_text("utf-8"), str(path), lambda: True

    return FunctionLoader(load)


def clock_text(seconds: float) -> str:
    """ "1:05" of 65 seconds."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


@pass_context
def _day(context: Context, value: date | None) -> str:
    day = value.astimezone(CHINA) if isinstance(value, datetime) else value
    return "" if day is None else day_text(day, context["language"])


@pass_context
def _month(context: Context, value: date | str) -> str:
    """A month by a day of it, or as rows of pay keep it: "2026-10"."""
    day = date.fromisoformat(f"{value}-01") if isinstance(value, str) else value
    return month_text(day, context["language"])


@pass_context
def _minute(context: Context, value: datetime | None) -> str:
    return "" if value is None else minute_text(value.astimezone(CHINA), context["language"])


@pass_context
def _law(context: Context, cited: str) -> str:
    """An article of law in the page's language."""
    return article_text(cited).get(context["language"])


@pass_context
def _money(context: Context, value: Decimal) -> str:
    return money_text(value, context["language"])


@pass_context
def _in_language(context: Context, texts: Mapping[str, str]) -> str:
    """A text that is given in several languages, in the page's."""
    return in_language(texts, context["language"])

"""What every route module of the API shares: its router, the page of a list, and the words of the OpenAPI document."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import APIRouter, Path, Query
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, model_validator

from interview_engine.store.page import MAX_ROWS, Page

T = TypeVar("T")
Source = TypeVar("Source")

Limit = Annotated[int, Query(ge=1, le=MAX_ROWS, description="Rows of one page.")]
Cursor = Annotated[
    str | None,
    Query(max_length=500, description="`next_cursor` of the page before. Leave it out for the first page."),
]
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=["019a2b3c4d5e0123456789abcdef0123"])]
"""An identifier in an address."""
IdField = Annotated[str, Field(pattern="^[0-9a-f]{32}$", examples=["019a2b3c4d5e0123456789abcdef0123"])]
"""An identifier in a body."""
IdQuery = Annotated[str, Query(pattern="^[0-9a-f]{32}$")]
Language = Literal["zh", "en"]
"""Of an interview, and of staff."""
ReadingLanguage = Annotated[
    str, Field(min_length=2, max_length=5, examples=["es"], description="A language that candidates' pages are in.")
]
"""What somebody is written to in; which ones there are depends on the catalogues."""
Reason = Annotated[str, Field(max_length=2000, examples=["Three answers name measured results; quotes checked."])]


class Out(BaseModel):
    """Base of responses: read from rows and dataclasses by their attributes."""

    model_config = ConfigDict(from_attributes=True)


class In(BaseModel):
    """Base of request bodies: an unknown field is an error, not a silent loss."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _no_nul(cls, value: Any) -> Any:
        """A NUL character means nothing in any field, and PostgreSQL refuses it."""
        if _holds_nul(value):
            raise ValueError("a NUL character (\\u0000) is not accepted")
        return value


class Words(Out):
    """A text in Chinese and English."""

    zh: str = Field(examples=["沟通表达"])
    en: str = Field(examples=["Communication"])


class NewWords(In):
    """A text in Chinese and English; both are needed."""

    zh: str = Field(min_length=1, max_length=500, examples=["沟通表达"])
    en: str = Field(min_length=1, max_length=500, examples=["Communication"])


class PageOut(Out, Generic[T]):
    """One page of a list. The order is stable: rows added meanwhile neither repeat nor hide others."""

    items: list[T]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page; null on the last one.")
    total: int | None = Field(default=None, description="All rows of the list, where it is counted.")


class Done(Out):
    """The request was carried out."""

    done: bool = True


def page_out(page: Page[Source], made: Callable[[Source], T]) -> PageOut[T]:
    """A page of a service as the API's."""
    return PageOut[Any](items=[made(item) for item in page.items], next_cursor=page.next_cursor, total=page.total)


def list_out(items: Iterable[Source], made: Callable[[Source], T]) -> PageOut[T]:
    """A list that needs no pages, in the same form."""
    rows = [made(item) for item in items]
    return PageOut[Any](items=rows, next_cursor=None, total=len(rows))


def new_router(tag: str) -> APIRouter:
    """A router whose operations are named like their functions."""
    return APIRouter(tags=[tag], generate_unique_id_function=_operation_id)


def _operation_id(route: APIRoute) -> str:
    return route.name


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(_holds_nul(item) for item in value)

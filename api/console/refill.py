"""A form that was refused, shown again with everything that was typed: whatever page it stands on.

`refilled` is pure: it writes what was sent into the form of a page that comes back. `page_again` fetches the page that
the form was sent from, for actions whose form stands on another page than theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.types import Message, Scope

Pairs = Sequence[tuple[str, str]]
Attributes = Sequence[tuple[str, str | None]]

UNTYPED = frozenset({"hidden", "submit", "button", "image", "reset"})
"""Inputs that nobody types into."""
NEVER_BACK = frozenset({"password", "file"})
"""Inputs that stay empty: a secret does not go back over the line, and no page may choose a file."""
TYPED_CSRF = "csrf"
OF_THE_LINE = frozenset({"type", "asgi", "http_version", "scheme", "server", "client", "root_path", "extensions"})
"""What requests over one connection share."""


@dataclass(slots=True)
class _Field:
    """An input, textarea or select: where its tag stands, and for the others what follows it."""

    kind: str
    name: str
    attributes: Attributes
    start: int
    end: int
    folds: tuple[int, ...]
    inner_end: int = 0
    options: list[tuple[int, int, Attributes, str]] = field(default_factory=list)
    """(start, end, attributes, value) of the tag of each option."""

    def attribute(self, name: str) -> str | None:
        return dict(self.attributes).get(name)


@dataclass(slots=True)
class _Form:
    """A form: the addresses it can be sent to, and where its first child stands."""

    addresses: set[str]
    inside: int
    folds: tuple[int, ...]
    fields: list[_Field] = field(default_factory=list)


@dataclass(slots=True)
class _Fold:
    """A details element's tag."""

    start: int
    end: int
    attributes: Attributes


class _Reader(HTMLParser):
    """The forms of a page with the places of their fields, and the details that hold them."""

    def __init__(self, html: str, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = [0]
        for line in html.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._address = address
        self.forms: list[_Form] = []
        self.folds: list[_Fold] = []
        self._open_folds: list[int] = []
        self._form: _Form | None = None
        self._select: _Field | None = None
        self._area: _Field | None = None
        self.feed(html)

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._at()
        end = start + len(self.get_starttag_text() or "")
        said = dict(attrs)
        if tag == "details":
            self._open_folds.append(len(self.folds))
            self.folds.append(_Fold(start, end, attrs))
        elif tag == "form":
            self._form = _Form({self._path(said.get("action"))}, end, tuple(self._open_folds))
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "button" and said.get("formaction"):
            self._form.addresses.add(self._path(said["formaction"]))
        elif tag == "option" and self._select is not None:
            self._select.options.append((start, end, attrs, said.get("value") or ""))
        elif tag in ("input", "textarea", "select") and said.get("name"):
            kind = (said.get("type") or "text") if tag == "input" else tag
            made = _Field(kind, said["name"] or "", attrs, start, end, tuple(self._open_folds))
            self._form.fields.append(made)
            self._select = made if tag == "select" else self._select
            self._area = made if tag == "textarea" else self._area

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self._open_folds:
            self._open_folds.pop()
        elif tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._area is not None:
            self._area.inner_end, self._area = self._at(), None

    def _path(self, address: str | None) -> str:
        return urlsplit(address).path if address else self._address


def refilled(
    html: str, address: str, sent: Pairs, *, at_fault: str = "", above: str = "", partly: bool = False
) -> str | None:
    """The page with what was sent in the form that was sent.

    Args:
        html: the page that comes back.
        address: where the form was sent to: a path.
        sent: names and values of the form, in its order.
        at_fault: the field that was wrong: it is marked, and shown where it is folded away.
        above: markup that is put before the form's first field.
        partly: boxes of which nothing was sent stay as they are: `sent` is not the whole form.

    Returns:
        None where no form of the page, with a field that somebody fills in, is sent there.
    """
    page = _Reader(html, address)
    form = _sent_form(page, address, sent)
    if form is None:
        return None
    values: dict[str, list[str]] = {}
    for name, value in sent:
        values.setdefault(name, []).append(value)
    edits = [(form.inside, form.inside, above)] if above else []
    seen: Counter[str] = Counter()
    shown = set(form.folds)
    for one in form.fields:
        if one.kind in UNTYPED:
            continue
        wrong = bool(at_fault) and one.name == at_fault
        kept = one.kind in NEVER_BACK or (partly and one.name not in values)
        made = [] if kept else _edits_of(one, values, seen)
        seen[one.name] += 1
        if any(html[start:end] != text for start, end, text in made):
            shown.update(one.folds)
        if wrong:
            shown.update(one.folds)
            made = _marked(one, made)
        edits += made
    for place in shown:
        fold = page.folds[place]
        if "open" not in dict(fold.attributes):
            edits.append((fold.start, fold.end, _tag("details", [*fold.attributes, ("open", None)])))
    parts, at = [], 0
    for start, end, text in sorted(edits, key=lambda each: each[0]):
        parts += [html[at:start], text]
        at = end
    return "".join([*parts, html[at:]])


def _sent_form(page: _Reader, address: str, sent: Pairs) -> _Form | None:
    """Of the forms that are sent there the one whose hidden fields and names are most like what was sent."""
    pairs, names = set(sent), {name for name, _ in sent}
    best: tuple[int, _Form] | None = None
    for one in page.forms:
        fillable = [each for each in one.fields if each.kind not in UNTYPED]
        if address not in one.addresses or not fillable:
            continue
        hidden = [each for each in one.fields if each.kind == "hidden" and each.name != TYPED_CSRF]
        alike = sum(1 if (each.name, each.attribute("value") or "") in pairs else -1 for each in hidden)
        alike = 3 * alike + sum(each.name in names for each in fillable)
        if best is None or alike > best[0]:
            best = alike, one
    return None if best is None else best[1]


def _edits_of(one: _Field, values: Mapping[str, list[str]], seen: Mapping[str, int]) -> list[tuple[int, int, str]]:
    """The changes of one field."""
    given = values.get(one.name)
    if one.kind in ("checkbox", "radio"):
        ticked = given is not None and (one.attribute("value") or "on") in given
        return [(one.start, one.end, _tag("input", _with(one.attributes, "checked", ticked)))]
    if given is None or seen[one.name] >= len(given):
        return []
    if one.kind == "select":
        many = "multiple" in dict(one.attributes)
        chosen = set(given) if many else {given[seen[one.name]]}
        return [
            (start, end, _tag("option", _with(attributes, "selected", value in chosen)))
            for start, end, attributes, value in one.options
        ]
    value = given[seen[one.name]].replace("\r\n", "\n")
    if one.kind == "textarea":
        return [(one.end, one.inner_end, "\n" + escape(value, quote=False))]
    if one.attribute("value") == value:
        return []
    kept = one.attributes if "value" in dict(one.attributes) else [*one.attributes, ("value", value)]
    return [(one.start, one.end, _tag("input", [(key, value if key == "value" else old) for key, old in kept]))]


def _marked(one: _Field, made: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The changes of a field whose tag says that it is wrong."""
    mark = ' aria-invalid="true"'
    if "aria-invalid" in dict(one.attributes):
        return made
    own = next((edit for edit in made if edit[0] == one.start), None)
    rest = [edit for edit in made if edit is not own]
    name = "input" if one.kind not in ("textarea", "select") else one.kind
    text = own[2] if own is not None else _tag(name, one.attributes)
    return [(one.start, one.end, text[:-1] + mark + ">"), *rest]


def _with(attributes: Attributes, name: str, there: bool) -> Attributes:
    rest = [pair for pair in attributes if pair[0] != name]
    at = 1 + next((place for place, pair in enumerate(rest) if pair[0] == "value"), len(rest))
    return [*rest[:at], (name, None), *rest[at:]] if there else rest


def _tag(name: str, attributes: Attributes) -> str:
    said = "".join(f" {key}" if value is None else f' {key}="{escape(value)}"' for key, value in attributes)
    return f"<{name}{said}>"


async def page_again(request: Request, status: int, problem: Mapping[str, str], at_fault: str) -> HTMLResponse | None:
    """The page of the console that a refused form was sent from, with the problem and everything that was typed.

    Args:
        problem: message and next_step, in the reader's language.

    Returns:
        None where nothing was typed, the browser does not say where it was, or that page is not there any more.
    """
    sent: Pairs = getattr(request.state, "typed", ())
    came = urlsplit(request.headers.get("referer", ""))
    path = request.url.path
    if not sent or came.netloc != request.url.netloc or not came.path.startswith("/console"):
        return None
    query = urlencode([pair for pair in parse_qsl(came.query, keep_blank_values=True) if pair[0] != "done"])
    html = await _fetched(request, came.path, query)
    if html is None:
        return None
    words = (escape(problem[key]) for key in ("message", "next_step"))
    above = '<div class="problem-box" role="alert"><b>{}</b> {}</div>'.format(*words)
    again = refilled(html, path, sent, at_fault=at_fault, above=above)
    return None if again is None else HTMLResponse(again, status)


async def _fetched(request: Request, path: str, query: str) -> str | None:
    """A page of this application, for the same reader; None unless it answers with one."""
    dropped = (b"content-", b"accept-encoding", b"if-", b"origin", b"transfer-encoding")
    scope: Scope = {
        **{key: value for key, value in request.scope.items() if key in OF_THE_LINE},
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [pair for pair in request.scope["headers"] if not pair[0].startswith(dropped)],
    }
    said: dict[str, object] = {}
    parts: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            said.update(status=message["status"], headers=dict(message["headers"]))
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await request.app(scope, receive, send)
    headers = said.get("headers")
    kind = headers.get(b"content-type", b"") if isinstance(headers, dict) else b""
    return b"".join(parts).decode() if said.get("status") == 200 and kind.startswith(b"text/html") else None

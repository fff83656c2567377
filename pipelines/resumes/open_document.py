"""Texts of OpenDocument (ODT of LibreOffice, OpenOffice and WPS) to what a reader sees: paragraphs, tables, boxes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
MAX_PART = 20 * 1024 * 1024
"""Bytes of XML of one part; a hundred pages have two."""

_CONTENT, _STYLES = "content.xml", "styles.xml"
_NOT_SHOWN = frozenset({"tracked-changes", "annotation", "sequence-decls", "forms", "note-citation"})
_HIDDEN = frozenset({"hidden-text", "hidden-paragraph"})
_WHITE = ("#ffffff", "#fefefe", "#fdfdfd")


def is_text(archive: zipfile.ZipFile) -> bool:
    """Whether an archive is a document of text (or a template of one), by the type that it names itself by."""
    names = archive.namelist()
    if "mimetype" not in names or _CONTENT not in names:
        return False
    with archive.open("mimetype") as file:  # no more of it than that: a stranger's archive unpacks to anything
        return file.read(80).decode("ascii", "replace").strip().startswith(MEDIA_TYPE)


def text_of(path: Path) -> tuple[str, bool]:
    """The text with one line a paragraph and a tab between cells, and whether something is in it that nobody sees.

    Raises:
        ValueError: the part with the text is no XML, or too large. PermissionError: it has a password.
    """
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml")[:MAX_PART]:
            raise PermissionError("locked")
        content = _parsed(archive, _CONTENT)
        styles = [content, *([_parsed(archive, _STYLES)] if _STYLES in names else [])]
    reader = _Reader(frozenset(name for root in styles for name in _hidden_styles(root)))
    heads = [one for root in styles[1:] for one in root.iter() if _local(one) in ("header", "footer")]
    bodies = [one for one in content.iter() if _local(one) == "body"]
    return "\n".join(line for part in (*heads, *bodies) for line in reader.block(part)), reader.hidden


class _Reader:
    """Walks one document. `hidden` says whether it met text that a reader does not see."""

    def __init__(self, unseen: frozenset[str]) -> None:
        self._unseen = unseen
        self.hidden = False

    def block(self, element: Element) -> Iterator[str]:
        """The lines of an element that holds paragraphs and tables."""
        for child in element:
            kind = _local(child)
            if kind in ("p", "h"):
                boxes: list[str] = []
                text = "".join(self.inline(child, boxes))
                yield from boxes
                yield from text.split("\n")
            elif kind == "table-row":
                cells = (cell for cell in child if _local(cell) == "table-cell")
                read = (" ".join(line.strip() for line in self.block(cell) if line.strip()) for cell in cells)
                yield "\t".join(cell for cell in read if cell)
            elif kind not in _NOT_SHOWN:
                yield from self.block(child)

    def inline(self, element: Element, boxes: list[str]) -> Iterator[str]:
        """Pieces of a paragraph's text, in order; the boxes that are anchored in it go to `boxes`."""
        kind = _local(element)
        if kind in _HIDDEN or _attribute(element, "style-name") in self._unseen:
            self.hidden = self.hidden or bool("".join(element.itertext()).strip())
            return
        yield element.text or ""
        for child in element:
            name = _local(child)
            if name in ("text-box", "note-body"):
                boxes.extend(self.block(child))
            elif name == "s":
                yield " " * min(int(_attribute(child, "c") or "1"), 200)
            elif name in ("tab", "line-break"):
                yield "\t" if name == "tab" else "\n"
            elif name not in _NOT_SHOWN:
                yield from self.inline(child, boxes)
            yield child.tail or ""


def _hidden_styles(root: Element) -> Iterator[str]:
    """Names of the styles whose text nobody sees: not displayed, or white without a colour behind it."""
    for style in (one for one in root.iter() if _local(one) == "style"):
        marks = [mark for mark in style if _local(mark) in ("text-properties", "paragraph-properties")]
        behind = [_attribute(mark, "background-color") for mark in marks]
        is_white = any((_attribute(mark, "color") or "").lower() in _WHITE for mark in marks)
        if any(_attribute(mark, "display") == "none" for mark in marks) or (
            is_white and all(colour in (None, "transparent", *_WHITE) for colour in behind)
        ):
            yield _attribute(style, "name") or ""


def _attribute(element: Element, name: str) -> str | None:
    return next((text for key, text in element.attrib.items() if key.rpartition("}")[2] == name), None)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _parsed(archive: zipfile.ZipFile, name: str) -> Element:
    if archive.getinfo(name).file_size > MAX_PART:
        raise ValueError("a part is too large")
    try:
        root: Element = fromstring(archive.read(name))
    except (ParseError, DefusedXmlException, zipfile.BadZipFile) as error:
        raise ValueError(str(error)) from error
    return root

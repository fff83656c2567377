"""Word's packages (DOCX, DOTX, DOCM) to the text that Word and WPS show: boxes, content controls, insertions, tables.

Read from the XML itself: a package with a broken picture or of a template's type is one that they open.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

MAX_PART = 20 * 1024 * 1024
"""Bytes of XML of one part; a hundred pages have two."""

_NOT_SHOWN = frozenset(
    {"del", "moveFrom", "delText", "instrText", "Fallback", "sectPr", "pPr", "rPr", "tblPr", "sdtPr"}
)
_WHITE = ("FFFFFF", "FEFEFE", "FDFDFD")


def main_part(archive: zipfile.ZipFile) -> str | None:
    """The name of the part with the text; None for an archive that is no document of Word's."""
    names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
    for relation in _relations(archive, names.get("_rels/.rels")):
        if relation.get("Type", "").endswith("/officeDocument"):
            target = relation.get("Target", "").lstrip("/").lower()
            if target.startswith("word/") and target in names:
                return names[target]
    return names.get("word/document.xml")


def text_of(path: Path) -> tuple[str, bool]:
    """The text with one line a paragraph and a tab between cells, and whether something is in it that nobody sees.

    Raises:
        ValueError: the part with the text is no XML, or too large.
    """
    with zipfile.ZipFile(path) as archive:
        main = main_part(archive)
        if main is None:
            raise ValueError("no document")
        beside = sorted(name for name in archive.namelist() if name.lower().startswith("word/"))
        heads = [name for name in beside if posixpath.basename(name).lower().startswith("header")]
        feet = [name for name in beside if posixpath.basename(name).lower().startswith("footer")]
        reader = _Reader()
        lines: list[str] = []
        for name in (*heads, main, *feet):
            if name != main and not name.lower().endswith(".xml"):
                continue
            try:
                lines.extend(reader.block(_parsed(archive, name), False))
            except ValueError:
                if name == main:
                    raise
        return "\n".join(lines), reader.hidden


def is_word_xml(data: bytes) -> bool:
    """Whether a file is a document that Word saved as one XML file, of 2003 or a whole package in one."""
    head = data[:4096]
    return b"<?xml" in head[:64] and (b"<w:wordDocument" in head or b"<pkg:package" in head)


def text_of_xml(data: bytes) -> tuple[str, bool]:
    """The text of such a file, as `text_of`.

    Raises:
        ValueError: it is no XML.
    """
    try:
        root: Element = fromstring(data)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(str(error)) from error
    reader = _Reader()
    bodies = [one for one in root.iter() if _local(one) in ("body", "hdr", "ftr")]
    return "\n".join(line for body in bodies for line in reader.block(body, False)), reader.hidden


class _Reader:
    """Walks one document. `hidden` says whether it met text that a reader does not see."""

    def __init__(self) -> None:
        self.hidden = False

    def block(self, element: Element, on_colour: bool) -> Iterator[str]:
        """The lines of an element that holds paragraphs and tables."""
        for child in element:
            kind = _local(child)
            if kind == "p":
                yield from self.paragraph(child, on_colour)
            elif kind == "tbl":
                for row in (one for one in child.iter() if _local(one) == "tr" and _parent_table(child, one)):
                    yield self.row(row)
            elif kind not in _NOT_SHOWN:
                yield from self.block(child, on_colour)

    def row(self, row: Element) -> str:
        """The cells of a row with tabs between them; what a cell's lines say stands on one."""
        cells = []
        for cell in _within(row, "tc", "tr"):
            shaded = any(_local(one) == "shd" for one in cell.iter())
            cells.append(" ".join(line.strip() for line in self.block(cell, shaded) if line.strip()))
        return "\t".join(cell for cell in cells if cell)

    def paragraph(self, paragraph: Element, on_colour: bool) -> Iterator[str]:
        """Its own text as lines, and those of the boxes that are anchored in it."""
        boxes: list[str] = []
        shaded = on_colour or any(_local(one) == "shd" for one in paragraph.iter())
        text = "".join(self.inline(paragraph, shaded, boxes))
        yield from boxes
        yield from text.split("\n")

    def inline(self, element: Element, on_colour: bool, boxes: list[str]) -> Iterator[str]:
        """Pieces of a paragraph's text, in order."""
        for child in element:
            kind = _local(child)
            if kind in _NOT_SHOWN:
                continue
            if kind == "r" and _is_hidden(child, on_colour):
                self.hidden = self.hidden or any(
                    _local(one) == "t" and (one.text or "").strip() for one in child.iter()
                )
            elif kind == "txbxContent":
                boxes.extend(self.block(child, True))
            elif kind == "t":
                yield child.text or ""
            elif kind in ("tab", "ptab"):
                yield "\t"
            elif kind in ("br", "cr"):
                yield "\n"
            elif kind == "noBreakHyphen":
                yield "-"
            else:
                yield from self.inline(child, on_colour, boxes)


def _is_hidden(run: Element, on_colour: bool) -> bool:
    """Whether a run is set as hidden, or white on a white page."""
    for marks in run:
        if _local(marks) != "rPr":
            continue
        for mark in marks:
            value = next((text for name, text in mark.attrib.items() if name.rpartition("}")[2] == "val"), None)
            if _local(mark) == "vanish" and value not in ("0", "false", "off"):
                return True
            if _local(mark) == "color" and value is not None and value.upper() in _WHITE and not on_colour:
                return True
    return False


def _parent_table(table: Element, row: Element) -> bool:
    """Whether a row belongs to this table and to none within it."""
    return row in list(_within(table, "tr", "tbl"))


def _within(element: Element, kind: str, stop: str) -> Iterator[Element]:
    """The descendants of a kind, without those below another `stop`."""
    for child in element:
        if _local(child) == kind:
            yield child
        elif _local(child) != stop and _local(child) not in _NOT_SHOWN:
            yield from _within(child, kind, stop)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _relations(archive: zipfile.ZipFile, name: str | None) -> list[Element]:
    try:
        return [] if name is None else list(_parsed(archive, name))
    except ValueError:
        return []


def _parsed(archive: zipfile.ZipFile, name: str) -> Element:
    if archive.getinfo(name).file_size > MAX_PART:
        raise ValueError("a part is too large")
    try:
        root: Element = fromstring(archive.read(name))
    except (ParseError, DefusedXmlException, zipfile.BadZipFile) as error:
        raise ValueError(str(error)) from error
    return root

"""Reads the shape of a kit document: from a tree with lines to a Kit, and every problem of both shape and rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar, cast, get_args

from interview_engine.assessment.kits import rules as kit_rules
from interview_engine.assessment.kits.kit import (
    LEVELS,
    SCORERS,
    AnchorAnswer,
    Competency,
    CompetencyKind,
    CounterIndicator,
    CueName,
    DeliveryMeasure,
    Indicator,
    Kit,
    Phrases,
    Question,
    ScorerName,
)
from interview_engine.assessment.kits.rules import nearest
from interview_engine.assessment.kits.value_rules import LANGUAGES, Path
from interview_engine.assessment.kits.yaml_tree import Fields, Items, Leaf, Node
from interview_engine.errors import FileProblem, shown
from interview_engine.i18n import LocalizedText, Text, msg

SCHEMA = "interview-kit/1"

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}")
_WIDE = r"\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—·"
_BREAK_IN_CHINESE = re.compile(rf"(?<=[{_WIDE}]) (?=[{_WIDE}])")
_UNKNOWN = float("nan")
_NO_TEXT = LocalizedText("", "")
_Entry = TypeVar("_Entry")


class KitReader:
    """Reads the shape of a tree and remembers lines, so that rules over values can name them.

    What cannot be read becomes a stand-in (empty text, NaN) and a problem; rules then keep silent about it.
    """

    def __init__(self) -> None:
        self.problems: list[FileProblem] = []
        self._lines: dict[Path, int] = {}
        self._labels: dict[Path, str] = {}
        self._broken: set[Path] = set()

    def kit(self, tree: Node, sha256: str) -> Kit | None:
        """The kit, perhaps with stand-ins; None when the document is no kit of this schema at all."""
        if not isinstance(tree, Fields):
            self._wrong((), tree, msg("fields (schema, id, competencies, …)"))
            return None
        top = self._fields(
            tree,
            (),
            ("schema", "id", "version", "role", "description", "languages", "competencies", "questions"),
            ("vocabulary", "scorer"),
        )
        if not self._schema(top.get("schema")):
            return None
        return Kit(
            id=self._text(top.get("id"), ("id",)),
            version=int(self._whole(top.get("version"), ("version",), 1)),
            role=self._bilingual(top.get("role"), ("role",)),
            description=self._bilingual(top.get("description"), ("description",)),
            languages=self._texts(top.get("languages"), ("languages",)),
            competencies=self._list(top.get("competencies"), ("competencies",), self._competency),
            questions=self._list(top.get("questions"), ("questions",), self._question),
            vocabulary=self._phrases(top.get("vocabulary"), ("vocabulary",)),
            sha256=sha256,
            scorer=cast(ScorerName, self._choice(top["scorer"], ("scorer",), SCORERS)) if "scorer" in top else None,
        )

    def rule_problems(self, kit: Kit) -> list[FileProblem]:
        """The rules that the kit breaks, at their lines; none about what was reported as unreadable already."""
        found = []
        probes_known = not any(path[0] == "questions" and path[2:3] in ((), ("probes",)) for path in self._broken)
        for broken in kit_rules.broken_rules(kit):
            if broken.code == "kit.not_probed" and not probes_known:
                continue
            above = (broken.path[:length] for length in range(len(broken.path) + 1))
            if not any(path in self._broken for path in above):
                where = (self._line(broken.path), self._field(broken.path))
                found.append(FileProblem(broken.code, *where, broken.message, broken.next_step))
        return found

    def _schema(self, node: Node | None) -> bool:
        """Whether to read on: a missing schema is reported like any field, another one is no kit of ours."""
        if node is None or (isinstance(node, Leaf) and node.text == SCHEMA):
            return True
        given = shown(node.text) if isinstance(node, Leaf) else "…"
        self._add(
            "kit.schema",
            ("schema",),
            msg("The schema is “{given}”; this version reads {schema}.", given=given, schema=SCHEMA),
            msg("Write schema: {schema}, or update the program.", schema=SCHEMA),
        )
        return False

    def _competency(self, node: Node, path: Path) -> Competency:
        fields = self._entry(
            node,
            path,
            ("id", "kind", "name", "definition", "weight", "required_level", "indicators", "anchors"),
            ("counter_indicators", "delivery", "coherence", "anchor_answers"),
        )
        kind = self._choice(fields.get("kind"), (*path, "kind"), get_args(CompetencyKind))
        return Competency(
            id=self._text(fields.get("id"), (*path, "id")),
            kind=cast(CompetencyKind, kind),
            name=self._bilingual(fields.get("name"), (*path, "name")),
            definition=self._bilingual(fields.get("definition"), (*path, "definition")),
            weight=self._number(fields.get("weight"), (*path, "weight")),
            required_level=self._number(fields.get("required_level"), (*path, "required_level")),
            indicators=self._list(fields.get("indicators"), (*path, "indicators"), self._indicator),
            anchors=self._anchors(fields.get("anchors"), (*path, "anchors")),
            delivery=self._list(fields.get("delivery"), (*path, "delivery"), self._measure),
            coherence=self._flag(fields.get("coherence"), (*path, "coherence")),
            counter_indicators=self._list(
                fields["counter_indicators"], (*path, "counter_indicators"), self._counter_indicator
            )
            if "counter_indicators" in fields
            else (),
            anchor_answers=self._list(fields["anchor_answers"], (*path, "anchor_answers"), self._anchor_answer)
            if "anchor_answers" in fields
            else (),
        )

    def _indicator(self, node: Node, path: Path) -> Indicator:
        fields = self._entry(node, path, ("id", "text", "phrases"), ("marker",))
        return Indicator(
            id=self._text(fields.get("id"), (*path, "id")),
            text=self._bilingual(fields.get("text"), (*path, "text")),
            phrases=self._phrases(fields.get("phrases"), (*path, "phrases")),
            marker=self._flag(fields.get("marker"), (*path, "marker")),
        )

    def _counter_indicator(self, node: Node, path: Path) -> CounterIndicator:
        fields = self._entry(node, path, ("id", "text", "phrases"), ("grave",))
        return CounterIndicator(
            id=self._text(fields.get("id"), (*path, "id")),
            text=self._bilingual(fields.get("text"), (*path, "text")),
            phrases=self._phrases(fields.get("phrases"), (*path, "phrases")),
            grave=self._flag(fields.get("grave"), (*path, "grave")),
        )

    def _anchor_answer(self, node: Node, path: Path) -> AnchorAnswer:
        fields = self._entry(node, path, ("level", "text"), ())
        return AnchorAnswer(
            level=self._number(fields.get("level"), (*path, "level")),
            text=self._bilingual(fields.get("text"), (*path, "text")),
        )

    def _measure(self, node: Node, path: Path) -> DeliveryMeasure:
        fields = self._entry(node, path, ("cue", "low", "high", "falloff", "weight"), ("language",))
        language = fields.get("language")
        cue = self._choice(fields.get("cue"), (*path, "cue"), get_args(CueName))
        return DeliveryMeasure(
            cue=cast(CueName, cue),
            low=self._number(fields.get("low"), (*path, "low")),
            high=self._number(fields.get("high"), (*path, "high")),
            falloff=self._number(fields.get("falloff"), (*path, "falloff")),
            weight=self._number(fields.get("weight"), (*path, "weight")),
            language=self._language(language, (*path, "language")) if language is not None else None,
        )

    def _question(self, node: Node, path: Path) -> Question:
        fields = self._entry(
            node, path, ("id", "text", "think_s", "answer_s", "attempts", "probes"), ("references", "marks")
        )
        return Question(
            id=self._text(fields.get("id"), (*path, "id")),
            text=self._bilingual(fields.get("text"), (*path, "text")),
            think_s=self._whole(fields.get("think_s"), (*path, "think_s"), kit_rules.THINK_S[0]),
            answer_s=self._whole(fields.get("answer_s"), (*path, "answer_s"), kit_rules.ANSWER_S[0]),
            attempts=self._whole(fields.get("attempts"), (*path, "attempts"), kit_rules.ATTEMPTS[0]),
            probes=self._texts(fields.get("probes"), (*path, "probes")),
            references=self._list(fields["references"], (*path, "references"), self._bilingual)
            if "references" in fields
            else (),
            marks=self._list(fields["marks"], (*path, "marks"), self._number) if "marks" in fields else (),
        )

    def _anchors(self, node: Node | None, path: Path) -> tuple[LocalizedText, ...]:
        if node is None:
            return ()
        if not isinstance(node, Fields):
            self._wrong(path, node, msg("the levels 1: to 5:"))
            return ()
        self._lines.setdefault(path, node.line)
        names = [key.text for key, _ in node.entries]
        levels = [str(level) for level in LEVELS]
        for key, _ in node.entries:
            name = shown(key.text)
            self._lines.setdefault((*path, name), key.line)
            if key.text not in levels:
                self._add(
                    "kit.anchors",
                    (*path, name),
                    msg("“{name}” is not a level.", name=name),
                    msg("The levels are 1, 2, 3, 4 and 5."),
                )
        missing = [level for level in levels if level not in names]
        if missing:
            listed = ", ".join(missing)
            self._add(
                "kit.anchors",
                path,
                msg("The anchors of level {listed} are missing.", listed=listed),
                msg("Write all five levels."),
            )
        known = [name for name in names if name in levels]
        if known != sorted(known):
            self._add(
                "kit.anchor_order",
                path,
                msg("The anchors are not in the order 1 to 5."),
                msg("Write level 1 (lowest) first and level 5 (highest) last."),
            )
        by_level = {key.text: value for key, value in node.entries}
        return tuple(self._bilingual(by_level.get(level), (*path, level)) for level in levels)

    def _bilingual(self, node: Node | None, path: Path) -> LocalizedText:
        if node is None:
            self._broken.add(path)
            return _NO_TEXT
        fields = self._fields(node, path, LANGUAGES, ())
        zh, en = (self._text(fields.get(language), (*path, language)) for language in LANGUAGES)
        return LocalizedText(_BREAK_IN_CHINESE.sub("", zh), en)

    def _phrases(self, node: Node | None, path: Path) -> Phrases:
        if node is None:
            self._broken.add(path)
            return Phrases((), ())
        fields = self._fields(node, path, (), LANGUAGES)
        zh, en = (
            self._texts(fields[language], (*path, language)) if language in fields else () for language in LANGUAGES
        )
        return Phrases(tuple(_BREAK_IN_CHINESE.sub("", phrase) for phrase in zh), en)

    def _text(self, node: Node | None, path: Path) -> str:
        """One text, runs of white space made single spaces."""
        if node is None:
            self._broken.add(path)
            return ""
        if not isinstance(node, Leaf):
            self._wrong(path, node, msg("a text"))
            return ""
        self._lines.setdefault(path, node.line)
        return " ".join(node.text.split())

    def _texts(self, node: Node | None, path: Path) -> tuple[str, ...]:
        return self._list(node, path, self._text)

    def _choice(self, node: Node | None, path: Path, options: Sequence[str]) -> str:
        """One of a few words; the first when it cannot be read."""
        value = self._text(node, path)
        if value in options or path in self._broken:
            return value or options[0]
        said = msg("“{value}” is not one of the known values.", value=shown(value))
        self._add("kit.choice", path, said, nearest(value, options))
        return options[0]

    def _flag(self, node: Node | None, path: Path) -> bool:
        """An optional true or false; false when it is not there."""
        return node is not None and self._choice(node, path, ("false", "true")) == "true"

    def _number(self, node: Node | None, path: Path) -> float:
        value = self._digits(node, path, _NUMBER, msg("a number (30 or 3.5)"))
        return _UNKNOWN if value is None else float(value)

    def _whole(self, node: Node | None, path: Path, stand_in: int) -> int:
        value = self._digits(node, path, _WHOLE, msg("a whole number"))
        return stand_in if value is None else int(value)

    def _digits(self, node: Node | None, path: Path, pattern: re.Pattern[str], expected: Text) -> str | None:
        if node is None:
            self._broken.add(path)
            return None
        if not isinstance(node, Leaf) or node.quoted or not pattern.fullmatch(node.text):
            self._wrong(path, node, expected)
            return None
        self._lines.setdefault(path, node.line)
        return node.text

    def _list(self, node: Node | None, path: Path, read: Callable[[Node, Path], _Entry]) -> tuple[_Entry, ...]:
        if node is None:
            self._broken.add(path)
            return ()
        if not isinstance(node, Items):
            self._wrong(path, node, msg("a list (entries begin with -, or [a, b])"))
            return ()
        self._lines.setdefault(path, node.line)
        return tuple(read(entry, (*path, number)) for number, entry in enumerate(node.nodes))

    def _entry(self, node: Node, path: Path, required: Sequence[str], optional: Sequence[str]) -> dict[str, Node]:
        """The fields of a list's entry, which is named by its id from here on."""
        if isinstance(node, Fields):
            for key, value in node.entries:
                if key.text == "id" and isinstance(value, Leaf):
                    self._labels[path] = shown(value.text)
        return self._fields(node, path, required, optional)

    def _fields(self, node: Node, path: Path, required: Sequence[str], optional: Sequence[str]) -> dict[str, Node]:
        """The known fields of a mapping; unknown and missing ones are problems."""
        known = (*required, *optional)
        if not isinstance(node, Fields):
            listed = ", ".join(known)
            self._wrong(path, node, msg("fields ({listed})", listed=listed))
            return {}
        self._lines.setdefault(path, node.line)
        fields = {}
        for key, value in node.entries:
            here = (*path, shown(key.text))
            self._lines.setdefault(here, key.line)
            if key.text in known:
                fields[key.text] = value
                continue
            self._add("kit.unknown_field", here, msg("Unknown field."), nearest(key.text, known))
        for name in required:
            if name not in fields:
                self._missing((*path, name))
        return fields

    def _missing(self, path: Path) -> None:
        name = str(path[-1])
        language = {"zh": msg("The Chinese text is missing."), "en": msg("The English text is missing.")}.get(name)
        self._add(
            "kit.missing_language" if language else "kit.missing_field",
            path,
            language or msg("This field is missing."),
            msg("Add {name}.", name=name),
        )

    def _wrong(self, path: Path, node: Node, expected: Text) -> None:
        """Report a value of the wrong type."""
        given: Text | str = msg("a list") if isinstance(node, Items) else msg("fields")
        step = msg("Write it as docs/kits.md shows.")
        if isinstance(node, Leaf):
            given = f"“{shown(node.text)}”" if node.text else msg("empty")
            if node.quoted and _NUMBER.fullmatch(node.text):
                step = msg("Take off the quotes.")
        message = msg("Expected {expected}, found {given}.", expected=expected, given=given)
        self._lines.setdefault(path, node.line)
        self._add("kit.type", path, message, step)

    def _language(self, node: Node, path: Path) -> Literal["zh", "en"]:
        return "zh" if self._choice(node, path, LANGUAGES) == "zh" else "en"

    def _add(self, code: str, path: Path, message: Text, next_step: Text) -> None:
        self._broken.add(path)
        self.problems.append(FileProblem(code, self._line(path), self._field(path), message, next_step))

    def _line(self, path: Path) -> int:
        """The line of a field's name, or of the nearest thing around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 0

    def _field(self, path: Path) -> str:
        """`competencies[communication].weight`; entries without an id by position, `competencies[#2]`."""
        text = ""
        for length, part in enumerate(path, start=1):
            if isinstance(part, int):
                text += f"[{self._labels.get(path[:length], f'#{part + 1}')}]"
            else:
                text += f".{part}" if text else part
        return text

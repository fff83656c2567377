"""Kit files: YAML bytes to a valid Kit, or one KitError that lists every problem with line and field; and back."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from interview_engine.assessment.kits.kit import (
    Competency,
    CounterIndicator,
    DeliveryMeasure,
    Indicator,
    Kit,
    Phrases,
    Question,
)
from interview_engine.assessment.kits.reader import SCHEMA, KitReader
from interview_engine.assessment.kits.yaml_tree import MAX_BYTES, TreeError, read_tree
from interview_engine.errors import FileProblem, KitError
from interview_engine.i18n import LocalizedText, Message, Text, joined, msg

MAX_SHOWN = 30
"""Problems listed in an error's message; `KitError.problems` holds all."""


def load_kit(path: Path) -> Kit:
    """The kit in that file.

    Raises:
        KitError: `kit.missing`, `kit.unreadable`, or as `parse_kit`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise _whole_file(
            "kit.missing",
            msg("There is no kit file {path}.", path=path),
            msg("Check the path; `interview-engine kit list` shows the built-in kits."),
        ) from error
    except OSError as error:
        said = error.strerror or type(error).__name__
        raise _whole_file(
            "kit.unreadable",
            msg("The kit file {path} cannot be read ({said}).", path=path, said=said),
            msg("Check that it is a file and that you may read it."),
        ) from error
    return parse_kit(data, path.name)


@lru_cache(maxsize=64)
def parse_kit(data: bytes, name: str) -> Kit:
    """The kit in a file's bytes; `name` is the file's name in error messages, `sha256` is of exactly these bytes.

    Kits are immutable, and pages and previews read the same ones again and again: the last ones are kept.

    Raises:
        KitError: `kit.invalid` with all problems; or, when the file as a whole cannot be read, `kit.empty`,
            `kit.encoding`, `kit.too_large`, `kit.tab`, `kit.character`, `kit.syntax` or `kit.yaml_feature`.
    """
    try:
        tree, problems = read_tree(data)
    except TreeError as error:
        raise _error(name, error.problem.code, (error.problem,)) from error
    reader = KitReader()
    kit = reader.kit(tree, hashlib.sha256(data).hexdigest())
    found = [*problems, *reader.problems]
    if kit is not None:
        found += reader.rule_problems(kit)
    if kit is None or found:
        raise _error(name, "kit.invalid", tuple(sorted(found, key=lambda problem: problem.line)))
    return kit


def shipped_kits() -> dict[str, Path]:
    """The kits that ship with the product: id → file, in order of id. A file is named after its kit's id."""
    folder = Path(str(resources.files("interview_engine") / "kits"))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def kit_yaml(kit: Kit) -> bytes:
    """The kit as a file that `parse_kit` reads back to an equal kit (all but `sha256`, which is of the new bytes)."""
    text: str = yaml.dump(kit_document(kit), Dumper=KitDumper, allow_unicode=True, sort_keys=False, width=118)
    return text.encode()


def kit_document(kit: Kit) -> dict[str, object]:
    """What the file of a kit holds, as plain values: what `kit_yaml` writes."""
    return {
        "schema": SCHEMA,
        "id": kit.id,
        "version": kit.version,
        "role": _texts(kit.role),
        "description": _texts(kit.description),
        "languages": list(kit.languages),
        **({} if kit.scorer is None else {"scorer": kit.scorer}),
        "vocabulary": _phrases(kit.vocabulary),
        "competencies": [_competency(competency) for competency in kit.competencies],
        "questions": [_question(question) for question in kit.questions],
    }


class KitDumper(yaml.SafeDumper):
    """Plain decimal numbers, and never an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never: an anchor would be refused when the file is read."""
        return True


def _write_number(writer: KitDumper, value: float) -> yaml.ScalarNode:
    text = f"{value:.9f}".rstrip("0")
    if text.endswith("."):
        return writer.represent_int(int(value))
    return writer.represent_scalar("tag:yaml.org,2002:float", text)


KitDumper.add_representer(float, _write_number)


def _competency(competency: Competency) -> dict[str, object]:
    fields: dict[str, object] = {
        "id": competency.id,
        "kind": competency.kind,
        "name": _texts(competency.name),
        "definition": _texts(competency.definition),
        "weight": competency.weight,
        "required_level": competency.required_level,
        "indicators": [_indicator(indicator) for indicator in competency.indicators],
    }
    if competency.counter_indicators:
        fields["counter_indicators"] = [_counter_indicator(one) for one in competency.counter_indicators]
    fields["anchors"] = {level: _texts(anchor) for level, anchor in enumerate(competency.anchors, start=1)}
    if competency.anchor_answers:
        fields["anchor_answers"] = [{"level": one.level, "text": _texts(one.text)} for one in competency.anchor_answers]
    if competency.delivery:
        fields["delivery"] = [_measure(measure) for measure in competency.delivery]
    if competency.coherence:
        fields["coherence"] = True
    return fields


def _indicator(indicator: Indicator) -> dict[str, object]:
    fields: dict[str, object] = {
        "id": indicator.id,
        "text": _texts(indicator.text),
        "phrases": _phrases(indicator.phrases),
    }
    if indicator.marker:
        fields["marker"] = True
    return fields


def _counter_indicator(one: CounterIndicator) -> dict[str, object]:
    fields: dict[str, object] = {"id": one.id}
    if one.grave:
        fields["grave"] = True
    fields.update(text=_texts(one.text), phrases=_phrases(one.phrases))
    return fields


def _measure(measure: DeliveryMeasure) -> dict[str, object]:
    fields: dict[str, object] = {"cue": measure.cue}
    if measure.language:
        fields["language"] = measure.language
    fields.update(low=measure.low, high=measure.high, falloff=measure.falloff, weight=measure.weight)
    return fields


def _question(question: Question) -> dict[str, object]:
    fields: dict[str, object] = {
        "id": question.id,
        "text": _texts(question.text),
        "think_s": question.think_s,
        "answer_s": question.answer_s,
        "attempts": question.attempts,
        "probes": list(question.probes),
    }
    if question.references:
        fields["references"] = [_texts(reference) for reference in question.references]
    if question.marks:
        fields["marks"] = list(question.marks)
    return fields


def _texts(text: LocalizedText) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _phrases(phrases: Phrases) -> dict[str, list[str]]:
    return {"zh": list(phrases.zh), "en": list(phrases.en)}


def _error(name: str, code: str, problems: tuple[FileProblem, ...]) -> KitError:
    """One error from all problems: a line each, file name first."""
    shown = problems[:MAX_SHOWN]
    rest = len(problems) - len(shown)
    lines: list[Text] = [msg("{name}, {problem}", name=name, problem=problem.whole()) for problem in shown]
    if rest:
        lines.append(msg("… and {rest} more.", rest=rest))
    head = (
        msg("Kit {name} has 1 problem:", name=name)
        if len(problems) == 1
        else msg("Kit {name} has {count} problems:", name=name, count=len(problems))
    )
    return KitError(
        code,
        joined([head, *lines], Message("\n")),
        msg("\nThen run `interview-engine kit check` again; docs/kits.md describes the format."),
        problems,
    )


def _whole_file(code: str, message: Text, next_step: Text) -> KitError:
    return KitError(code, message, next_step, (FileProblem(code, 0, "", message, next_step),))

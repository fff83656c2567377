"""A changed kit as a changed file: only what differs is another line, and it reads back as the changed kit."""

from __future__ import annotations

import difflib
from dataclasses import replace

import pytest

from interview_engine.assessment.kits.editing import edited_text
from interview_engine.assessment.kits.file import kit_yaml, parse_kit, shipped_kits
from interview_engine.assessment.kits.kit import Kit, Question
from interview_engine.i18n import LocalizedText

SHIPPED = sorted(shipped_kits())


def shipped(name: str) -> tuple[str, Kit]:
    text = shipped_kits()[name].read_text("utf-8")
    return text, parse_kit(text.encode(), name)


def changed_lines(old: str, new: str) -> tuple[int, int]:
    """Lines gone and lines new."""
    found = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0))[2:]
    return sum(line.startswith("-") for line in found), sum(line.startswith("+") for line in found)


def same_but_sum(one: Kit, other: Kit) -> bool:
    return replace(one, sha256="") == replace(other, sha256="")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_kit_without_changes_keeps_every_character(name: str) -> None:
    text, kit = shipped(name)
    assert edited_text(text, kit, kit) == text


@pytest.mark.parametrize("name", SHIPPED)
def test_other_weights_are_one_line_each(name: str) -> None:
    text, kit = shipped(name)
    first, second, *rest = kit.competencies
    moved = (replace(first, weight=first.weight - 2.5), replace(second, weight=second.weight + 2.5), *rest)
    edited = replace(kit, competencies=moved)
    written = edited_text(text, kit, edited)
    assert changed_lines(text, written) == (2, 2)
    assert same_but_sum(parse_kit(written.encode(), name), edited)


@pytest.mark.parametrize("name", SHIPPED)
def test_texts_are_written_where_they_stood_whatever_marks_they_hold(name: str) -> None:
    text, kit = shipped(name)
    english = 'A "new" text: with, [marks] # and a length that goes beyond one line of the file, as descriptions do.'
    question = replace(kit.questions[0], text=LocalizedText("新的问题：为什么？", "- Why: “so”?"))
    edited = replace(
        kit,
        role=LocalizedText("新，角色", "Role, with: marks"),
        description=LocalizedText("说明", english),
        questions=(question, *kit.questions[1:]),
    )
    written = edited_text(text, kit, edited)
    assert same_but_sum(parse_kit(written.encode(), name), edited)
    gone, new = changed_lines(text, written)
    assert max(gone, new) <= 9


@pytest.mark.parametrize("name", SHIPPED)
def test_who_scores_is_one_line_that_comes_and_goes(name: str) -> None:
    text, kit = shipped(name)
    judged = replace(kit, scorer="judge")
    written = edited_text(text, kit, judged)
    assert changed_lines(text, written) == (0, 1)
    assert same_but_sum(parse_kit(written.encode(), name), judged)
    assert edited_text(written, judged, kit) == text


def test_what_is_removed_and_added_leaves_the_rest_as_it_was() -> None:
    text, kit = shipped("customer-service")
    text = text.replace("  - id: q2\n", "  # about the second question\n  - id: q2\n")
    new = Question("q9", LocalizedText("最后一个问题？", "One more?"), 30, 120, 2, (kit.competencies[0].id,))
    kept = tuple(one for one in kit.questions if one.id != "q2")
    written = edited_text(text, kit, replace(kit, questions=(*kept, new)))
    gone = text[text.index("  # about the second") : text.index("  - id: q3\n")]
    assert written.startswith(text.replace(gone, ""))
    assert parse_kit(written.encode(), "k").questions == (*kept, new)


def test_a_draft_that_breaks_a_rule_is_written_too_so_that_its_problems_can_be_named() -> None:
    text, kit = shipped("sales")
    first, *rest = kit.competencies
    written = edited_text(text, kit, replace(kit, competencies=(replace(first, weight=99.0), *rest)))
    assert changed_lines(text, written) == (1, 1)
    assert "weight: 99\n" in written


def test_an_emptied_folded_text_leaves_a_file_that_can_be_read() -> None:
    text, kit = shipped("customer-service")
    written = edited_text(text, kit, replace(kit, description=LocalizedText(kit.description.zh, "")))
    assert '  en: ""\nlanguages: [zh, en]\n' in written
    assert changed_lines(text, written) == (3, 1)


def test_a_list_that_stands_in_brackets_stays_in_brackets() -> None:
    text, kit = shipped("sales")
    asked = replace(kit.questions[0], probes=tuple(one.id for one in kit.competencies[:3]))
    written = edited_text(text, kit, replace(kit, questions=(asked, *kit.questions[1:])))
    assert f"probes: [{', '.join(asked.probes)}]" in written
    assert changed_lines(text, written) == (1, 1)


def test_another_order_reads_back_as_that_order() -> None:
    text, kit = shipped("sales")
    edited = replace(kit, questions=kit.questions[::-1], competencies=kit.competencies[::-1])
    assert same_but_sum(parse_kit(edited_text(text, kit, edited).encode(), "k"), edited)


def test_a_file_of_another_layout_is_changed_as_well() -> None:
    _, kit = shipped("sales")
    text = kit_yaml(kit).decode()
    kit = parse_kit(text.encode(), "k")
    edited = replace(kit, competencies=kit.competencies[1:], role=LocalizedText("销售", "Sales"))
    assert same_but_sum(replace(edited), edited)
    written = edited_text(text, kit, edited)
    assert "weight:" in written
    gone, new = changed_lines(text, written)
    assert new <= 2 < gone

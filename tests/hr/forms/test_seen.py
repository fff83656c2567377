"""Two people fill in the form of one row: whoever saves second is told, and keeps what both have entered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.errors import ConflictError
from interview_engine.hr.forms.seen import check_unseen, marks, meanwhile
from interview_engine.i18n import msg

SHOWN = {"phone": "139", "title": "客服", "note": "一\n二"}
LABELS = {name: msg("{name}", name=name) for name in SHOWN}


def test_nothing_is_said_where_nothing_changed_whatever_was_typed() -> None:
    typed = {**SHOWN, "title": "主管"}
    assert meanwhile(marks(SHOWN), SHOWN, typed).changed == ()
    check_unseen(marks(SHOWN), SHOWN, typed, LABELS)


def test_line_ends_of_browsers_and_spaces_at_the_ends_are_no_change() -> None:
    assert meanwhile(marks(SHOWN), {**SHOWN, "note": "一\r\n二 "}, SHOWN).changed == ()


def test_what_somebody_else_changed_is_named_and_kept_where_the_sender_touched_nothing() -> None:
    now = {**SHOWN, "phone": "138", "note": "三"}
    typed = {**SHOWN, "phone": "137"}
    found = meanwhile(marks(SHOWN), now, typed)
    assert found.changed == ("phone", "note")
    assert found.merged == {"phone": "137", "title": "客服", "note": "三"}
    with pytest.raises(ConflictError) as caught:
        check_unseen(marks(SHOWN), now, typed, LABELS)
    assert caught.value.code == "form.changed_since"
    assert "phone" in caught.value.message.get("en")


def test_a_form_without_marks_is_not_held_against_anything() -> None:
    assert meanwhile("", {"phone": "138"}, {"phone": "139"}).changed == ()
    assert meanwhile("=,rubbish", {"phone": "138"}, {"phone": "139"}).changed == ()


@given(st.dictionaries(st.sampled_from("abc"), st.text(max_size=5), min_size=3), st.data())
def test_neither_change_is_lost_unless_both_changed_one_field(shown: dict[str, str], data: st.DataObject) -> None:
    first = {name: data.draw(st.sampled_from([value, f"{value}1"])) for name, value in shown.items()}
    second = {name: data.draw(st.sampled_from([value, f"{value}2"])) for name, value in shown.items()}
    merged = meanwhile(marks(shown), first, second).merged
    for name, value in shown.items():
        assert merged[name] == (second[name] if second[name] != value else first[name])

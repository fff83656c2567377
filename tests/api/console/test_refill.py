"""What was typed into a form that is refused stands in it again, whatever page it is on."""

from __future__ import annotations

import re

import pytest
from console_data import Company
from console_pages import URL, csrf
from starlette.testclient import TestClient

from api.console.refill import refilled

PAGE = """<main><form method="post" action="/other"><input name="words" value=""></form>
<details><summary>One</summary><form method="post" action="/here"><input type="hidden" name="csrf" value="new">
<input type="hidden" name="id" value="1"><input type="text" name="words" value="old"><textarea name="why">
old</textarea><select name="way"><option value="a" selected>A</option><option value="b">B</option></select>
<input type="checkbox" name="box" value="1" checked><input type="checkbox" name="box" value="2">
<input type="password" name="secret"></form></details>
<form method="post" action="/here"><input type="hidden" name="id" value="2"><input name="words" value="two"></form>
</main>"""
SENT = [("csrf", "old"), ("id", "1"), ("words", 'a "quoted" <b>'), ("why", "one\r\ntwo"), ("way", "b"), ("box", "2"),
        ("secret", "hidden")]  # fmt: skip


def shown(sent: list[tuple[str, str]] = SENT, **more: str) -> str:
    found = refilled(PAGE, "/here", sent, **more)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "there",
    [
        'value="a &quot;quoted&quot; &lt;b&gt;"',
        '<textarea name="why">\none\ntwo</textarea>',
        '<option value="a">A</option><option value="b" selected>',
        '<input type="checkbox" name="box" value="1"><input type="checkbox" name="box" value="2" checked>',
        '<input type="hidden" name="csrf" value="new">',
        '<input type="password" name="secret">',
        '<form method="post" action="/other"><input name="words" value="">',
        '<input name="words" value="two">',
        "<details open>",
    ],
)
def test_each_kind_of_field_holds_what_was_sent_and_nothing_else_changes(there: str) -> None:
    assert re.sub(r">\n<input", "><input", there) in re.sub(r">\n<input", "><input", shown())


def test_the_form_whose_hidden_fields_were_sent_is_the_one() -> None:
    found = shown([("id", "2"), ("words", "three")])
    assert '<input type="text" name="words" value="old">' in found
    assert '<input name="words" value="three">' in found


def test_fields_of_one_name_are_filled_in_their_order() -> None:
    page = '<form action="/x"><input name="a" value=""><input name="a" value=""><input name="a" value="c"></form>'
    found = refilled(page, "/x", [("a", "1"), ("a", "2")])
    assert found is not None
    assert re.findall(r'value="([^"]*)"', found) == ["1", "2", "c"]


def test_the_field_that_was_wrong_is_marked_and_words_stand_above_the_form() -> None:
    found = shown(at_fault="why", above="<p>No.</p>")
    assert '<textarea name="why" aria-invalid="true">' in found
    assert '<form method="post" action="/here"><p>No.</p><input type="hidden" name="csrf"' in found


def test_a_page_without_the_form_is_not_the_one() -> None:
    assert refilled(PAGE, "/elsewhere", SENT) is None
    assert refilled('<form action="/x"><input type="hidden" name="a" value=""></form>', "/x", [("a", "1")]) is None


def refused(made: Company, client: TestClient, referer: str, **fields: str) -> tuple[int, str]:
    """A view whose name is too long; its form stands on the page of the ranked list."""
    sent = {"csrf": csrf(client), "name": "字" * 3000, "query": "sort=score", "shared": "1", **fields}
    path = f"/console/requisitions/{made.requisition_id}/views"
    answer = client.post(path, data=sent, headers={"referer": referer}, follow_redirects=False)
    return answer.status_code, answer.text


def test_a_form_that_is_refused_comes_back_on_the_page_it_was_sent_from(
    made: Company, clients: dict[str, TestClient]
) -> None:
    status, page = refused(made, clients["hr"], f"{URL}/console/requisitions/{made.requisition_id}?done=saved")
    assert status == 422
    assert f'value="{"字" * 3000}"' in page
    assert 'name="shared" value="1" checked' in page
    assert page.index('<div class="problem-box" role="alert">') < page.index("字" * 3000)
    assert 'class="flash"' not in page, "what was done before is not said again"


def test_a_form_of_a_session_that_ended_meanwhile_is_not_lost_and_does_nothing(
    made: Company, clients: dict[str, TestClient]
) -> None:
    here = f"{URL}/console/requisitions/{made.requisition_id}"
    status, page = refused(made, clients["hr"], here, csrf=csrf(clients["recruiter"]), name="夜班")
    assert status == 403
    assert 'value="夜班"' in page
    assert "夜班" not in clients["hr"].get(here).text


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/console/home", f"{URL}/i/x", f"{URL}/console/kits"])
def test_without_a_page_of_ours_that_has_the_form_the_problem_is_a_page_by_itself(
    made: Company, clients: dict[str, TestClient], referer: str
) -> None:
    status, page = refused(made, clients["hr"], referer)
    assert status == 422
    assert "字" * 3000 not in page

"""Sections and documents on an employee's file, as HR and others use them (D2, A16)."""

from __future__ import annotations

import re
from datetime import timedelta

import id_cards
import pytest
from console_data import CLOCK, Company
from console_pages import csrf
from httpx2 import Response
from starlette.testclient import TestClient

from interview_engine.clock import china_day
from interview_engine.hr.employment import service
from interview_engine.hr.employment.persons import NewContact, find_or_make
from interview_engine.hr.employment.tables import Employment

NUMBER = id_cards.NUMBER
DAY = timedelta(days=1)


@pytest.fixture
def employed(made: Company) -> str:
    """Somebody who works here; the address of their file."""
    with made.context.database.transaction() as session:
        person = find_or_make(session, made.actors["hr"], NewContact("欧阳测试", phone="13800006789"), CLOCK).id
        where = service.Place(made.entity_id, made.department_id)
        start = china_day(CLOCK) - 100 * DAY
        row = service.begin(session, made.actors["hr"], person, where, "客服", start, None, CLOCK)
        return f"/console/employees/{row.id}"


def sent(client: TestClient, path: str, **fields: str) -> Response:
    return client.post(path, data={"csrf": csrf(client), **fields}, follow_redirects=True)


def entry_of(page: str, section: str) -> str:
    """The address of the first entry of a section on a file."""
    part = page.partition(f'id="section-{section}"')[2].partition("</section>")[0]
    found = re.search(r'href="(/console/employees/[^"]+/file/entries/[^"]+)"', part)
    assert found is not None, part
    return found[1]


def test_an_id_number_is_masked_on_the_file_and_whole_where_it_is_opened(
    clients: dict[str, TestClient], employed: str
) -> None:
    page = sent(clients["hr"], f"{employed}/file/identity/new", id_number=NUMBER).text
    assert "110***********0025" in page
    assert NUMBER not in page
    assert "1990-03-07" in page
    assert NUMBER in clients["hr"].get(entry_of(page, "identity")).text


def test_who_may_not_read_it_sees_neither_section_nor_entry(clients: dict[str, TestClient], employed: str) -> None:
    address = entry_of(sent(clients["hr"], f"{employed}/file/identity/new", id_number=NUMBER).text, "identity")
    for role in ("recruiter", "hiring_manager"):
        page = clients[role].get(employed)
        assert page.status_code == 200
        assert 'id="section-identity"' not in page.text
        assert 'id="section-bank"' not in page.text
        assert clients[role].get(address).status_code == 403
        assert sent(clients[role], address, id_number=NUMBER, seen="1").status_code == 403
        assert clients[role].get("/console/employees-by-id").status_code == 403


def test_a_wrong_number_is_refused_beside_its_field_with_what_was_typed(
    clients: dict[str, TestClient], employed: str
) -> None:
    answer = sent(clients["hr"], f"{employed}/file/identity/new", id_number="110105199003070026")
    assert answer.status_code == 422
    assert 'value="110105199003070026"' in answer.text
    assert "身份证号末位校验不符" in answer.text


def test_the_second_of_two_sees_what_the_first_changed_and_saves_on_top_of_it(
    clients: dict[str, TestClient], employed: str
) -> None:
    first = {"lives_at": "虚构路1号", "registered": "样本县1号", "postcode": ""}
    page = sent(clients["hr"], f"{employed}/file/address/new", **first).text
    address = entry_of(page, "address")
    assert 'name="seen" value="1"' in clients["administrator"].get(address).text
    sent(clients["hr"], address, **{**first, "lives_at": "虚构路9号"}, seen="1")
    mine = {**first, "postcode": "200000"}
    refused = sent(clients["administrator"], address, **mine, seen="1")
    assert refused.status_code == 422
    assert "虚构路9号" in refused.text.partition('id="now"')[2]
    assert 'value="200000"' in refused.text
    assert 'name="seen" value="2"' in refused.text
    assert "虚构路9号" in clients["hr"].get(address).text
    sent(clients["administrator"], address, **{**mine, "lives_at": "虚构路9号"}, seen="2")
    assert "200000" in clients["hr"].get(address).text


def test_an_entry_is_not_reached_through_another_persons_file(
    made: Company, clients: dict[str, TestClient], employed: str
) -> None:
    page = sent(clients["hr"], f"{employed}/file/address/new", lives_at="虚构路1号").text
    entry = entry_of(page, "address").rpartition("/")[2]
    with made.context.database.transaction() as session:
        person = find_or_make(session, made.actors["hr"], NewContact("旁人", phone="13800006780"), CLOCK).id
        where = service.Place(made.entity_id, made.department_id)
        other = service.begin(session, made.actors["hr"], person, where, "客服", china_day(CLOCK), None, CLOCK).id
    assert clients["hr"].get(f"/console/employees/{other}/file/entries/{entry}").status_code == 404
    assert sent(clients["hr"], f"/console/employees/{other}/file/entries/{entry}/remove", seen="1").status_code == 404


def test_an_entry_is_taken_out(clients: dict[str, TestClient], employed: str) -> None:
    page = sent(
        clients["hr"], f"{employed}/file/emergency/new", name="测试母", relation="parent", phone="13800001234"
    ).text
    assert "138****1234" in page
    page = sent(clients["hr"], f"{entry_of(page, 'emergency')}/remove", seen="1").text
    assert "138****1234" not in page


def test_who_comes_back_is_found_by_their_number_which_stands_in_no_address(
    clients: dict[str, TestClient], employed: str
) -> None:
    sent(clients["hr"], f"{employed}/file/identity/new", id_number=NUMBER)
    found = sent(clients["hr"], "/console/employees-by-id", id_number="110105 19900307 0025")
    assert str(found.url).endswith(employed)
    assert NUMBER not in str(found.url)
    unknown = sent(clients["hr"], "/console/employees-by-id", id_number="11010519491231002X")
    assert (unknown.status_code, "找不到该身份证号" in unknown.text) == (422, True)


@pytest.mark.skipif(not id_cards.FONT.is_file(), reason="no font with Chinese letters is installed")
def test_a_photo_fills_the_form_and_nothing_of_it_is_kept(
    made: Company, clients: dict[str, TestClient], employed: str
) -> None:
    before = set(made.context.blobs.stored())
    photo = id_cards.jpeg(id_cards.on_a_table(id_cards.front()))
    answer = clients["hr"].post(
        f"{employed}/file/identity/photo", data={"csrf": csrf(clients["hr"])}, files={"photo": ("card.jpg", photo)}
    )
    assert answer.status_code == 200
    assert f'value="{NUMBER}"' in answer.text
    assert "欧阳测试" in answer.text
    assert 'id="section-identity"' not in answer.text
    assert "110***" not in clients["hr"].get(employed).text
    assert set(made.context.blobs.stored()) == before


def test_a_photo_that_cannot_be_read_says_what_to_do_and_keeps_the_form(
    clients: dict[str, TestClient], employed: str
) -> None:
    answer = clients["hr"].post(
        f"{employed}/file/identity/photo", data={"csrf": csrf(clients["hr"])}, files={"photo": ("card.jpg", b"nothing")}
    )
    assert answer.status_code == 422
    assert "JPEG" in answer.text
    assert 'name="id_number"' in answer.text


def test_a_document_is_put_in_opened_held_and_deleted(clients: dict[str, TestClient], employed: str) -> None:
    hr = clients["hr"]
    pdf = b"%PDF-1.7 an invented diploma"
    page = hr.post(
        f"{employed}/documents", data={"csrf": csrf(hr), "kind": "diploma"}, files={"file": ("毕业证.pdf", pdf)},
        follow_redirects=True,
    ).text  # fmt: skip
    found = re.search(rf'href="({employed}/documents/[^"]+)">毕业证.pdf', page)
    assert found is not None
    document = found[1]
    answer = hr.get(document)
    assert answer.content == pdf
    assert answer.headers["content-disposition"].startswith("attachment")
    assert clients["recruiter"].get(document).status_code == 403
    until = (china_day(CLOCK) + 30 * DAY).isoformat()
    assert "劳动仲裁" in sent(hr, f"{document}/hold", hold_until=until, hold_reason="劳动仲裁").text
    assert sent(hr, f"{document}/delete").status_code == 409
    sent(hr, f"{document}/hold", hold_until="", hold_reason="")
    assert "毕业证.pdf" not in sent(hr, f"{document}/delete").text


def test_the_timeline_shows_what_the_interview_left(
    made: Company, clients: dict[str, TestClient], employed: str
) -> None:
    with made.context.database.transaction() as session:
        row = session.get_one(Employment, employed.rpartition("/")[2])
        row.interview = {
            "kit": {"id": "customer-service", "version": 3, "sha256": "0" * 64}, "scorer": "evidence/3",
            "measured_at": "2026-01-05T08:00:00+00:00", "score": 7.4, "low": 6.6, "high": 8.2, "human_score": None,
            "competencies": [{"id": "empathy", "name": "同理心", "score": 8.1, "low": 7.0, "high": 9.0, "weight": 0.5,
                              "required_level": 3, "human_score": None}],
        }  # fmt: skip
    page = clients["hr"].get(employed).text.partition('id="timeline"')[2]
    assert "同理心" in page
    assert "7.4" in page

"""The photo that an employee gives to colleagues, on their file in the console (D4)."""

from __future__ import annotations

from console_data import CLOCK, Company
from console_pages import csrf
from starlette.testclient import TestClient

from interview_engine.clock import china_day
from interview_engine.hr.access.rules import employee_actor
from interview_engine.hr.employment import service
from interview_engine.hr.employment.persons import NewContact, find_or_make
from interview_engine.hr.files import photos

PICTURE = b"\xff\xd8\xff an invented face"


def with_photo(made: Company) -> tuple[str, str]:
    """The address of the file of somebody who gives a photo, and the photo's id."""
    with made.context.database.transaction() as session:
        person = find_or_make(session, made.actors["hr"], NewContact("何小满", phone="13800006789"), CLOCK).id
        where = service.Place(made.entity_id, made.department_id)
        row = service.begin(session, made.actors["hr"], person, where, "客服专员", china_day(CLOCK), None, CLOCK)
    new = photos.store_photo(made.context.blobs, person, PICTURE, CLOCK)
    with made.context.database.transaction() as session:
        photos.give(session, employee_actor(person, "zh"), new, True, "zh", CLOCK)
    return f"/console/employees/{row.id}", new.id


def test_hr_looks_at_the_photo_takes_it_down_with_a_reason_and_it_is_gone(
    made: Company, clients: dict[str, TestClient]
) -> None:
    hr = clients["hr"]
    file, photo = with_photo(made)
    assert "同事可见的照片" in hr.get(file).text
    assert hr.get(f"{file}/photo.jpg").content == PICTURE
    form = {"csrf": csrf(hr), "photo": photo}
    refused = hr.post(f"{file}/photo/take-down", data={**form, "reason": "x"})
    assert refused.status_code == 422
    assert "同事可见的照片" in refused.text
    page = hr.post(f"{file}/photo/take-down", data={**form, "reason": "照片中有他人"}, follow_redirects=True).text
    assert "照片已撤下，并已告知本人原因。" in page
    assert "同事可见的照片" not in page
    assert hr.get(f"{file}/photo.jpg").status_code == 404


def test_who_is_not_hr_sees_no_photo_on_the_file(made: Company, clients: dict[str, TestClient]) -> None:
    file, photo = with_photo(made)
    head = clients["hiring_manager"]
    assert "同事可见的照片" not in head.get(file).text
    assert head.get(f"{file}/photo.jpg").status_code in (403, 404)
    form = {"csrf": csrf(head), "photo": photo, "reason": "不合适"}
    assert head.post(f"{file}/photo/take-down", data=form).status_code in (403, 404)

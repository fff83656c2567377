"""A new user at an empty company: sets it up, imports 300 people from a sheet as people keep them, finds them, rolls
the import back and imports it again (L2); in Chinese, and in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from io import BytesIO

import openpyxl
import pytest
from databases import copied_sqlite
from messy_staff import DEPARTMENTS, HEADS
from newcomer import Newcomer, Walk, arrived, hand_in, held, set_up

from interview_engine.hr.people.contact import phone_key
from interview_engine.store.engine import open_database

pytestmark = pytest.mark.slow


def check(user: Newcomer) -> None:
    """The proposed mapping is looked at, then every line is checked; departments are made from the sheet."""
    page, walk = user.page, user.walk
    user.look("06-mapping")
    for line in page.locator("#mapping tbody tr").all():
        select_ = line.locator("select").first
        walk.columns[line.locator("th").inner_text()] = select_.input_value()
    user.press("Check every line")
    user.worked()
    user.counted("without departments")
    user.look("07-no-departments")
    back = page.url
    user.press("Prepare these departments")
    user.look("08-departments")
    user.press("Check every line")
    user.worked()
    user.look("09-departments-checked")
    user.press("Write {count} lines", count=len(DEPARTMENTS))
    user.worked()
    user.look("10-departments-written")
    user.press("On to {list}: check again", list=user.say("Employees"))
    walk.setup.append(page.url.split("?")[0] == back.split("?")[0])
    user.press("Check again")
    user.worked()
    user.counted("checked")
    user.look("11-checked")


def read_report(user: Newcomer) -> None:
    """Every anomaly, on the page and in the sheet."""
    page, walk = user.page, user.walk
    with page.expect_download() as waiting:
        page.get_by_role("link", name=user.say("All anomalies as XLSX")).click()
    sheet = openpyxl.load_workbook(BytesIO(waiting.value.path().read_bytes())).active
    assert sheet is not None
    walk.report = [
        tuple("" if cell is None else str(cell) for cell in row) for row in sheet.iter_rows(values_only=True)
    ]
    here = page.url.split("?")[0]
    for only in ("refused", "odd"):
        page.goto(f"{here}?only={only}#lines")
        user.look(f"12-{only}")
        while True:
            for line in page.locator("#lines tbody tr").all():
                cells = line.locator("td").all()
                walk.notes[int(cells[0].inner_text())] = cells[3].inner_text()
            further = page.get_by_role("link", name=user.say("Further lines"))
            if not further.count():
                break
            with page.expect_navigation():
                further.click()
    page.goto(here)


def write(user: Newcomer, step: str) -> None:
    writes = user.page.locator(".next-step button.go")
    with user.page.expect_navigation():
        writes.click()
    user.worked()
    user.counted(step)
    user.walk.rights[step] = held(user.context)


def find(user: Newcomer) -> None:
    """People by name, number, phone and department, from the search that is on every page and from the list."""
    page, walk = user.page, user.walk
    person = walk.staff.right["QM0002"]
    page.goto("/console/home")
    walk.setup.append(page.locator("#setup").count() == 0)
    for what in ("name", "employee_number", "phone"):
        page.goto(f"/console/search?q={person[what]}")
        if what == "name":
            user.look("14-search")
        walk.found[f"search {what}"] = person["name"] in page.locator("main").inner_text()
    for what in ("name", "employee_number", "phone", "department"):
        page.goto(f"/console/employees?q={person[what]}")
        if what == "department":
            user.look("15-employees")
        walk.found[f"list {what}"] = person["name"] in page.locator("table").inner_text()
    page.goto(f"/console/employees?q={person['employee_number']}")
    with page.expect_navigation():
        page.get_by_role("link", name=person["name"]).first.click()
    user.look("16-file")


def walked(user: Newcomer) -> Walk:
    page, walk = user.page, user.walk
    set_up(user)
    hand_in(user, walk.staff.data, "启明家居花名册.xlsx")
    check(user)
    read_report(user)
    here = page.url
    write(user, "written")
    user.look("13-written")
    find(user)
    page.goto(here)
    page.on("dialog", lambda dialog: dialog.accept())
    user.press("Take the import back")
    user.worked()
    user.counted("taken back")
    user.look("17-rolled-back")
    walk.after_undo = len(held(user.context))
    page.goto("/console/imports")
    user.look("18-imports")
    page.goto("/console/imports/new?list=employees")
    hand_in(user, walk.staff.corrected, "启明家居花名册-改.xlsx")
    user.press("Check every line")
    user.worked()
    write(user, "again")
    user.look("19-again")
    assert user.wrong == []
    return walk


@pytest.fixture(scope="module", params=["zh on SQLite", "en on PostgreSQL"])
def walk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    language, _, kind = request.param.partition(" on ")
    folder = tmp_path_factory.mktemp("first")
    with ExitStack() as stack:
        if kind == "SQLite":
            database = copied_sqlite(request.getfixturevalue("_sqlite_template"), folder / "engine.db")
        else:
            server = request.getfixturevalue("postgres")
            template = request.getfixturevalue("_postgres_template")
            database = open_database(stack.enter_context(server.fresh(template)))
        yield walked(stack.enter_context(arrived(database, folder, language)))


def wrong_fields(walk: Walk, step: str) -> list[str]:
    """What is other than the sheet means, as number and field."""
    names = ("name", "id_number", "sex", "department", "title", "start_date", "email")
    found = []
    for number, person in walk.staff.right.items():
        here = walk.rights[step].get(number, {})
        found += [f"{number} {name}: {here.get(name)}" for name in names if here.get(name) != person[name]]
        if phone_key(str(here.get("phone") or "")) != phone_key(person["phone"]):
            found.append(f"{number} phone: {here.get('phone')}")
    return found


def test_the_first_page_sets_up_a_company_and_goes_once_people_work_there(walk: Walk) -> None:
    assert walk.setup == [True, True, True]


def test_every_column_of_the_sheet_is_proposed_and_the_remarks_are_left(walk: Walk) -> None:
    fields = ("employee_number", "name", "sex", "id_number", "department", "title", "start_date", "phone", "email", "")
    assert walk.columns == dict(zip(HEADS, fields, strict=True))


def test_departments_that_are_missing_are_made_from_the_sheet_first(walk: Walk) -> None:
    assert walk.counts["without departments"]["refused"] == 301
    assert "made" not in walk.counts["without departments"]


def test_the_check_counts_every_line_and_writes_nothing(walk: Walk) -> None:
    counted = walk.counts["checked"]
    assert (counted["made"], counted["refused"], counted["left_out"]) == (288, 13, 3)


def test_every_refusal_says_row_column_and_reason_in_the_readers_language(walk: Walk) -> None:
    said = {int(row[0]): (row[2], row[3]) for row in walk.report[1:] if int(row[0]) in walk.staff.refused}
    assert {row: column for row, (column, _) in said.items()} == walk.staff.refused
    chinese = [reason for _, reason in said.values() if re.search("[\u4e00-\u9fff]", re.sub("“.*?”", "", reason))]
    assert len(chinese) == (len(said) if walk.language == "zh" else 0)
    assert all(f"{column}: " in walk.notes[row] for row, column in walk.staff.refused.items())


def test_every_oddity_that_is_understood_is_named(walk: Walk) -> None:
    named = {(int(row[0]), row[2]) for row in walk.report[1:]}
    assert set(walk.staff.odd.items()) <= named
    assert set(walk.staff.odd) <= set(walk.notes)


def test_what_is_written_is_what_the_sheet_means(walk: Walk) -> None:
    assert set(walk.rights["written"]) == set(walk.staff.right)
    assert wrong_fields(walk, "written") == []
    assert walk.counts["written"]["made"] == 288


def test_people_are_found_by_name_number_phone_and_department(walk: Walk) -> None:
    assert len(walk.found) == 7
    assert all(walk.found.values()), walk.found


def test_a_roll_back_leaves_nobody_and_the_corrected_sheet_brings_all(walk: Walk) -> None:
    assert (walk.after_undo, walk.counts["taken back"]["taken_back"]) == (0, 288)
    assert len(walk.rights["again"]) == 300
    assert wrong_fields(walk, "again") == []


def test_every_page_on_the_way_is_readable_on_a_screen_and_on_a_phone(walk: Walk) -> None:
    assert walk.faults == {}

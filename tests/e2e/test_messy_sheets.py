"""A new user imports what an assistant has kept by hand, from an empty company to 300 people on the list (L2): a
workbook of WPS with merged cells, in Chinese, and a GBK CSV, in English. No page is without a next step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from databases import copied_sqlite
from merged_staff import UPPER, MergedStaff, merged_staff
from newcomer import Newcomer, arrived, hand_in, held, set_up

pytestmark = pytest.mark.slow


@dataclass
class Seen:
    """What the pages said.

    Args:
        mapped: by head, the field that was proposed.
        dead_end, reasons: the bar with the next step, and why lines are refused, where no line could be written.
        rows: by employee number, what is in the database. listed: what the list of employees says.
    """

    staff: MergedStaff
    mapped: dict[str, str] = field(default_factory=dict)
    dead_end: str = ""
    reasons: list[str] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    listed: str = ""
    faults: dict[str, object] = field(default_factory=dict)


def map_wrongly(user: Newcomer, seen: Seen) -> None:
    """A column that is no mail address is taken for one: no line can be written, and the page says why."""
    page = user.page
    page.locator("#mapping summary").first.click()
    line = page.locator("#mapping tbody tr").filter(has=page.get_by_text(UPPER[0], exact=True))
    mail = page.locator("#mapping tbody tr").filter(has=page.get_by_text("E-mail", exact=True))
    mail.locator("select").first.select_option("")
    line.locator("select").first.select_option("email")
    user.press("Keep this mapping")
    user.press("Check every line")
    user.worked()
    user.look("messy-1-no-line")
    seen.dead_end = page.locator(".next-step").inner_text()
    seen.reasons = [row.inner_text() for row in page.locator("#reasons tbody tr").all()]
    user.press("See the refused lines")
    user.look("messy-2-refused")
    line.locator("select").first.select_option("")
    mail.locator("select").first.select_option("email")
    user.press("Keep this mapping")
    user.press("Check every line")
    user.worked()


def walked(user: Newcomer, data: bytes, name: str, seen: Seen) -> Seen:
    page = user.page
    set_up(user)
    hand_in(user, data, name)
    user.look("messy-0-mapping")
    for line in page.locator("#mapping tbody tr").all():
        seen.mapped[line.locator("th").inner_text()] = line.locator("select").first.input_value()
    user.press("Check every line")
    user.worked()
    user.press("Prepare these departments")
    user.press("Check every line")
    user.worked()
    with page.expect_navigation():
        page.locator(".next-step button.go").click()
    user.worked()
    with page.expect_navigation():
        page.locator(".next-step a.go").click()
    map_wrongly(user, seen)
    user.counted("checked")
    user.look("messy-3-checked")
    with page.expect_navigation():
        page.locator(".next-step button.go").click()
    user.worked()
    user.counted("written")
    user.look("messy-4-written")
    user.press("Open the list: {list}", list=user.say("Employees"))
    user.look("messy-5-employees")
    seen.listed = page.locator("main").inner_text()
    seen.rows, seen.counts, seen.faults = held(user.context), user.walk.counts, user.walk.faults
    assert user.wrong == []
    return seen


@pytest.fixture(scope="module", params=["zh workbook", "en CSV"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    language, _, kind = request.param.partition(" ")
    folder = tmp_path_factory.mktemp("messy")
    database = copied_sqlite(request.getfixturevalue("_sqlite_template"), folder / "engine.db")
    staff = merged_staff()
    with arrived(database, folder, language) as user:
        data, name = (staff.xlsx, "人员信息表.xlsx") if kind == "workbook" else (staff.csv, "人员信息表.csv")
        yield walked(user, data, name, Seen(staff))


def test_heads_over_two_rows_and_levels_of_departments_are_proposed(seen: Seen) -> None:
    assert {head: name for head, name in seen.mapped.items() if name} == {
        "工号": "employee_number", "姓名": "name", "一级部门": "department", "二级部门": "department", "岗位": "title",
        "入职时间": "start_date", "手机": "phone", "E-mail": "email", "身份证号": "id_number", "出生年月": "born_in",
        "性别": "sex",
    }  # fmt: skip


def test_where_no_line_can_be_written_the_page_says_why_and_what_to_do(seen: Seen) -> None:
    assert "0" not in seen.dead_end
    assert seen.dead_end.strip()
    assert seen.reasons[0].split()[:2] == [str(len(seen.staff.people)), UPPER[0]]


def test_every_line_that_means_somebody_is_written_as_it_means(seen: Seen) -> None:
    people = len(seen.staff.people)
    assert (seen.counts["checked"]["made"], seen.counts["checked"]["refused"]) == (people, seen.staff.refused)
    assert seen.counts["written"]["made"] == people
    names = ("name", "id_number", "sex", "department", "title", "start_date", "email")
    wrong = [
        f"{number} {name}: {seen.rows.get(number, {}).get(name)}"
        for number, person in seen.staff.people.items()
        for name in names
        if seen.rows.get(number, {}).get(name) != person[name]
    ]
    assert wrong == []


def test_the_list_of_employees_counts_them(seen: Seen) -> None:
    assert str(len(seen.staff.people)) in seen.listed


def test_every_page_on_the_way_is_readable_on_a_screen_and_on_a_phone(seen: Seen) -> None:
    assert seen.faults == {}

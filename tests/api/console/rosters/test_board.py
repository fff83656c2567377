"""The board as its script uses it: cells and need as JSON, what breaks a rule beside the cell, and publication (E4)."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
from phone_stage import Stage, stage
from roster_world import Rostered, day, rostered
from wechat_world import wechat_world

from interview_engine.hr.rosters.tables import Roster

__all__ = ["stage", "wechat_world"]


@pytest.fixture
def made(stage: Stage) -> Rostered:
    with stage.company.database.transaction() as session:
        return rostered(stage.company, session)


def post(stage: Stage, made: Rostered, path: str, **fields: str) -> httpx.Response:
    here = f"/console/rosters/{made.roster_id}"
    return stage.http.post(f"{here}/{path}", data={"csrf": stage.csrf(here), **fields})


def cells(stage: Stage, made: Rostered, *changes: tuple[int, int, str | None]) -> httpx.Response:
    said: list[dict[str, Any]] = [
        {"employment": made.staff[who].employment_id, "day": day(number).isoformat(), "shift": shift}
        for who, number, shift in changes
    ]
    return post(stage, made, "cells", changes=json.dumps(said))


def test_a_change_is_answered_with_its_cells_broken_rules_and_coverage(stage: Stage, made: Rostered) -> None:
    answer = cells(stage, made, (0, 0, made.night), (0, 1, made.early)).json()
    mine = made.staff[0].employment_id
    assert {key: one["code"] for key, one in answer["cells"].items()} == {
        f"{mine}:2026-11-09": "N", f"{mine}:2026-11-10": "E",
    }  # fmt: skip
    assert [(one["key"], one["words"]) for one in answer["broken"]] == [
        (f"{mine}:2026-11-10", "班前只休息 1 小时，需要 11 小时")
    ]
    covers = {one["code"]: one["cells"][:2] for one in answer["covers"]}
    assert covers == {"E": [[2, 0], [2, 1]], "N": [[1, 1], [1, 0]]}
    assert (answer["uncovered"], answer["state"], answer["hours"][mine]) == (19, "草稿", "16")
    assert any("空缺" not in one["why"] and "2026-11-09 · E" in one["what"] for one in answer["gaps"])
    page = stage.http.get(f"/console/rosters/{made.roster_id}").text
    assert len(re.findall(r"data-broken title=", page)) == 1


def test_what_cannot_be_set_is_said_as_json(stage: Stage, made: Rostered) -> None:
    answer = cells(stage, made, (0, 30, made.night))
    assert (answer.status_code, "不是本排班表" in answer.json()["problem"]) == (422, True)
    assert post(stage, made, "cells", changes="[{").status_code == 422
    assert post(stage, made, "need", quiet="1", day=day(0).isoformat(), shift=made.early, count="x").status_code == 422


def test_the_need_is_changed_on_the_board(stage: Stage, made: Rostered) -> None:
    said = {"quiet": "1", "day": day(0).isoformat(), "shift": made.early, "post": "", "count": "3"}
    answer = post(stage, made, "need", **said).json()
    assert next(one["cells"][0] for one in answer["covers"] if one["code"] == "E") == [3, 0]


def test_without_the_script_the_forms_do_the_same(stage: Stage, made: Rostered) -> None:
    who = made.staff[0].employment_id
    answer = post(stage, made, "cells", employment=who, day=day(0).isoformat(), shift=made.early)
    assert answer.status_code == 200
    with stage.company.database.reading() as session:
        assert made.items(session) == {(who, day(0), made.early)}


def test_publishing_with_a_broken_rule_asks_for_a_reason(stage: Stage, made: Rostered) -> None:
    cells(stage, made, (0, 0, made.night), (0, 1, made.early))
    refused = post(stage, made, "publish", reason="")
    assert (refused.status_code, "仍要发布的理由" in refused.text) == (422, True)
    assert "班次已生效" in post(stage, made, "publish", reason="当事人同意").text
    with stage.company.database.reading() as session:
        assert session.get_one(Roster, made.roster_id).state == "published"
    assert "再次发布之前" in post(stage, made, "take-back").text


def test_a_roster_that_is_worked_out_shows_how_far_it_is(stage: Stage, made: Rostered) -> None:
    page = post(stage, made, "plan", method="greedy").text
    assert f'data-fresh="roster:{made.roster_id}"' in page
    part = stage.http.get(f"/console/rosters/{made.roster_id}/progress").text
    assert "等待" in part
    assert cells(stage, made, (0, 0, made.night)).status_code == 422

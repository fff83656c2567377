"""Blind ratings and calibration (A4), and impact ratios from a table that is not kept."""

from __future__ import annotations

from datetime import UTC, datetime

from console_data import Company
from console_pages import csrf, post
from sqlalchemy import func, select
from starlette.testclient import TestClient

from interview_engine.hr.recruiting.tables import Application, HumanRating


def test_a4_blind_raters_see_no_score_and_nobody_rates_what_they_have_read(
    made: Company, clients: dict[str, TestClient]
) -> None:
    with made.context.database.reading() as session:
        assessment = session.get_one(Application, made.applications["Grace Adeyemi"]).assessment_id
    rater = clients["interviewer"]
    page = rater.get(f"/console/rate/{assessment}")
    assert page.status_code == 200
    for hidden in ("Grace Adeyemi", 'class="track"', 'class="quote', "/10"):
        assert hidden not in page.text
    post(rater, f"/console/rate/{assessment}", **{"level.communication": "4"})
    reader = clients["recruiter"]
    reader.get(f"/console/applications/{made.applications['Grace Adeyemi']}")
    refused = reader.post(f"/console/rate/{assessment}", data={"csrf": csrf(reader), "level.communication": "4"})
    assert refused.status_code == 422
    with made.context.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(HumanRating)) == 1


def test_a4_fitting_from_too_few_ratings_says_so(made: Company, clients: dict[str, TestClient]) -> None:
    path = f"/console/calibration/{made.kit_version_id}"
    client = clients["hr"]
    answer = client.post(f"{path}/fit", data={"csrf": csrf(client)})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_impact_ratios_come_from_an_uploaded_table_that_is_not_kept(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client = clients["hr"]
    table = client.get(f"/console/fairness/{made.requisition_id}/table.csv").content.decode("utf-8-sig").splitlines()
    assert table[0] == "application,candidate,sex,age"
    page = audited(client, made, [line.split(",")[0] for line in table[1:]])
    assert "female" in page
    assert 'class="interval"' in page
    assert "季度" not in page, "everybody applied in one quarter"


def test_who_applied_in_several_quarters_is_shown_quarter_by_quarter(
    made: Company, clients: dict[str, TestClient]
) -> None:
    with made.context.database.transaction() as session:
        scored = select(Application).where(
            Application.requisition_id == made.requisition_id, Application.score_value.is_not(None)
        )
        rows = session.scalars(scored.order_by(Application.id)).all()
        for place, row in enumerate(rows):
            row.created_at = datetime(2025, 9, 30, 17 if place else 15, tzinfo=UTC)  # midnight in China is at 16
        ids = [row.id for row in rows]
    page = audited(clients["hr"], made, ids)
    assert len(ids) == 2
    assert page.index("2025 年第 3 季度") < page.index("2025 年第 4 季度")


def audited(client: TestClient, made: Company, ids: list[str]) -> str:
    """The page after a table that says of every second of these applications that she is a woman."""
    groups = "application,sex\n" + "\n".join(
        f"{key},{'female' if place % 2 else 'male'}" for place, key in enumerate(ids)
    )
    page = client.post(
        "/console/fairness",
        data={"csrf": csrf(client), "requisition": made.requisition_id},
        files={"table": ("groups.csv", groups.encode(), "text/csv")},
    )
    assert page.status_code == 200
    return page.text

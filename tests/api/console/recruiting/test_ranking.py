"""The exported ranking: everybody with reasons (A9), and no cell that a spreadsheet runs."""

from __future__ import annotations

import io

import console_data
import openpyxl
from console_data import Company
from console_pages import post
from pypdf import PdfReader
from starlette.testclient import TestClient

from interview_engine.hr.recruiting.tables import Application


def test_a9_everybody_is_in_the_export_with_reasons(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["recruiter"]
    path = f"/console/requisitions/{made.requisition_id}/ranking"
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{path}.xlsx").content))
    rows = list(book.active.iter_rows(values_only=True))
    assert {row[1] for row in rows[1:]} == set(made.applications)
    assert all(row[-1] for row in rows[1:]), "why, for everybody"
    document = client.get(f"{path}.json").json()
    assert document["schema"] == "requisition-ranking/1"
    assert sum(len(one["candidates"]) for one in document["lists"]) + len(document["waiting"]) == len(made.applications)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(client.get(f"{path}.pdf").content)).pages)
    assert "林晓" in text
    assert "陈雨桐" in text


def test_channels_of_the_product_are_called_by_name(made: Company, clients: dict[str, TestClient]) -> None:
    """In the list's filter and in the sheet; "direct" is a code."""
    client = clients["recruiter"]
    path = f"/console/requisitions/{made.requisition_id}"
    with made.context.database.transaction() as session:
        session.get_one(Application, made.applications["林晓"]).channel = "direct"
    assert '<option value="direct">手动添加</option>' in client.get(path).text
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{path}/ranking.xlsx").content))
    said = {row[2] for row in list(book.active.iter_rows(values_only=True))[1:]}
    assert "手动添加" in said
    assert "direct" not in said


def test_cells_that_a_spreadsheet_would_run_are_shown_as_text(made: Company, clients: dict[str, TestClient]) -> None:
    name = '=HYPERLINK("http://elsewhere.example";"x")'
    application_id = console_data.apply(made, name, number=901)
    client = clients["recruiter"]
    path = f"/console/requisitions/{made.requisition_id}/ranking"
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{path}.xlsx").content))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(cell.value == f"'{name}" for cell in cells)
    assert "'=HYPERLINK" in client.get(f"{path}.csv").content.decode("utf-8-sig")
    post(client, f"/console/applications/{application_id}/move", stage="withdrawn", reason="test")
    del made.applications[name]

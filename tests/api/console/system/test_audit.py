"""The audit log of the console: filtered, verified and exported (L10)."""

from __future__ import annotations

import json
import re

from console_data import Company
from console_pages import csrf
from starlette.testclient import TestClient


def test_l10_the_audit_log_is_filtered_verified_and_exported(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["auditor"]
    page = client.get("/console/audit", params={"action": "report.read"}).text
    assert "report.read" in page
    assert ">kit.publish<" not in page
    checked = client.post("/console/audit/check", data={"csrf": csrf(client)})
    assert checked.status_code == 200
    found = re.search(r'class="flash".*?(\d+:[0-9a-f]{64})', checked.text, re.DOTALL)
    assert found is not None
    with_end = client.post("/console/audit/check", data={"csrf": csrf(client), "end": found[1]})
    assert 'class="flash"' in with_end.text
    other = f"{found[1].partition(':')[0]}:{'0' * 64}"
    rewritten = client.post("/console/audit/check", data={"csrf": csrf(client), "end": other})
    assert 'class="problem-box"' in rewritten.text
    assert client.post("/console/audit/check", data={"csrf": csrf(client), "end": "12"}).status_code == 422
    lines = client.get("/console/audit/export").text.splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == list(range(1, len(lines) + 1))

"""A contract ready to be signed, in a company that sends mail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from console_pages import StoredCompany
from signing_world import Ready, ready


@pytest.fixture
def world(hiring_company: StoredCompany, tmp_path: Path) -> Iterator[Ready]:
    """An employee with a draft contract, and a template."""
    company = hiring_company.copy(tmp_path, smtp_url="smtp://127.0.0.1:1", mail_from="hr@example.com")
    yield ready(company)
    company.context.database.close()

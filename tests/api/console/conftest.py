"""The company behind the console's pages, and a signed-in browser a role."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from console_data import Company
from console_pages import StoredCompany, browsers
from starlette.testclient import TestClient


@pytest.fixture
def made(hiring_company: StoredCompany, tmp_path: Path) -> Iterator[Company]:
    """The company, of this test alone."""
    company = hiring_company.copy(tmp_path)
    yield company
    company.context.database.close()


@pytest.fixture
def clients(made: Company, hiring_company: StoredCompany) -> dict[str, TestClient]:
    """A signed-in browser a role."""
    return browsers(made.context, hiring_company.cookies)

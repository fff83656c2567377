"""What the law of a market does not let a job ask for is refused, with the article (L7)."""

from __future__ import annotations

import pytest
from hiring_world import World

from interview_engine.errors import PolicyError
from interview_engine.hr.recruiting.jobs.job_description import names_postal_code

ASKED = "Requirements:\n- Lives in ZIP code 60601\n- Two years of experience"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Lives in zip code 60601", True),
        ("Post-code of the home address", True),
        ("住址邮编 100020", True),
        ("住址邮政编码以 1000 开头", True),
        ("Zips files and encodes posts", False),
        ("Knows 60601 users by name", False),
        ("每天八点能到岗", False),
    ],
)
def test_a_postal_code_is_known_in_both_languages(text: str, named: bool) -> None:
    assert names_postal_code(text) is named


def test_illinois_does_not_let_a_job_ask_for_a_postal_code(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session, pytest.raises(PolicyError) as caught:
        world.open_job(session, policy="us-il", description=ASKED)
    assert caught.value.code == "policy.postal_code"
    for language in ("zh", "en"):
        assert "HB 3773" in caught.value.text(language)
        assert "ZIP code 60601" in caught.value.text(language)


def test_elsewhere_it_may_and_in_illinois_the_rest_of_a_job_may(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        assert world.open_job(session, policy="us-ca", description=ASKED).state == "open"
        without = ASKED.replace("- Lives in ZIP code 60601\n", "")
        assert world.open_job(session, policy="us-il", description=without).state == "open"

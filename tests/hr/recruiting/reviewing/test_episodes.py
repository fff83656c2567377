"""B3: behavioural events are held by words that were said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hiring_world import World

from interview_engine.errors import InvalidInput
from interview_engine.hr.competency import service
from interview_engine.hr.recruiting.reviewing.episodes import add_episode
from interview_engine.store.blobs import open_blobs


def test_b3_an_episode_is_held_by_words_that_were_said(small_world: World, tmp_path: Path) -> None:
    world, recruiter, clock = small_world, small_world.actor("recruiter"), small_world.clock
    blobs = open_blobs(f"file://{tmp_path / 'blobs'}")
    text = "上周有位客户要退货。我先查了订单，当天退了款。"
    words = [("上周有位客户要退货。", 0.0, 2.0), ("我先查了订单，", 2.0, 3.5), ("当天退了款。", 3.5, 5.0)]
    transcript = {"text": text, "segments": [], "words": [{"text": w, "start_s": a, "end_s": b} for w, a, b in words]}
    document = {"answers": [{"question": "q1", "transcript": transcript}, {"question": "q2", "transcript": None}]}
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        assessment = world.assessed(session, world.interviewed(session, application))
        assessment.report_sha256 = blobs.put(json.dumps(document).encode(), "application/json")
        session.flush()
        new = service.NewEpisode(
            "complaint-handling",
            "客户要退货",
            "查订单",
            "当天退款",
            (service.Quote("q1", "我先查了订单，当天退了款。"),),
        )
        row = add_episode(session, recruiter, blobs, application.id, new, clock)
        (quote,) = row.quotes
        assert (quote["char_start"], quote["start_s"], quote["end_s"]) == (text.index("我先"), 2.0, 5.0)
        assert [one.id for one in service.episodes_of(session, recruiter, application.person_id)] == [row.id]
        invented = replace(new, quotes=(service.Quote("q1", "我给客户道了歉"),))
        with pytest.raises(InvalidInput) as caught:
            add_episode(session, recruiter, blobs, application.id, invented, clock)
        assert (caught.value.code, caught.value.field) == ("episode.not_said", "quotes.0")
        service.remove_episode(session, recruiter, row.id, clock)
        assert service.episodes_of(session, recruiter, application.person_id) == ()

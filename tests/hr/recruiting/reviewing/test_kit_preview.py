"""A19: what a changed kit would do to past interviews, before it is published."""

from __future__ import annotations

import json
from pathlib import Path

from hiring_world import World

from interview_engine.assessment.comparing.ranking import Entry, EntryCompetency, Ruler
from interview_engine.assessment.kits.file import shipped_kits
from interview_engine.assessment.scoring import Score
from interview_engine.hr.competency import service
from interview_engine.hr.recruiting.reviewing.kit_preview import preview_kit
from interview_engine.store.blobs import open_blobs

KIT_TEXT = shipped_kits()["customer-service"].read_text(encoding="utf-8")


def entry_for(document: dict, kit) -> Entry:  # type: ignore[no-untyped-def, type-arg]
    """A scorer for tests: the level asked for in the kit's first competency decides the match."""
    required = kit.competencies[0].required_level
    value = document["value"]
    score = Score(value, value - 1, value + 1)
    competency = kit.competencies[0]
    match = 100 * min(1.0, score.level / required)
    return Entry(
        "x",
        "y",
        Ruler(kit.id, kit.version, kit.sha256, "test"),
        kit.role,
        "assessed",
        None,
        match,
        score,
        100.0,
        (EntryCompetency(competency.id, competency.name, 100.0, required, False, score, None),),
        (),
    )


def test_a19_a_preview_says_how_many_past_interviews_flip(small_world: World, tmp_path: Path) -> None:
    world = small_world
    blobs = open_blobs(f"file://{tmp_path / 'blobs'}")
    harder = KIT_TEXT.replace("required_level: 3.5", "required_level: 5", 1)
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session))
        for number, value in enumerate((3.0, 4.0, 6.0, 9.0)):
            application = world.applicant(session, posting, number)
            assessment = world.assessed(session, world.interviewed(session, application), value)
            assessment.report_sha256 = blobs.put(json.dumps({"value": value}).encode(), "application/json")
        gone = world.applicant(session, posting, 9)
        world.assessed(session, world.interviewed(session, gone), 5.0)  # its report is no longer there
        session.flush()
        seen: list[tuple[int, int]] = []
        hr = world.actor("hr")
        preview = preview_kit(
            session, blobs, hr, harder, entry_for, bar=70, progress=lambda done, total: seen.append((done, total))
        )
        # level 1 + 0.4 x value over 3.5: 63, 74, 97, 100 %; over 5: 44, 52, 68, 92 %
        assert (preview.flips, preview.total, preview.skipped) == (2, 4, 1)
        assert seen[-1] == (5, 5)
        assert all(change.flips for change in preview.rows[:2])
        none = preview_kit(session, blobs, hr, KIT_TEXT, entry_for)
        assert none.flips == 0
        row = service.publish_kit(session, hr, harder, "", world.clock, preview=preview.document())
        assert row.preview is not None
        assert (row.preview["flips"], row.preview["total"]) == (2, 4)

"""Figures are kept for five minutes, for one database and for one reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hiring_world import World
from serving import make_context

from interview_engine.errors import PermissionDenied
from interview_engine.hr.recruiting.analytics.figures import KEPT, MAX_FIGURES, HiringFigures
from interview_engine.store.engine import Database


def applications(figures: HiringFigures, world: World, role: str = "recruiter", *, fresh: bool = False) -> int:
    return figures.get(world.actor(role), None, 180, fresh=fresh).times.applications


def one_applicant(world: World) -> None:
    with world.database.transaction() as session:
        world.applicant(session, world.post(session, world.open_job(session)))


def test_figures_are_kept_for_five_minutes_and_recalculated_when_asked(small_world: World) -> None:
    figures = HiringFigures(small_world.database, small_world.clock)
    assert applications(figures, small_world) == 0
    one_applicant(small_world)
    assert applications(figures, small_world) == 0
    assert applications(figures, small_world, fresh=True) == 1
    small_world.clock.at += KEPT + timedelta(seconds=1)
    assert applications(figures, small_world) == 1


def test_another_reach_is_never_answered_with_kept_figures(small_world: World) -> None:
    one_applicant(small_world)
    figures = HiringFigures(small_world.database, small_world.clock)
    assert applications(figures, small_world) == 1
    assert applications(figures, small_world, "other_manager") == 0
    with pytest.raises(PermissionDenied):
        applications(figures, small_world, "auditor")


def test_no_more_than_a_stated_number_is_kept(small_world: World) -> None:
    figures = HiringFigures(small_world.database, small_world.clock)
    for days in range(1, MAX_FIGURES + 2):
        figures.get(small_world.actor("recruiter"), None, days)
    assert applications(figures, small_world) == 0
    one_applicant(small_world)
    assert figures.get(small_world.actor("recruiter"), None, 1).times.applications == 1, "the first were dropped"


def test_two_contexts_do_not_share_their_figures(small_world: World, sqlite_database: Database, tmp_path: Path) -> None:
    one_applicant(small_world)
    context = make_context(small_world.database, tmp_path, small_world.clock)
    other = replace(context, database=sqlite_database)
    assert applications(context.figures, small_world) == 1
    assert applications(other.figures, small_world) == 0
    assert applications(context.figures, small_world) == 1

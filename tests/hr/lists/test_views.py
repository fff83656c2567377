"""Views are one's own, or shared within a company; nobody else sees or deletes them."""

from __future__ import annotations

import pytest
from hiring_world import World

from interview_engine.errors import ConflictError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.lists import views
from interview_engine.hr.lists.views import ViewSeen, remove_view, save_view, views_of


def saved(world: World, role: str, name: str, query: str = "state=open", **more: bool) -> str:
    with world.database.transaction() as session:
        return save_view(session, world.actor(role), "requisitions", name, query, world.clock, **more).id


def seen(world: World, actor: Actor) -> list[ViewSeen]:
    with world.database.reading() as session:
        return list(views_of(session, actor, "requisitions"))


def test_a_view_of_ones_own_is_ones_own(world: World) -> None:
    saved(world, "recruiter", "待处理")
    assert [(one.name, one.query, one.owner) for one in seen(world, world.actor("recruiter"))] == [
        ("待处理", "state=open", "")
    ]
    assert seen(world, world.actor("hr")) == []


def test_the_same_name_is_written_over(world: World) -> None:
    assert saved(world, "recruiter", "x") == saved(world, "recruiter", " x ", "state=draft")
    assert [one.query for one in seen(world, world.actor("recruiter"))] == ["state=draft"]


def test_a_shared_view_is_seen_with_its_owner_and_deleted_by_who_manages_the_company(world: World) -> None:
    view = saved(world, "recruiter", "共享", shared=True)
    (one,) = seen(world, world.actor("hr"))
    assert one.owner
    with pytest.raises(PermissionDenied), world.database.transaction() as session:
        remove_view(session, world.actor("hiring_manager"), view, world.clock)
    with world.database.transaction() as session:
        remove_view(session, world.actor("hr"), view, world.clock)
    assert seen(world, world.actor("recruiter")) == []


def test_anothers_private_view_is_not_there(world: World) -> None:
    view = saved(world, "recruiter", "x")
    with pytest.raises(NotFoundError), world.database.transaction() as session:
        remove_view(session, world.actor("administrator"), view, world.clock)


def test_a_view_has_a_name_and_there_are_only_so_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_VIEWS", 1)
    with pytest.raises(InvalidInput):
        saved(world, "recruiter", "  ")
    saved(world, "recruiter", "one")
    with pytest.raises(ConflictError):
        saved(world, "recruiter", "two")

"""Who somebody is in WeChat and WeCom, however their identifier is written."""

from __future__ import annotations

import pytest
from hiring_world import World

from interview_engine.errors import ConflictError
from interview_engine.hr.people import identities


def test_a_wecom_userid_is_the_same_in_any_case(small_world: World) -> None:
    manager, hr = (small_world.actor(role).person_id or "" for role in ("hiring_manager", "hr"))
    with small_world.database.transaction() as session:
        first = identities.bind(session, manager, "wecom", "ww", "ZhangSan", small_world.clock, actor_id="system")
        again = identities.bind(session, manager, "wecom", "ww", "zhangsan", small_world.clock, actor_id="system")
        assert first is again
        known = identities.person_of(session, "wecom", "ww", "ZHANGSAN")
        assert known is not None
        assert known.id == manager
        assert identities.is_taken(session, "wecom", "ww", "zhangSan")
        with pytest.raises(ConflictError):
            identities.bind(session, hr, "wecom", "ww", "ZHANGSAN", small_world.clock, actor_id="system")


def test_an_openid_differs_by_its_case(small_world: World) -> None:
    manager, hr = (small_world.actor(role).person_id or "" for role in ("hiring_manager", "hr"))
    with small_world.database.transaction() as session:
        identities.bind(session, manager, "official", "wx", "oAbC", small_world.clock, actor_id="system")
        identities.bind(session, hr, "official", "wx", "oaBc", small_world.clock, actor_id="system")
        known = identities.person_of(session, "official", "wx", "oaBc")
        assert known is not None
        assert known.id == hr

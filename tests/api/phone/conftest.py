"""Fixtures of the tests of pages in WeChat."""

from phone_stage import stage
from wechat_world import wechat_world

__all__ = ["stage", "wechat_world"]

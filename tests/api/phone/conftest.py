"""Fixtures of the tests of pages in WeChat."""

from wechat_world import wechat_world

__all__ = ["wechat_world"]

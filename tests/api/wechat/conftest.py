"""Fixtures of the WeChat tests."""

from wechat_world import wechat_world

__all__ = ["wechat_world"]

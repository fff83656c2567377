"""WeChat (Official Account) and WeCom: a small client of our own, callbacks, sign-in, message channels.

Written from the public protocol; why no SDK is used is in docs/wechat.md. Addresses are settings, so that the same
code talks to the real hosts and to the strict double under api/wechat/double.
"""

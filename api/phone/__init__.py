"""WeChat and WeCom as people use them: sign-in and entry, a manager's to-do page, what follows from taps and messages.

The protocol itself, which knows nothing of pages, is in api/wechat.
"""

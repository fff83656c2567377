"""A WeChat and a WeCom of one machine, for trying the product and for its tests: strict, and with phones to look at.

It shares no code with the client, so that a mistake in one is not hidden by the same mistake in the other.
"""

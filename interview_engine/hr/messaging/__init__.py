"""How people are reached: channels, preferences, quotas and credits of WeChat and WeCom, what came in from there."""

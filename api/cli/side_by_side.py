"""What the command line prints: Chinese and English side by side, whatever the reader's language."""

from __future__ import annotations

from interview_engine.i18n import Text


def both(text: Text, between: str = " ") -> str:
    """A text in Chinese and in English: "写入 written"."""
    return f"{text.get('zh')}{between}{text.get('en')}"

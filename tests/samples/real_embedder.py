"""The installed text models, loaded once in a process, where a sentence that comes again is not embedded again.

A text's vector is what it is alone (tests/models/text/test_embedding.py), so a remembered one is as good as a new one.
"""

from __future__ import annotations

import os
from functools import cache

from interview_engine.settings import read_settings
from models.text.embedding import MultilingualEmbedder
from models.weights.registry import store_of


@cache
def real_embedder() -> MultilingualEmbedder:
    """Of this process; embedding raises WeightsError where the weights are not installed."""
    return MultilingualEmbedder(store_of(read_settings(os.environ)))

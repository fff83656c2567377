"""Where the benchmarks find data and weights. The only place in bench that looks at the environment."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from bench.vector_cache import CachedEmbedder
from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from interview_engine.settings import Settings, read_settings
from models.text.embedding import MultilingualEmbedder
from models.weights.registry import WeightStore, default_root, store_of

ROOT = Path(__file__).resolve().parent.parent


def shared_data() -> Path:
    """The folder of rated data: SHARED_DATA, or ../shared/data beside the checkout.

    Raises:
        UsageError: `bench.no_data`.
    """
    folder = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        raise UsageError(
            "bench.no_data",
            msg("The folder of rated data is not there."),
            msg("Set SHARED_DATA to it."),
        )
    return folder


def twin_folder() -> Path:
    """The authored answers, part of the repository."""
    return ROOT / "tests" / "data" / "twins"


def fresh_twin_folder() -> Path:
    """The authored answers that nothing is fitted on, part of the repository."""
    return ROOT / "tests" / "data" / "twins_fresh"


def authored_folder() -> Path:
    """The answers of eight authors, part of the repository."""
    return ROOT / "tests" / "data" / "authored"


def idle_file() -> Path:
    """Invented sentences that tell nothing of a deed, part of the repository."""
    return ROOT / "tests" / "data" / "idle" / "idle.json"


def results_folder() -> Path:
    """Where the benchmarks write their JSON."""
    folder = ROOT / "bench" / "results"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def settings() -> Settings:
    """The settings of this machine; a judge is asked where they say."""
    return read_settings(os.environ)


def weight_store() -> WeightStore:
    """The weights of this machine."""
    found = settings()
    return store_of(found)


def text_embedder() -> CachedEmbedder:
    """The product's embedder over the weights of this machine; vectors are kept beside the weights between runs."""
    root = Path(os.environ.get("INTERVIEW_ENGINE_WEIGHTS", default_root()))
    embedder = MultilingualEmbedder(WeightStore(root))
    identity = hashlib.sha256(embedder.identity.encode()).hexdigest()[:16]
    return CachedEmbedder(embedder, root.parent / f"bench-vectors-{identity}.pickle")

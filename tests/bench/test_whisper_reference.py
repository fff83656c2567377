"""The naive profile hears with the product's own weights: openai-whisper's network over them computes the same."""

import numpy as np
import pytest

from models.weights.registry import WeightStore, default_root

torch = pytest.importorskip("torch", reason="needs pip install -e '.[bench]'")
pytest.importorskip("whisper", reason="needs pip install -e '.[bench]'")


@pytest.mark.slow
@pytest.mark.skipif(
    not (default_root() / "whisper-base").is_dir(), reason="the weights are not here (interview-engine models pull)"
)
def test_openai_whisper_with_the_converted_weights_encodes_what_the_product_encodes():
    from bench.e2e_profiles.whisper_reference import load_openai_whisper
    from models.speech.whisper.encoder import WhisperEncoder

    folder = WeightStore(default_root()).locate("whisper-base")
    model = load_openai_whisper(folder)
    assert (model.dims.n_audio_head, model.dims.n_text_layer, model.is_multilingual) == (8, 6, True)
    assert int(model.alignment_heads.to_dense().sum()) == 8
    features = np.random.default_rng(0).normal(0.0, 0.3, (80, 3000)).astype(np.float32)
    with torch.inference_mode():
        theirs = model.encoder(torch.from_numpy(features)[None]).numpy()
    ours = WhisperEncoder(folder, "f32")(features)
    assert np.abs(theirs - ours).max() < 2e-3 * np.abs(theirs).max()

"""Networks out of bundles: only the wanted outputs, batches of any size, and a clear error for what is no network."""

import zipfile

import numpy as np
import pytest

from interview_engine.errors import WeightsError
from models.runtime.bundle import read_bundle
from models.runtime.load import load_network
from models.runtime.openvino_network import OpenVinoNetwork
from models.weights.registry import WeightStore, default_root

needs_models = pytest.mark.skipif(
    not (default_root() / "face-landmarker").is_dir(),
    reason="the weights are not here (interview-engine models pull)",
)


@pytest.fixture(scope="module")
def detector() -> bytes:
    return read_bundle(
        WeightStore(default_root()).locate("face-landmarker") / "face_landmarker.task", "face_detector.tflite"
    )[0]


@needs_models
def test_outputs_come_in_the_order_asked_for_and_only_those(detector):
    batch = np.random.default_rng(1).random((2, 128, 128, 3), dtype=np.float32)
    both = load_network(detector, ("classificators", "regressors")).run(batch)
    assert [values.shape for values in both] == [(2, 896, 1), (2, 896, 16)]
    (scores,) = load_network(detector, ("classificators",)).run(batch)
    assert np.array_equal(scores, both[0])


@needs_models
@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 17])
def test_a_batch_is_the_same_as_one_by_one_to_the_last_bit(detector, count):
    batch = np.random.default_rng(2).random((count, 128, 128, 3), dtype=np.float32)
    together = OpenVinoNetwork(detector, ("regressors",), together=8).run(batch)[0]
    alone = OpenVinoNetwork(detector, ("regressors",))
    assert together.shape == (count, 896, 16)
    assert all(np.array_equal(alone.run(batch[index : index + 1])[0][0], together[index]) for index in range(count))


@needs_models
def test_an_output_that_is_not_there_is_named(detector):
    with pytest.raises(WeightsError, match="no_such_output"):
        load_network(detector, ("no_such_output",))


def test_what_is_no_network_and_no_bundle_is_a_weights_error(tmp_path):
    with pytest.raises(WeightsError):
        load_network(b"not a network", ("Identity",))
    broken = tmp_path / "hand_landmarker.task"
    broken.write_bytes(b"not a bundle")
    with pytest.raises(WeightsError, match=r"hand_landmarker\.task"):
        read_bundle(broken, "hand_detector.tflite")
    with zipfile.ZipFile(broken, "w") as bundle:
        bundle.writestr("other.tflite", b"")
    with pytest.raises(WeightsError, match=r"hand_detector\.tflite"):
        read_bundle(broken, "hand_detector.tflite")

"""The face, hand and pose networks as torch graphs say what the CPU path says.

There is no GPU where these tests run as a rule: the same graphs run on the CPU, which is the gate; what only a GPU does
is tested where there is one.
"""

import contextlib
import struct
import sys
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
import torch

from interview_engine.errors import UsageError, WeightsError
from models.runtime.agreement import check
from models.runtime.bundle import read_bundle
from models.runtime.bundled_networks import NETWORKS, Part, bundle_file
from models.runtime.tflite_file import OPERATORS, Operator, Tensor, TfliteGraph, read_tflite
from models.runtime.torch_graph import build
from models.runtime.torch_network import TorchNetwork, _CapturedBatch
from models.weights.registry import WeightStore, default_root

CLIPS = Path(__file__).resolve().parents[4] / "shared" / "data" / "B_video"
BY_NAME = {network.name: network for network in NETWORKS}


@pytest.fixture(scope="module")
def store():
    if not all((default_root() / network.weight).is_dir() for network in NETWORKS):
        pytest.skip("the weights are not here (interview-engine models pull)")
    return WeightStore(default_root())


def tflite(store, name):
    (data,) = read_bundle(bundle_file(store, BY_NAME[name]), f"{name}.tflite")
    return data


def frame(clip, index):
    path = CLIPS / clip
    if not path.is_file():
        pytest.skip(f"the shared recording {clip} is not here")
    with av.open(str(path)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            if number == index:
                return picture.to_ndarray(format="rgb24")
    raise AssertionError("the clip is shorter than that")


def assert_all_agree(agreements, share=1.0, networks=tuple(BY_NAME)):
    assert {agreement.network for agreement in agreements} == set(networks)
    for agreement in agreements:
        assert agreement.ok, agreement
        assert agreement.difference <= share * agreement.limit, agreement


# ---- agreement ----


def test_every_network_agrees_with_the_cpu_path_on_real_pictures_and_noise(store):
    """In full precision the same arithmetic in another order: a fifth of what is allowed is plenty."""
    pictures = [frame("one_face_expressions_silent.mp4", 10), frame("two_people_statement.mp4", 40)]
    agreements = check(store, pictures)
    assert_all_agree(agreements, share=0.2)
    limits = {agreement.unit: agreement.limit for agreement in agreements}
    assert (limits["px"], limits["coefficient"]) == (0.3, 0.02)


def test_agreement_needs_no_recordings_and_takes_a_folder_of_bundles(store, tmp_path, monkeypatch):
    few = (BY_NAME["face_detector"], BY_NAME["face_blendshapes"])
    monkeypatch.setattr("models.runtime.agreement.NETWORKS", few)
    for weight in {(network.weight, network.bundle) for network in NETWORKS}:
        (tmp_path / weight[1]).symlink_to(store.locate(weight[0]) / weight[1])
    assert_all_agree(check(tmp_path), share=0.2, networks=[network.name for network in few])


def test_a_network_that_differs_is_named(store, monkeypatch):
    """Half precision moves the points of bodies further than allowed: the check must see it."""
    monkeypatch.setattr("models.runtime.agreement.NETWORKS", (BY_NAME["pose_landmarks_detector"],))
    worst = check(store, precision="bf16")[0]
    assert (worst.network, worst.output, worst.unit, worst.ok) == (
        "pose_landmarks_detector",
        "Identity: points",
        "px",
        False,
    )
    assert worst.difference > worst.limit


def test_a_result_that_is_no_number_does_not_agree(store, monkeypatch):
    monkeypatch.setattr("models.runtime.agreement.NETWORKS", (BY_NAME["face_blendshapes"],))
    monkeypatch.setattr(TorchNetwork, "run", lambda self, batch: (np.full((len(batch), 52), np.nan),))
    assert [agreement.ok for agreement in check(store)] == [False]


@pytest.mark.parametrize("name", ["face_detector", "pose_detector"])
def test_the_form_that_is_compiled_for_a_gpu_says_the_same(store, name):
    """Depthwise convolutions as sums over taps."""
    graph = read_tflite(tflite(store, name))
    batch = torch.rand((1, *graph.tensors[graph.inputs[0]].shape[1:]), generator=torch.manual_seed(3))
    with torch.no_grad():
        plain = build(graph, graph.outputs)(batch)
        taps = build(graph, graph.outputs, "taps")(batch)
    for left, right in zip(plain, taps, strict=True):
        assert float((left - right).abs().max()) < 0.01


def test_a_compiler_sees_one_graph_without_a_break(store):
    """What is left of a network when Python has to step in could not be captured."""
    graph = read_tflite(tflite(store, "face_blendshapes"))
    module = build(graph, graph.outputs)
    batch = torch.rand((2, 146, 2), generator=torch.manual_seed(4))
    seen = []

    def compiler(traced, inputs):
        seen.append(traced)
        return traced.forward

    with torch.no_grad():
        (value,) = torch.compile(module, fullgraph=True, backend=compiler)(batch)
        assert torch.equal(value, module(batch)[0])
    assert len(seen) == 1
    torch.compiler.reset()


def test_units_are_taken_from_the_right_columns():
    rows = np.array([[1, 2, 3, 0, 100, 4, 5, 6, -100, 0]], dtype=np.float32)
    points = Part("o", "points", "px", 0.3, width=5, until=3)
    seen = Part("o", "visibility", "probability", 0.005, width=5, first=3, logit=True)
    assert points.take(rows).reshape(-1).tolist() == [1, 2, 3, 4, 5, 6]
    assert seen.take(rows).reshape(-1).tolist() == [0.5, 1.0, 0.0, 0.5]


# ---- batches ----


def test_a_picture_gets_the_same_numbers_in_any_company(store):
    data = tflite(store, "hand_landmarks_detector")
    batch = np.random.default_rng(1).random((5, 224, 224, 3), dtype=np.float32)
    network = TorchNetwork(data, ["Identity", "Identity_1"], buckets=(2,))
    together = network.run(batch)
    alone = [network.run(batch[place : place + 1]) for place in range(5)]
    for output in range(2):
        assert np.abs(together[output] - np.concatenate([one[output] for one in alone])).max() < 1e-3
    assert [value.shape for value in together] == [(5, 63), (5, 1)]
    assert [value.shape for value in network.run(batch[:0])] == [(0, 63), (0, 1)]


def test_outputs_come_in_the_order_asked_for_and_the_rest_is_not_computed(store):
    data = tflite(store, "pose_landmarks_detector")
    graph = read_tflite(data)
    numbers = {graph.tensors[number].name: number for number in graph.outputs}
    whole = build(graph, graph.outputs)
    without_mask = build(graph, [numbers["Identity"], numbers["Identity_1"]])
    assert len(without_mask.graph.nodes) < len(whole.graph.nodes) - 20
    batch = np.random.default_rng(2).random((1, 256, 256, 3), dtype=np.float32)
    first = TorchNetwork(data, ["Identity", "Identity_1"]).run(batch)
    second = TorchNetwork(data, ["Identity_1", "Identity"]).run(batch)
    assert np.array_equal(first[0], second[1])
    assert np.array_equal(first[1], second[0])


class FakeCuda:
    """As much of torch as a capture needs, on the CPU; a replay computes again into the captured values."""

    def __init__(self, compute):
        self.compute = compute
        self.replays = 0
        self.float32 = torch.float32
        self.no_grad = torch.no_grad
        self.from_numpy = torch.from_numpy
        nothing = SimpleNamespace(wait_stream=lambda other: None)
        self.cuda = SimpleNamespace(
            Stream=lambda: nothing,
            current_stream=lambda: nothing,
            stream=contextlib.nullcontext,
            device=contextlib.nullcontext,
            synchronize=lambda: None,
            CUDAGraph=lambda: SimpleNamespace(replay=lambda: None),
            graph=contextlib.nullcontext,
            Event=lambda: SimpleNamespace(record=lambda: None, synchronize=lambda: None),
        )

    def zeros(self, shape, dtype=None, device=None, pin_memory=False):
        return torch.zeros(shape)

    def empty(self, shape, pin_memory=False):
        return torch.full(shape, torch.nan)

    def capture(self, size, shape):
        captured = _CapturedBatch(self, self.compute, (size, *shape), "cpu")

        def replay():
            self.replays += 1
            for value, new in zip(captured._values, self.compute(captured.batch), strict=True):
                value.copy_(new)

        captured._graph.replay = replay
        return captured


@pytest.mark.parametrize(
    ("count", "replays"), [(0, 0), (1, 1), (2, 1), (3, 1), (4, 1), (5, 2), (8, 2), (11, 3), (17, 5)]
)
def test_batches_of_any_size_go_through_the_buckets(store, count, replays):
    """Padded to the next bucket, in pieces above the largest, two under way, and every result in its place."""
    network = TorchNetwork(tflite(store, "face_blendshapes"), ["StatefulPartitionedCall:0"], buckets=(2, 4))
    network._output_shapes = [(1,), (2,)]
    fake = FakeCuda(lambda batch: (batch.sum((1, 2)).reshape(-1, 1), batch[:, 0]))
    network._torch = fake
    network._captured = {size: fake.capture(size, (146, 2)) for size in (2, 4)}
    batch = np.random.default_rng(4).random((count, 146, 2), dtype=np.float32)
    results = tuple(np.empty((count, *shape), dtype=np.float32) for shape in network._output_shapes)
    network._run_captured(batch, results)
    assert fake.replays == replays
    assert results[0] == pytest.approx(batch.sum((1, 2)).reshape(-1, 1), rel=1e-5)
    assert np.array_equal(results[1], batch[:, 0])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_a_gpu_agrees_with_the_cpu_path(store):
    assert_all_agree(check(store, device="cuda"))
    data = tflite(store, "face_detector")
    batch = np.random.default_rng(5).random((300, 128, 128, 3), dtype=np.float32)
    expected = TorchNetwork(data, ["regressors"]).run(batch)[0]
    assert np.abs(TorchNetwork(data, ["regressors"], "cuda").run(batch)[0] - expected).max() < 0.01


# ---- what cannot be used ----


def test_a_device_that_is_not_there_is_said(store):
    data = tflite(store, "face_blendshapes")
    with pytest.raises(UsageError) as caught:
        TorchNetwork(data, ["StatefulPartitionedCall:0"], "cuda:77")
    assert caught.value.code == "gpu.no_device"
    assert "cuda:77" in caught.value.message.zh


def test_torch_that_is_not_installed_is_said(store, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(UsageError, match=r"interview-engine\[gpu\]") as caught:
        TorchNetwork(tflite(store, "face_blendshapes"), ["StatefulPartitionedCall:0"])
    assert caught.value.code == "gpu.no_torch"


def test_an_output_that_is_not_there_is_said(store):
    with pytest.raises(WeightsError, match="no output Nobody") as caught:
        TorchNetwork(tflite(store, "face_detector"), ["regressors", "Nobody"])
    assert caught.value.code == "weights.unusable"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a network",
        b"\x10\0\0\0TFL3",
        struct.pack("<I4s", 2**31, b"TFL3") + bytes(40),
        struct.pack("<I4si", 8, b"TFL3", 2**30) + bytes(40),
    ],
)
def test_a_file_that_is_no_network_is_a_weights_error(data):
    with pytest.raises(WeightsError) as caught:
        read_tflite(data)
    assert caught.value.code == "weights.unusable"


def test_a_damaged_file_is_a_weights_error_and_never_a_crash(store):
    """Cut anywhere, or with bytes of its tables overwritten."""
    whole = tflite(store, "face_blendshapes")
    generator = np.random.default_rng(6)
    refused = 0
    for _ in range(120):
        damaged = bytearray(whole)
        for place in generator.integers(0, 60_000, 40):
            damaged[-place] = 255
        with contextlib.suppress(WeightsError):
            read_tflite(bytes(damaged))
            refused -= 1
        refused += 1
    assert refused > 0
    for length in generator.integers(0, len(whole), 40):
        with pytest.raises(WeightsError):
            read_tflite(whole[:length])


def small_graph(kind, shapes, constants=(), options=None, outputs_shape=(1, 4, 4, 2)):
    tensors = [Tensor("in", shapes, "float32", None)]
    tensors += [
        Tensor(f"c{place}", np.shape(value), "float32", np.asarray(value)) for place, value in enumerate(constants)
    ]
    tensors.append(Tensor("out", outputs_shape, "float32", None))
    inputs = tuple(range(len(tensors) - 1))
    operator = Operator(kind, inputs, (len(tensors) - 1,), options or {})
    return TfliteGraph(tuple(tensors), (operator,), (0,), (len(tensors) - 1,))


@pytest.mark.parametrize(
    "graph",
    [
        small_graph("DEQUANTIZE", (1, 4, 4, 2)),
        small_graph("TRANSPOSE", (1, 4, 4, 2), [np.array([1, 0, 2, 3])]),
        small_graph("RESHAPE", (1, 4, 4, 2), [np.array([2, 16])], outputs_shape=(2, 16)),
        small_graph("MEAN", (1, 4, 4, 2), [np.array([0, 1])], {"keep_dims": 1}),
        small_graph("PAD", (1, 4, 4, 2), [np.array([[1, 0], [0, 0], [0, 0], [0, 0]])]),
        small_graph("CONCATENATION", (1, 4, 4, 2), options={"axis": -4, "activation": 0}),
        small_graph("RESIZE_BILINEAR", (1, 4, 4, 2), [[8, 8]], {"align_corners": 0, "half_pixel_centers": 0}),
        small_graph("PRELU", (1, 4, 4, 2), [np.ones((4, 4, 2))]),
        small_graph("ADD", (1, 4, 4, 2), [np.ones(2)], {"activation": 2}),
    ],
    ids=lambda graph: graph.operators[0].kind,
)
def test_what_would_mix_a_batch_or_is_not_supported_is_refused(graph):
    with pytest.raises(WeightsError, match="is not supported on a GPU"):
        build(graph, graph.outputs)


@pytest.mark.parametrize(("corners", "centres"), [(1, 0), (0, 1)])
def test_resizing_follows_the_files_meaning_of_corners_and_centres(corners, centres):
    graph = small_graph(
        "RESIZE_BILINEAR",
        (1, 2, 2, 1),
        [np.array([4, 4])],
        {"align_corners": corners, "half_pixel_centers": centres},
        outputs_shape=(1, 4, 4, 1),
    )
    (value,) = build(graph, graph.outputs)(torch.tensor([0.0, 3.0, 6.0, 9.0]).reshape(1, 2, 2, 1))
    expected = [0, 1, 2, 3] if corners else [0, 0.75, 2.25, 3]
    assert value[0, 0, :, 0].tolist() == pytest.approx(expected)


@pytest.mark.parametrize(("size", "stride", "padded"), [(4, 2, [0, 2]), (5, 2, [-1, 1, 3]), (4, 1, [-1, 0, 1, 2])])
def test_room_around_a_picture_is_tensorflows(size, stride, padded):
    """SAME: ceil(n / stride) windows, the odd row of room after the picture."""
    graph = small_graph(
        "DEPTHWISE_CONV_2D",
        (1, size, 1, 1),
        [np.array([1.0, 10.0, 100.0]).reshape(1, 3, 1, 1), np.zeros(1)],
        {
            "padding": 0,
            "stride_h": stride,
            "stride_w": stride,
            "dilation_h": 1,
            "dilation_w": 1,
            "depth_multiplier": 1,
            "activation": 0,
        },
        outputs_shape=(1, len(padded), 1, 1),
    )
    picture = np.arange(1, size + 1, dtype=np.float64)

    def window(start):
        inside = [picture[place] if 0 <= place < size else 0.0 for place in range(start, start + 3)]
        return float(np.dot(inside, [1, 10, 100]))

    for depthwise in ("convolution", "taps"):
        (value,) = build(graph, graph.outputs, depthwise)(torch.tensor(picture).float().reshape(1, size, 1, 1))
        assert value.reshape(-1).tolist() == pytest.approx([window(start) for start in padded])


def test_depth_goes_to_space_as_the_file_means_it():
    graph = small_graph("DEPTH_TO_SPACE", (1, 1, 1, 8), options={"block_size": 2}, outputs_shape=(1, 2, 2, 2))
    (value,) = build(graph, graph.outputs)(torch.arange(8.0).reshape(1, 1, 1, 8))
    assert value.reshape(-1).tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    wider = small_graph("DEPTH_TO_SPACE", (1, 1, 2, 4), options={"block_size": 2}, outputs_shape=(1, 2, 4, 1))
    (value,) = build(wider, wider.outputs)(torch.arange(8.0).reshape(1, 1, 2, 4))
    assert value[0, :, :, 0].tolist() == [[0, 1, 4, 5], [2, 3, 6, 7]]


def test_every_operator_that_is_read_is_built(store):
    used = {operator.kind for network in NETWORKS for operator in read_tflite(tflite(store, network.name)).operators}
    assert used == set(OPERATORS.values()) - {"DENSIFY", "DEQUANTIZE"}


def test_sparse_weights_come_out_dense(store):
    """The pose detector's: a third of the numbers of each row are stored, with their columns."""
    graph = read_tflite(tflite(store, "pose_detector"))
    shares = [
        np.count_nonzero(tensor.constant) / tensor.constant.size
        for tensor in graph.tensors
        if tensor.constant is not None and tensor.constant.dtype == np.float32 and tensor.constant.size > 1000
    ]
    assert min(shares) < 0.55

"""MediaPipe's landmarkers as its documentation makes them, for the comparison profiles."""

from __future__ import annotations

from typing import Any

from models.weights.registry import WeightStore


def landmarkers(store: WeightStore, mode: str) -> tuple[Any, Any, Any]:
    """Face (with blendshapes and transformation), hand (two) and pose landmarkers.

    Args:
        mode: "IMAGE" or "VIDEO", MediaPipe's running modes.

    Raises:
        WeightsError: the weights are missing or damaged.
    """
    from mediapipe.tasks.python import BaseOptions, vision

    running = vision.RunningMode[mode]

    def base(weight: str) -> Any:
        return BaseOptions(model_asset_path=str(store.locate(weight) / f"{weight.replace('-', '_')}.task"))

    faces = vision.FaceLandmarkerOptions(
        base_options=base("face-landmarker"),
        running_mode=running,
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
    )
    hands = vision.HandLandmarkerOptions(base_options=base("hand-landmarker"), running_mode=running, num_hands=2)
    pose = vision.PoseLandmarkerOptions(base_options=base("pose-landmarker"), running_mode=running)
    return (
        vision.FaceLandmarker.create_from_options(faces),
        vision.HandLandmarker.create_from_options(hands),
        vision.PoseLandmarker.create_from_options(pose),
    )

"""Detectors of faces, hands and bodies: our own steps around the networks, or MediaPipe's tasks as reference."""

from __future__ import annotations

from interview_engine.settings import Vision
from models.runtime.device import Device
from models.vision import face, hands, pose
from models.vision.face import FaceDetector
from models.vision.hands import HandDetector
from models.vision.mediapipe.faces import MediaPipeFaces
from models.vision.mediapipe.hands import MediaPipeHands
from models.vision.mediapipe.pose import MediaPipePose
from models.vision.networks.faces import NetworkFaces
from models.vision.networks.hands import NetworkHands
from models.vision.networks.pose import NetworkPose
from models.vision.pose import PoseDetector
from models.weights.registry import WeightStore


def load_faces(store: WeightStore, vision: Vision = "networks", device: Device = "cpu") -> FaceDetector:
    """A detector from the weight store: our own steps around the networks, or MediaPipe (on the CPU) as reference.

    Raises:
        WeightsError: the weights are missing or damaged.
        SystemPackageError: a system library that MediaPipe needs is missing.
    """
    bundle = store.locate(face.WEIGHT) / face.BUNDLE
    if vision == "mediapipe":
        return MediaPipeFaces(bundle)
    return NetworkFaces(bundle, device)


def load_hands(store: WeightStore, vision: Vision = "networks", device: Device = "cpu") -> HandDetector:
    """A detector from the weight store: our own steps around the networks, or MediaPipe (on the CPU) as reference.

    Raises:
        WeightsError: the weights are missing or damaged.
        SystemPackageError: a system library that MediaPipe needs is missing.
    """
    bundle = store.locate(hands.WEIGHT) / hands.BUNDLE
    if vision == "mediapipe":
        return MediaPipeHands(bundle)
    return NetworkHands(bundle, device)


def load_pose(store: WeightStore, vision: Vision = "networks", device: Device = "cpu") -> PoseDetector:
    """A detector from the weight store: our own steps around the networks, or MediaPipe (on the CPU) as reference.

    Raises:
        WeightsError: the weights are missing or damaged.
        SystemPackageError: a system library that MediaPipe needs is missing.
    """
    bundle = store.locate(pose.WEIGHT) / pose.BUNDLE
    if vision == "mediapipe":
        return MediaPipePose(bundle)
    return NetworkPose(bundle, device)

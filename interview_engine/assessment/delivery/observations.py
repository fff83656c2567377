"""What detectors see in one sampled picture: plain values between the models and the rules that make cues of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of the picture's width and height, x to the right, y down. May reach past 0..1."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """Share of the picture that it covers."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    def overlap(self, other: Box) -> float:
        """Intersection over the smaller of the two, 0..1: 1 when one lies inside the other."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        smaller = min(self.area, other.area)
        return max(0.0, across) * max(0.0, down) / smaller if smaller > 0.0 else 0.0


@dataclass(frozen=True, slots=True)
class FaceSeen:
    """One measured face. "Left" is the person's own left, which is on the right of a picture that is not mirrored.

    Args:
        width_px: width of `box` in pixels of the sampled picture.
        yaw, pitch, roll: head angles in degrees; yaw > 0 turned to the person's left, pitch > 0 up, roll > 0 tilted
            towards the person's left shoulder.
        eye_left, eye_up: eye direction in the head, about -1..1, > 0 to the person's left and up.
        eyes_shut: 0 open .. 1 shut. smile: 0..1, corners of the mouth drawn up.
        lips: how much redder the lips are than the skin around them, as a difference of logarithms of red over green;
            about 0 where something covers them. None where the picture has too little colour to tell.
        look: brows, eyes and nose, upright, small and grey, as signed bytes, to tell two people in one recording apart;
            b"" where nothing was kept. It never leaves the process that watches.
    """

    box: Box
    width_px: float
    yaw: float
    pitch: float
    roll: float
    eye_left: float
    eye_up: float
    eyes_shut: float
    smile: float
    lips: float | None
    look: bytes


@dataclass(frozen=True, slots=True)
class HandSeen:
    """One hand: the centre of its palm, x and y in picture heights from the top left corner."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class PoseSeen:
    """The upper body of the most prominent person.

    Args:
        shoulder_width: distance between the shoulders in picture heights; None when one of them is not seen.
        hand_expected: a wrist or finger joint seems to be in the picture, so that looking for hands is worth it.
    """

    shoulder_width: float | None
    hand_expected: bool


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a picture is to others, as correlations of both made very small and grey, -1..1.

    Args:
        before: to the last one that shows anything; 1 for the first, and for a plain one (black, a covered lens).
        left: to the last one of the scene that was there before pictures became unlike, however often within
            `picture_rules.BACK_S`; 1 while none has.
    """

    before: float = 1.0
    left: float = 1.0


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything seen in one sampled picture.

    Args:
        time_s: of the picture, on the answer's time axis.
        faces: how many faces are in view; `face` is the candidate's, None when none is.
        hands: hands in view.
        pose: None when no person was found, or when this picture was not looked at for it (`pose_looked`).
        likeness: of the picture to those before it.
    """

    time_s: float
    faces: int
    face: FaceSeen | None
    hands: tuple[HandSeen, ...]
    pose: PoseSeen | None
    pose_looked: bool
    likeness: Likeness = Likeness()

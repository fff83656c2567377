"""The four drawn figures of the demo: invented faces, like nobody in particular."""

from __future__ import annotations

from bench.demo_making.face_paint import Paint
from bench.demo_making.film import Cast
from bench.demo_making.room import Room
from bench.demo_making.stage import Lighting, Look

_BODY = "macrodetails/universal-{}-young-{}muscle-averageweight"
_AT_EASE = {"eyeBlinkLeft": 0.10, "eyeBlinkRight": 0.10, "mouthSmileLeft": 0.14, "mouthSmileRight": 0.14}

CAST = {
    "grace": Cast(
        shape={
            "macrodetails/african-female-young": 0.85,
            "macrodetails/caucasian-female-young": 0.15,
            _BODY.format("female", "average"): 0.5,
            _BODY.format("female", "min"): 0.5,
            "forehead/forehead-scale-vert-decr": 0.5,
            "head/head-oval": 0.4,
        },
        rest_units=_AT_EASE,
        style="bob",
        look=Look(
            skin=(0.215, 0.112, 0.068),
            lips=(0.21, 0.065, 0.055),
            hair=(0.013, 0.010, 0.008),
            iris=(0.050, 0.028, 0.015),
            garment=(0.26, 0.09, 0.10),
            neckline=0.40,
            neckline_dip=0.55,
        ),
        paint=Paint(brows=0.85, brow_height=0.8, lids=0.9, lips=0.7, blush=0.25),
        room=Room(
            wall=(186, 180, 168),
            shelf=(116, 84, 60),
            books=((150, 60, 50), (60, 86, 110), (206, 190, 150), (70, 96, 76)),
            window=0.08,
        ),
        lighting=Lighting(),
        zoom_degrees=21.5,
        camera=(0.0, 0.1, 9.0),
    ),
    "lin": Cast(
        shape={
            "macrodetails/asian-female-young": 1.0,
            _BODY.format("female", "average"): 0.5,
            _BODY.format("female", "min"): 0.5,
            "forehead/forehead-scale-vert-decr": 0.6,
            "head/head-oval": 0.5,
            "chin/chin-height-decr": 0.2,
        },
        rest_units=_AT_EASE,
        style="tied",
        look=Look(
            skin=(0.57, 0.36, 0.265),
            lips=(0.42, 0.155, 0.15),
            hair=(0.016, 0.012, 0.010),
            iris=(0.075, 0.038, 0.022),
            garment=(0.055, 0.10, 0.16),
            neckline=0.38,
            neckline_dip=0.5,
        ),
        paint=Paint(brows=0.7, brow_height=0.65, lids=0.8, lips=0.95, blush=0.4),
        room=Room(
            wall=(176, 184, 186),
            shelf=(196, 186, 170),
            books=((90, 110, 130), (200, 200, 196), (160, 120, 80)),
            window=0.72,
        ),
        lighting=Lighting(key_to=(0.55, 0.45, 0.75), fill_to=(-0.8, 0.1, 0.6), rim_to=(-0.6, 0.4, -0.7)),
        zoom_degrees=21.0,
        camera=(0.1, 0.2, 9.0),
    ),
    "daniel": Cast(
        shape={
            "macrodetails/caucasian-male-young": 1.0,
            _BODY.format("male", "average"): 0.5,
            _BODY.format("male", "min"): 0.5,
            "forehead/forehead-scale-vert-decr": 0.4,
            "chin/chin-width-incr": 0.2,
        },
        rest_units={"eyeBlinkLeft": 0.08, "eyeBlinkRight": 0.08, "mouthSmileLeft": 0.08, "mouthSmileRight": 0.08},
        style="crop",
        look=Look(
            skin=(0.53, 0.32, 0.235),
            lips=(0.37, 0.16, 0.145),
            hair=(0.060, 0.033, 0.018),
            iris=(0.055, 0.085, 0.11),
            garment=(0.13, 0.14, 0.15),
            neckline=0.40,
            neckline_dip=0.4,
        ),
        paint=Paint(brows=0.7, brow_height=1.05, lids=0.45, lips=0.4, stubble=0.18, blush=0.35),
        room=Room(
            wall=(150, 162, 170), shelf=(70, 74, 80), books=((190, 120, 60), (60, 60, 66), (120, 140, 150)), window=0.74
        ),
        lighting=Lighting(key_to=(0.5, 0.5, 0.75), fill_to=(-0.8, 0.1, 0.6), rim_to=(-0.6, 0.4, -0.7)),
        zoom_degrees=23.0,
        camera=(-0.15, 0.0, 9.0),
    ),
    "wang": Cast(
        shape={
            "macrodetails/asian-male-young": 1.0,
            _BODY.format("male", "average"): 0.5,
            _BODY.format("male", "min"): 0.5,
            "forehead/forehead-scale-vert-decr": 0.5,
            "head/head-round": 0.4,
        },
        rest_units={"eyeBlinkLeft": 0.08, "eyeBlinkRight": 0.08, "mouthSmileLeft": 0.06, "mouthSmileRight": 0.06},
        style="crop",
        look=Look(
            skin=(0.49, 0.305, 0.215),
            lips=(0.35, 0.15, 0.135),
            hair=(0.015, 0.011, 0.010),
            iris=(0.06, 0.032, 0.02),
            garment=(0.09, 0.13, 0.10),
            neckline=0.40,
            neckline_dip=0.4,
        ),
        paint=Paint(brows=0.8, brow_height=0.95, lids=0.55, lips=0.4, stubble=0.06, blush=0.3),
        room=Room(
            wall=(190, 178, 158),
            shelf=(130, 100, 70),
            books=((90, 60, 50), (200, 170, 110), (80, 100, 90)),
            window=0.06,
        ),
        lighting=Lighting(),
        zoom_degrees=22.5,
        camera=(0.1, -0.15, 9.0),
    ),
}

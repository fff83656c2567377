"""Faces, hands and pose are measured with known signs; what is missing is named with the way to mend it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from turned_heads import turned

from interview_engine.assessment.delivery.observations import Box
from interview_engine.errors import SystemPackageError, WeightsError
from models.vision.face import head_angles
from models.vision.mediapipe import tasks as mediapipe_tasks
from models.vision.mediapipe.faces import MediaPipeFaces
from models.weights.registry import WeightStore, default_root

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("angles", [(0, 0, 0), (30, 0, 0), (0, 20, 0), (0, 0, -15), (25, -10, 12), (-60, 30, 40)])
def test_head_angles_come_back_from_the_matrix(angles):
    assert head_angles(turned(*angles)) == pytest.approx(angles, abs=1e-9)


def test_the_signs_of_head_angles():
    """The face looks along +z; +x is the picture's right, which is the person's left; y is up."""
    looks_to_the_pictures_right = np.eye(4)
    looks_to_the_pictures_right[:3, :3] = [[0.8, 0, 0.6], [0, 1, 0], [-0.6, 0, 0.8]]
    assert head_angles(looks_to_the_pictures_right)[0] > 0
    assert (turned(pitch=20) @ [0, 0, 1, 0])[1] > 0
    assert (turned(roll=20) @ [0, 1, 0, 0])[0] > 0


def test_overlap_is_of_the_smaller_box():
    big, inside, aside = Box(0, 0, 1, 1), Box(0.2, 0.2, 0.4, 0.4), Box(0.9, 0.9, 1.1, 1.1)
    assert big.overlap(inside) == pytest.approx(1.0)
    assert aside.overlap(big) == pytest.approx(0.25)
    assert inside.overlap(aside) == 0.0
    assert Box(0, 0, 0, 0).overlap(big) == 0.0


def test_a_missing_system_library_is_named_with_the_command():
    def no_library(vision, base):
        raise OSError("libGLESv2.so.2: cannot open shared object file: No such file or directory")

    with pytest.raises(SystemPackageError, match="libGLESv2") as caught:
        mediapipe_tasks.create(no_library, Path("face_landmarker.task"))
    assert "apt-get install -y libegl1 libgles2" in caught.value.next_step.en
    assert "apt-get install -y libegl1 libgles2" in caught.value.next_step.zh


def test_a_broken_model_file_is_a_weights_error(tmp_path, capfd):
    broken = tmp_path / "face_landmarker.task"
    broken.write_bytes(b"not a bundle")
    with pytest.raises(WeightsError, match=r"face_landmarker\.task"):
        MediaPipeFaces(broken)
    with pytest.raises(WeightsError):
        MediaPipeFaces(tmp_path / "none.task")
    assert capfd.readouterr().err == ""


def test_nothing_is_printed_while_models_load_work_and_close():
    """Native start-up notes and close-down notes reach no user, also when nobody closes the models."""
    if not (default_root() / "face-landmarker").is_dir():
        pytest.skip("the weights are not here (interview-engine models pull)")
    script = (
        "import numpy as np\n"
        "from models.weights.registry import WeightStore, default_root\n"
        "from pipelines.watching.watch import load_detectors\n"
        "picture = np.full((180, 320, 3), 90, dtype=np.uint8)\n"
        "for vision in ('networks', 'mediapipe'):\n"
        "    detectors = load_detectors(WeightStore(default_root()), vision)\n"
        "    assert detectors.faces.find([picture]) == [()]\n"
        "    assert detectors.hands.find([picture]) == [()]\n"
        "    assert detectors.pose.find([picture]) == [None]\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_closing_twice_is_harmless():
    if not (default_root() / "face-landmarker").is_dir():
        pytest.skip("the weights are not here (interview-engine models pull)")
    faces = MediaPipeFaces(WeightStore(default_root()).locate("face-landmarker") / "face_landmarker.task")
    faces.close()
    faces.close()

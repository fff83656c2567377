"""Calibrating from a folder of reports: ratings too few to fit are refused before any report is read again."""

from __future__ import annotations

import pytest

from interview_engine.assessment.calibration.features import FeatureReader
from interview_engine.assessment.calibration.panel import Rating
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.errors import UsageError
from pipelines.folders.calibrate import Source, calibrate_source


class UnreadReader(FeatureReader):
    """Fails the test when a report is read."""

    def __init__(self) -> None:
        pass

    def read(self, *_: object) -> None:  # type: ignore[override]
        raise AssertionError("a report was read although the ratings cannot carry a calibration")


def test_too_few_ratings_are_refused_before_a_report_is_read() -> None:
    kit = load_kit(shipped_kits()["customer-service"])
    ratings = tuple(Rating(f"case{number}", kit.competencies[0].id, "Li", 5.0) for number in range(9))
    with pytest.raises(UsageError) as caught:
        calibrate_source(Source(kit, ratings, {}), UnreadReader(), lambda done, total: None)
    assert caught.value.code == "calibration.too_few"

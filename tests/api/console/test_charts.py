"""Geometry of the charts: nothing measured is not a zero (B4)."""

from __future__ import annotations

from api.console.charts import Axis, radar


def test_a_missing_competency_has_an_axis_and_the_outline_passes_it_by() -> None:
    figure = radar([Axis("a", 10.0), Axis("b", 10.0), Axis("c", None), Axis("d", 10.0)])
    assert [axis["missing"] for axis in figure["axes"]] == [False, False, True, False]
    assert len(figure["value"].split()) == 3
    assert "0.0,0.0" not in figure["value"].split()
    assert [axis["dot"] is None for axis in figure["axes"]] == [False, False, True, False]

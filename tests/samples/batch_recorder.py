"""A listener of a batch that keeps what it is told, and an answer worth a score."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.folders.batch import Outcome
from pipelines.folders.batch_plan import Pace
from pipelines.job import InterviewJob

ANSWER = (
    "去年双十一，一位客户收到破损的冰箱，非常着急。我先把她说的情况重复了一遍确认，然后查了仓库的库存，"
    "发现城西还有一台同型号的，就和司机协调当晚九点换货。第二天我又打电话确认，她给了五星评价。"
)

ANOTHER_ANSWER = (
    "今年三月，一位老人不会用我们的缴费程序，在电话里很生气。我先听他讲完，向他道歉，然后一步一步教他操作，"
    "花了四十分钟，终于交上了电费。后来我画了一张大字的说明图寄给他，他写信来感谢我们。"
)
"""An account of another deed: the same account given to two questions counts once."""


class Recorder:
    """Listener that keeps what it is told."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.paces: list[Pace] = []

    def planned(self, jobs: Sequence[InterviewJob]) -> None:
        self.jobs = list(jobs)

    def progress(self, job: InterviewJob, question_id: str, stage: str, share: float) -> None:
        assert 0.0 <= share <= 1.0

    def paced(self, pace: Pace) -> None:
        self.paces.append(pace)

    def finished(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

"""What the judge will take for interviews that are still to be assessed: an upper estimate before anything is spent."""

from __future__ import annotations

from collections.abc import Sequence

from interview_engine.assessment.judge.cost import Cost, added
from interview_engine.assessment.scoring import AnswerText
from interview_engine.settings import JudgeSettings
from interview_engine.text_files import decode_text
from pipelines.job import AnswerSource, InterviewJob
from pipelines.scoring.judge_cost import asking_of, for_answers, price_of, spoken


def expected(jobs: Sequence[InterviewJob], judge: JudgeSettings) -> Cost:
    """At most about what the judge of the settings takes for these interviews.

    Written answers are counted as they are; a recording is taken to use the question's whole time.
    """
    return added([for_answers(job.kit, _texts(job), asking_of(judge), price_of(judge)) for job in jobs] or [Cost()])


def _texts(job: InterviewJob) -> list[AnswerText]:
    return [_text(job, source) for source in job.answers if source.path is not None]


def _text(job: InterviewJob, source: AnswerSource) -> AnswerText:
    assert source.path is not None
    whole = spoken(job.kit, source.question_id, job.language)
    if source.mode != "text":
        return whole
    try:
        written = decode_text(source.path.read_bytes())
    except OSError:
        return whole  # assessing it will say what is wrong with the file
    return whole if written is None else AnswerText(source.question_id, whole.language, written)

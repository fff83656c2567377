"""The bench of accounts: what it reads out of a score."""

from collections.abc import Sequence

from bench.datasets.authored import Authored
from bench.validity_parts import accounts
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.scoring import AnswerFinding, AnswerText, CompetencyResult, ContentScores, Score


class Steady:
    """Scores every answer 8 with a band from 6 to 10, and does not assess one of a single word."""

    scorer_id = "steady"

    def score(self, kit: Kit, answers: Sequence[AnswerText]) -> ContentScores:
        score = Score(8.0, 6.0, 10.0) if " " in answers[0].text else None
        results = tuple(CompetencyResult(c.id, "assessed", score, (), (), (), ()) for c in kit.competencies)
        return ContentScores(results, (AnswerFinding(answers[0].question_id, None),))


def _told(level: int, text: str) -> Authored:
    question = "How do you care for tools?"
    return Authored(f"x{level}", "x", "en", "s", "care", "Care", "Cares.", question, "weak", level, text, ())


def test_the_band_holds_the_level_aimed_at_or_does_not() -> None:
    found = accounts.score_all([_told(5, "I oiled it."), _told(2, "I left it."), _told(1, "No.")], Steady())
    assert [one.in_band for one in found] == [True, False, False]
    assert [one.value for one in found] == [8.0, 8.0, None]
    assert [one.level for one in found] == [4.2, 4.2, 1.0]

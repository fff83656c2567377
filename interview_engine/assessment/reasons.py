"""Why something could not be assessed, or needs a person: stable codes with a sentence in zh and en."""

from __future__ import annotations

from dataclasses import dataclass, field

from interview_engine.i18n import LocalizedText, Message, Text, msg


@dataclass(frozen=True, slots=True)
class Reason:
    """A coded reason and the facts that fill its sentence.

    Args:
        code: a key of `SENTENCES`.
        detail: values for the sentence's placeholders, already in display form.
    """

    code: str
    detail: dict[str, str] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """The sentence in `language` ("zh" or "en")."""
        return self.message.get(language)

    @property
    def message(self) -> Message:
        """The sentence with its places filled; a name and a unit are in the reader's language."""
        values: dict[str, object] = dict(self.detail)
        if "name_zh" in values and "name_en" in values:
            values["name"] = LocalizedText(self.detail["name_zh"], self.detail["name_en"])
        if "unit" in values:
            values["unit"] = UNITS.get(self.detail["unit"], self.detail["unit"])
        return SENTENCES[self.code].filled(**values)


def named(name: Text) -> dict[str, str]:
    """The facts of a reason that names something of a kit, shown in the reader's language at the place {name}."""
    return {"name_zh": name.get("zh"), "name_en": name.get("en")}


UNITS: dict[str, Message] = {
    "characters": msg("characters", context="how long an answer is"),
    "words": msg("words", context="how long an answer is"),
    "个字": msg("characters", context="how long an answer is"),  # as earlier reports hold it
}
"""What lengths of answers are counted in, by the word in a reason's detail."""


SENTENCES: dict[str, Message] = {
    # the recording
    "media.empty": msg("The file is empty."),
    "media.unreadable": msg("The file is not readable audio or video."),
    "media.no_streams": msg("The file holds neither audio nor video."),
    "media.zero_length": msg("The recording has no length."),
    "media.too_long": msg("The recording is {minutes} minutes long; the limit is {limit} minutes."),
    "media.too_large": msg("Frames of {width}×{height} exceed the limit of {limit}."),
    "media.missing": msg("The file of this answer is missing."),
    "media.no_permission": msg("The file may not be read (permission denied)."),
    "media.truncated": msg("The file breaks off at {at_s} s; it is assessed up to there."),
    "media.left_out": msg(
        "About {seconds} s of the recording are damaged or out of place and were left out; please check the recording."
    ),
    "media.track_left_out": msg(
        "{count} track(s) of the recording were left out; please check whether the answer is complete."
    ),
    "media.sound_missing": msg(
        "The recording has pictures but no sound for {seconds} s: what was said then is not in it. Please check."
    ),
    "media.pictures_missing": msg(
        "The recording has sound but no pictures for {seconds} s: what was to be seen then is not in it. Please check."
    ),
    "engine.failed": msg(
        "The engine failed on this answer ({error}); please review it by hand and keep the file for diagnosis."
    ),
    "answer.missing": msg("This question was not answered."),
    "answer.not_asked": msg("This question was not asked in this interview."),
    # hearing
    "audio.none": msg("There is no audio stream."),
    "audio.no_speech": msg("No speech was heard."),
    "audio.too_low_rate": msg("The sample rate of {rate} Hz is too low to carry speech."),
    "transcript.low_confidence": msg("Recognition confidence {confidence} is too low; please listen to the recording."),
    "transcript.prompt_echo": msg(
        "Recognition only echoed its own prompt, so nothing was understood; please listen to the recording."
    ),
    "transcript.phrase_loop": msg(
        "Recognition fell into a loop of one phrase and cannot be trusted; please listen to the recording."
    ),
    "transcript.hallucination": msg(
        "Recognition produced a stock phrase typical of silence, not speech; please listen to the recording."
    ),
    "transcript.not_speech": msg("What was recognised is music or noise, not speech."),
    "transcript.corrected": msg(
        "The candidate corrected {share}% of the text, more than recognition usually gets wrong; please listen."
    ),
    "language.not_covered": msg("The language of the answer ({language}) is not covered by this kit."),
    # content
    "text.empty": msg("The answer is empty."),
    "text.too_long": msg("The written answer is longer than {limit}."),
    "text.unreadable": msg("The file is not readable text."),
    "text.too_short": msg("The answer is too short to assess ({length} {unit})."),
    "text.keyword_list": msg("The answer is a list of keywords and tells nothing that happened."),
    "text.question_read_back": msg("The answer reads the question back."),
    "text.anchor_read_aloud": msg("The answer reads the scoring anchors aloud."),
    "text.off_topic": msg("The answer does not address the question."),
    "text.repetition": msg("The answer repeats itself and holds nothing to assess."),
    "text.self_praise": msg(
        "The answer only praises the speaker or exchanges courtesies and names nothing that was done."
    ),
    "text.instruction": msg("The answer holds instructions to the grader; they were ignored."),
    "reference.marked": msg("Question {question}: {mark} of {full} marks."),
    "reference.compared": msg("Compared with the reference answer: it says {said}; it does not say {missing}."),
    "reference.contradicts": msg("The answer seems to say the opposite of the reference answer; please check."),
    "text.same_answer": msg(
        "The answer is the same as that to another question; it counts once, where it suits better."
    ),
    "text.little_said": msg("Little was said: the score is less sure than usual."),
    "conduct.wrong_deed": msg(
        "A passage seems to tell conduct against this competency: at most level 2 until a person has read it."
    ),
    "conduct.perhaps_wrong": msg(
        "A passage may tell conduct against this competency and lowers the score: please read it."
    ),
    "conduct.not_done": msg("The answer seems to say that named steps were not done or were another's."),
    # competencies and the whole
    "competency.not_shown": msg("Not asked about or not spoken of: not counted, not guessed."),
    "competency.answers_not_assessable": msg("None of the answers that probe this competency could be assessed."),
    "competency.unread": msg(
        "The answer to the question about this competency could not be read, so nothing is known of it."
    ),
    "judge.quotes_unverified": msg(
        "None of the model's quotes is in the answers, so its rating does not count; please assess by hand."
    ),
    "judge.invalid_reply": msg(
        "The model gave no usable reply on this competency ({told}), so there is no rating; please assess by hand or "
        "run it again with another model."
    ),
    "judge.failed": msg(
        "The model could not be asked about this competency ({code}), so there is no rating; please assess by hand or "
        "run it again."
    ),
    "judge.budget": msg(
        "The budget of {budget} for this interview was used up before this competency, so there is no rating; please "
        "assess by hand or raise the budget."
    ),
    "hybrid.disagree": msg(
        "{name}: the default scorer gives {score} of 10 and the judge {judge}; they are {apart} apart (more than "
        "{threshold}). A person has to decide."
    ),
    "hybrid.only_default": msg("{name}: the default scorer gives {score} of 10 and the judge none. Please check."),
    "hybrid.only_judge": msg(
        "{name}: the judge gives {judge} of 10 and the default scorer none, so it is not counted. Please check."
    ),
    "hybrid.judge_failed": msg(
        "{name}: the judge could not be asked ({code}); the score of {score} was not compared. Please check."
    ),
    "competency.delivery_off": msg("Delivery scoring is switched off."),
    "competency.no_recording": msg("There is no recording that could be measured."),
    "interview.too_little": msg("Only {share}% of the weight could be assessed: too little for an overall score."),
    "interview.too_few_answers": msg(
        "Only {answered} of {asked} questions have an answer that could be used: too few for an overall score."
    ),
    # a person should look
    "integrity.second_face": msg("A second face is in view ({spans}); please review."),
    "integrity.second_voice": msg("There may be a second voice ({spans}); please review."),
    "integrity.reading_pattern": msg("The gaze stays off camera for long ({spans}); please review."),
    "integrity.no_face": msg("No face is in view."),
    "quality.clipped": msg("The sound is clipped ({spans}): words may be misheard."),
    "quality.hum": msg("The room or the microphone hums ({spans})."),
    "integrity.scenes": msg("The picture jumps to another scene or person ({spans}); please review."),
    "integrity.face_changed": msg("Another face may have taken the seat ({spans}); please review."),
    "quality.mouth_covered": msg("The mouth is covered ({spans}): what it does is not measured there."),
    "integrity.still_picture": msg("The picture stands still while somebody speaks; please review."),
    "quality.interrupted": msg(
        "The recording was paused or started again ({spans}); what lay between is not recorded."
    ),
    "quality.music": msg("There is music in the recording ({spans}): words may be misheard."),
    "quality.noise": msg("There is strong noise in the recording ({spans}): words may be misheard."),
    "integrity.music": msg("There is music or strong noise in the recording."),  # as earlier reports hold it
}

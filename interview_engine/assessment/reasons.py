"""Why something could not be assessed, or needs a person: stable codes with a sentence in zh and en."""

from __future__ import annotations

from dataclasses import dataclass, field

from interview_engine.errors import Bilingual


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
        return SENTENCES[self.code].get(language).format(**self.detail)


SENTENCES: dict[str, Bilingual] = {
    # the recording
    "media.empty": Bilingual("文件是空的。", "The file is empty."),
    "media.unreadable": Bilingual("文件不是可读取的音视频。", "The file is not readable audio or video."),
    "media.no_streams": Bilingual("文件里没有音频也没有视频。", "The file holds neither audio nor video."),
    "media.zero_length": Bilingual("录音录像长度为零。", "The recording has no length."),
    "media.too_long": Bilingual(
        "录制长 {minutes} 分钟，超过上限 {limit} 分钟。",
        "The recording is {minutes} minutes long; the limit is {limit} minutes.",
    ),
    "media.too_large": Bilingual(
        "画面 {width}×{height} 超过上限 {limit}。", "Frames of {width}×{height} exceed the limit of {limit}."
    ),
    "media.missing": Bilingual("找不到这个回答的文件。", "The file of this answer is missing."),
    "media.no_permission": Bilingual("没有权限读取文件。", "The file may not be read (permission denied)."),
    "media.truncated": Bilingual(
        "文件在 {at_s} 秒处中断，只评估到此处。", "The file breaks off at {at_s} s; it is assessed up to there."
    ),
    "engine.failed": Bilingual(
        "评估程序在这个回答上出错（{error}），请人工查看，并保留文件以便排查。",
        "The engine failed on this answer ({error}); please review it by hand and keep the file for diagnosis.",
    ),
    "answer.missing": Bilingual("没有回答这道题。", "This question was not answered."),
    # hearing
    "audio.none": Bilingual("没有声音轨道。", "There is no audio stream."),
    "audio.no_speech": Bilingual("没有听到说话。", "No speech was heard."),
    "audio.too_low_rate": Bilingual(
        "采样率只有 {rate} Hz，听不出语音。", "The sample rate of {rate} Hz is too low to carry speech."
    ),
    "transcript.low_confidence": Bilingual(
        "识别可信度 {confidence} 太低，请听原音。",
        "Recognition confidence {confidence} is too low; please listen to the recording.",
    ),
    "transcript.prompt_echo": Bilingual(
        "识别只重复了提示语，说明没有听清，请听原音。",
        "Recognition only echoed its own prompt, so nothing was understood; please listen to the recording.",
    ),
    "transcript.phrase_loop": Bilingual(
        "识别陷入重复短语，结果不可信，请听原音。",
        "Recognition fell into a loop of one phrase and cannot be trusted; please listen to the recording.",
    ),
    "transcript.hallucination": Bilingual(
        "识别结果是静音时常见的套话，并非候选人所说，请听原音。",
        "Recognition produced a stock phrase typical of silence, not speech; please listen to the recording.",
    ),
    "transcript.not_speech": Bilingual(
        "识别到的是音乐或噪声，不是说话。", "What was recognised is music or noise, not speech."
    ),
    "transcript.corrected": Bilingual(
        "候选人更正了 {share}% 的文字，超出识别误差通常的范围，请听原音。",
        "The candidate corrected {share}% of the text, more than recognition usually gets wrong; please listen.",
    ),
    "language.not_covered": Bilingual(
        "回答使用的语言（{language}）不在本面试包范围内。",
        "The language of the answer ({language}) is not covered by this kit.",
    ),
    # content
    "text.empty": Bilingual("回答是空的。", "The answer is empty."),
    "text.too_long": Bilingual("文字回答超过 {limit}。", "The written answer is longer than {limit}."),
    "text.unreadable": Bilingual("文件不是可读的文本。", "The file is not readable text."),
    "text.too_short": Bilingual(
        "回答太短（{length}{unit}），不足以评估。", "The answer is too short to assess ({length} {unit})."
    ),
    "text.keyword_list": Bilingual(
        "回答是关键词罗列，没有可以采信的事例。", "The answer is a list of keywords and tells nothing that happened."
    ),
    "text.question_read_back": Bilingual("回答是在复述题目。", "The answer reads the question back."),
    "text.anchor_read_aloud": Bilingual("回答是在朗读评分标准。", "The answer reads the scoring anchors aloud."),
    "text.off_topic": Bilingual("回答与题目无关。", "The answer does not address the question."),
    "text.repetition": Bilingual(
        "回答反复说同一句话，没有内容可评。", "The answer repeats itself and holds nothing to assess."
    ),
    "text.self_praise": Bilingual(
        "回答只有自我评价或客套话，没有说做了什么。",
        "The answer only praises the speaker or exchanges courtesies and names nothing that was done.",
    ),
    "text.instruction": Bilingual(
        "回答里有写给评分程序的指令，已忽略。", "The answer holds instructions to the grader; they were ignored."
    ),
    "reference.compared": Bilingual(
        "与参考答案对照：说到了 {said}；没有说到 {missing}。",
        "Compared with the reference answer: it says {said}; it does not say {missing}.",
    ),
    "reference.contradicts": Bilingual("回答与参考答案相反。", "The answer says the opposite of the reference answer."),
    # competencies and the whole
    "competency.not_shown": Bilingual(
        "没有问到或没有说到，不计入，不猜测。", "Not asked about or not spoken of: not counted, not guessed."
    ),
    "competency.answers_not_assessable": Bilingual(
        "考察这项能力的回答都无法评估。", "None of the answers that probe this competency could be assessed."
    ),
    "judge.quotes_unverified": Bilingual(
        "大模型给出的引文都不在回答里，它的评级不予采信，请人工评估。",
        "None of the model's quotes is in the answers, so its rating does not count; please assess by hand.",
    ),
    "competency.delivery_off": Bilingual("表达类评分已关闭。", "Delivery scoring is switched off."),
    "competency.no_recording": Bilingual("没有可以测量的音视频。", "There is no recording that could be measured."),
    "interview.too_little": Bilingual(
        "能评估的能力只占权重的 {share}%，不足以给出总分。",
        "Only {share}% of the weight could be assessed: too little for an overall score.",
    ),
    # a person should look
    "integrity.second_face": Bilingual(
        "画面中出现第二张脸（{spans}），请复核。", "A second face is in view ({spans}); please review."
    ),
    "integrity.second_voice": Bilingual(
        "可能有第二个人的声音（{spans}），请复核。", "There may be a second voice ({spans}); please review."
    ),
    "integrity.reading_pattern": Bilingual(
        "视线长时间偏离镜头（{spans}），请复核。", "The gaze stays off camera for long ({spans}); please review."
    ),
    "integrity.no_face": Bilingual("画面中没有人脸。", "No face is in view."),
    "integrity.music": Bilingual("有背景音乐或很强的噪声。", "There is music or strong noise in the recording."),
}

"""Every sentence that static/recorder.js and static/review.js show, in English; catalogues translate them."""

from __future__ import annotations

from collections.abc import Callable

from interview_engine.i18n import mark

TEXTS: dict[str, str] = {
    "where": mark("Question {n} of {total}"),
    "where_check": mark("Device check"),
    "ask_title": mark("First, a short check of your device"),
    "ask_text": mark("Your browser will ask for the camera and the microphone. Nothing is recorded yet."),
    "ask_button": mark("Turn on camera and microphone"),
    "ask_voice": mark("Microphone only"),
    "check_title": mark("Say a few words to try it out"),
    "check_text": mark(
        "For example what you had for breakfast. You hear and see it right after. It is not "
        "assessed and is deleted immediately."
    ),
    "check_record": mark("Try a recording"),
    "check_hint": mark("Speak as you will later: the bar on the right should move."),
    "check_again": mark("Try again"),
    "check_start": mark("It works: start the interview"),
    "check_sending": mark("Sending the practice recording to try the connection…"),
    "check_good": mark("Received {seconds} s with picture and sound. The practice has been deleted."),
    "check_good_voice": mark("Received {seconds} s of sound. The practice has been deleted."),
    "check_no_sound": mark("No sound arrived. Choose another microphone or check that it is not muted."),
    "check_quiet": mark("You were very quiet. Move closer or choose another microphone."),
    "check_failed": mark("The practice could not be read. Try again, or send a file or answer in writing."),
    "camera": mark("Camera"),
    "microphone": mark("Microphone"),
    "ready_title": mark("Question {n} of {total}"),
    "ready_text": mark(
        "You get {think} to read and think, then up to {answer} to answer. Recording starts by itself when "
        "the time to think is over."
    ),
    "ready_attempts": mark("You may record it up to {attempts} times and choose which one counts."),
    "ready_attempts_one": mark("There is one recording for this question."),
    "ready_button": mark("Show the question"),
    "think_left": mark("{time} to think"),
    "think_start": mark("Start answering now"),
    "think_line": mark("Recording starts by itself at 0:00"),
    "record_stop": mark("Stop, I am done"),
    "record_line": mark("Tap when done"),
    "starts": mark("Recording has started"),
    "minutes": mark("{n} min"),
    "seconds": mark("{n} s"),
    "minute_left": mark("One minute left"),
    "seconds_left": mark("Ten seconds left"),
    "time_left": mark("{time} left"),
    "too_short": mark("Record for at least two seconds."),
    "level": mark("Loudness of your voice"),
    "hide": mark("Hide my picture"),
    "unhide": mark("Show my picture"),
    "hidden": mark("Your picture is hidden. It is still being recorded."),
    "voice_only": mark("Voice only"),
    "mode": mark("How you answer"),
    "mode_video": mark("By video"),
    "mode_voice": mark("By voice"),
    "mode_file": mark("A file"),
    "replay_title": mark("Check your answer"),
    "use": mark("Use this answer and continue"),
    "use_last": mark("Use this answer"),
    "again": mark("Record again ({left} left)"),
    "no_more": mark("last try"),
    "attempts_left": mark("{left} more tries"),
    "attempt_left": mark("1 more try"),
    "uploaded": mark("{percent} % sent"),
    "all_sent": mark("All sent"),
    "interrupted_title": mark("Your recording was cut off"),
    "interrupted_text": mark("About {time} of it is saved. Use that part, or record the question again."),
    "interrupted_unknown": mark("The part recorded is safe. Use it, or record the question again."),
    "interrupted_use": mark("Use the part recorded"),
    "interrupted_again": mark("Record again"),
    "answered_title": mark("This question is answered"),
    "answered_text": mark("You can continue, or record it once more."),
    "next": mark("Continue"),
    "to_review": mark("Back to the overview"),
    "offline": mark(
        "No connection. Everything recorded is kept on this device and sent as soon as it is back. Next try in "
        "{seconds} s."
    ),
    "offline_try": mark("Try now"),
    "online": mark("Connected again. Sending resumes."),
    "full": mark("This device has no space left. Keep this page open until everything is sent."),
    "other_tab_title": mark("This interview is open in another tab"),
    "other_tab_text": mark("Continue there, or take over here. No recording is lost."),
    "take_over": mark("Continue here"),
    "taken_title": mark("The interview continues in another tab"),
    "taken_text": mark("The interview stopped in this tab. Recordings made here are safe. You can close it."),
    "denied_title": mark("The camera or microphone is not allowed"),
    "denied_text": mark(
        "Tap the lock or camera sign beside the address and allow both, then try again. On iPhone: "
        "Settings, Safari or WeChat, Camera and Microphone."
    ),
    "missing_title": mark("No camera or microphone found"),
    "missing_text": mark("Plug one in and try again, record your voice only, send a file, or answer in writing."),
    "busy_title": mark("Another program is using the camera"),
    "busy_text": mark("Close it (for example a call or a meeting) and try again."),
    "retry": mark("Try again"),
    "unsupported_title": mark("This browser cannot record"),
    "unsupported_text": mark(
        "Record with the camera of your phone and send the file, open the link in another browser, or "
        "answer in writing."
    ),
    "stopped": mark("The camera or microphone stopped. The part recorded so far is kept."),
    "file_title": mark("Send a recording"),
    "file_text": mark("Choose a video or an audio recording, or record one now with your camera. Up to {answer}."),
    "file_choose": mark("Choose or record a file"),
    "file_sending": mark("Sending “{name}”"),
    "file_keep_open": mark("Keep this page open until it is sent."),
    "failed_title": mark("This recording was not accepted"),
    "failed_text": mark("Record the question again, send a file or answer in writing."),
    "load_failed": mark("The question could not be loaded. Check the connection."),
    "review_sending": mark("Recordings are still being sent: {percent} %. Keep this page open."),
    "review_row": mark("Sending…"),
    "review_interrupted": mark(
        "A recording of question {n} was cut off. Open the question to use it or to record again."
    ),
}


def recorder_texts(translate: Callable[..., str]) -> dict[str, str]:
    """The sentences in the page's language, their {placeholders} left for the browser to fill."""
    return {name: translate(text) for name, text in TEXTS.items()}

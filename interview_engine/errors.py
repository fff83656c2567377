"""The one error tree. Every error has a stable code, a sentence for the user and what to do next.

InterviewEngineError
├── UsageError            what the user typed or set cannot be done
├── KitError              a kit file is not valid (file, line, field)
├── ManifestError         an interview manifest is not valid (file, line, field)
├── PolicyError           the policy of the market forbids it (with the article)
├── MediaError            a recording cannot be read
├── WeightsError          a model's weights are missing, truncated or have a wrong hash
├── SystemPackageError    a system library or font is missing
├── ReportError           a report file is not valid, or is of another kit
├── OutputError           results cannot be written (disk full, no permission, in use)
├── ScorerError           a scorer failed (endpoint unreachable, invalid reply)
├── RecognitionLost       the process that recognises for all others ended meanwhile
├── DeliveryError         a message could not be delivered (address refused, receiver unreachable)
├── NotSignedIn           nobody is signed in, or the proof of it does not hold
│   └── SignInRefused     wrong name, password or code; counted
├── PermissionDenied      signed in, and not allowed to
├── NotFoundError         there is no such thing
├── ConflictError         the state of a thing does not allow it
├── GoneError             a link or an invitation has expired or was taken back
├── InvalidInput          a field of what was sent is not valid
├── TooLarge              what was sent is larger than accepted
├── UnsupportedMedia      what was sent is of no accepted type
├── TooManyRequests       too often in too short a time
└── Busy                  no place is free for the work at the moment
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from interview_engine.i18n import Text, msg


class InterviewEngineError(Exception):
    """Base of every error a user may see.

    Args:
        code: stable and dotted, "media.empty"; part of the public interface.
        message: what is wrong.
        next_step: what the user can do about it.
    """

    keeps_work = False
    """Whether a transaction that ends with it is committed all the same: a refused sign-in must leave its count."""

    def __init__(self, code: str, message: Text, next_step: Text) -> None:
        super().__init__(f"[{code}] {message.en} {next_step.en}")
        self.code = code
        self.message = message
        self.next_step = next_step

    def __reduce__(self) -> tuple[type[InterviewEngineError], tuple[str, Text, Text]]:
        """So that an error crosses from a worker process as itself."""
        return (type(self), (self.code, self.message, self.next_step))

    def text(self, language: str) -> str:
        """Message and next step as one paragraph in `language` ("zh" or "en")."""
        return f"{self.message.get(language)} {self.next_step.get(language)}"


class UsageError(InterviewEngineError):
    """What the user typed or set cannot be done."""


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One thing wrong in a file that people write.

    Args:
        code: stable and dotted, "kit.weights".
        line: from 1; 0 when it is the file as a whole.
        field: dotted path of the field, "competencies[communication].weight"; empty when there is none.
        message, next_step: what is wrong and what to do.
    """

    code: str
    line: int
    field: str
    message: Text
    next_step: Text

    def whole(self) -> Text:
        """Line, field, message and next step in one line."""
        parts: dict[str, object] = {"message": self.message, "next_step": self.next_step}
        if self.line and self.field:
            text = msg("line {line}, {field}: {message} {next_step}", line=self.line, field=self.field)
        elif self.line:
            text = msg("line {line}: {message} {next_step}", line=self.line)
        elif self.field:
            text = msg("{field}: {message} {next_step}", field=self.field)
        else:
            text = msg("{message} {next_step}")
        return text.filled(**parts)

    def text(self, language: str) -> str:
        """The same as a string."""
        return self.whole().get(language)


def shown(text: str, longest: int = 40) -> str:
    """A piece of a file fit for one line of a message: no line breaks, no control characters, not long."""
    line = " ".join(text.split())
    return "".join(character if character.isprintable() else "\ufffd" for character in line[:longest])


class KitError(InterviewEngineError):
    """A kit file is not valid; the message names file, line and field of every problem, one a line.

    Args:
        problems: the same as values, in file order.
    """

    def __init__(self, code: str, message: Text, next_step: Text, problems: tuple[FileProblem, ...] = ()) -> None:
        super().__init__(code, message, next_step)
        self.problems = problems


class ManifestError(InterviewEngineError):
    """An interview manifest is not valid; the message names file, line and field."""


class PolicyError(InterviewEngineError):
    """The policy of the market forbids what was asked; the message names the article."""


class MediaError(InterviewEngineError):
    """A recording cannot be read.

    Args:
        detail: what fills the sentence of the reason with the same code (reasons.SENTENCES).
    """

    def __init__(self, code: str, message: Text, next_step: Text, detail: dict[str, str] | None = None) -> None:
        super().__init__(code, message, next_step)
        self.detail = detail or {}


class WeightsError(InterviewEngineError):
    """A model's weights are missing, truncated or have a wrong hash."""


class SystemPackageError(InterviewEngineError):
    """A system library or font that the work needs is missing."""


class ReportError(InterviewEngineError):
    """A report file is not valid, or belongs to another kit."""


class OutputError(InterviewEngineError):
    """Results cannot be written."""


class ScorerError(InterviewEngineError):
    """A scorer failed; nothing falls back to another scorer."""


class RecognitionLost(InterviewEngineError):  # noqa: N818 what happened, not whose fault it is
    """The process that recognises speech for all others ended; what it held for this one is gone."""


class DeliveryError(InterviewEngineError):
    """A message could not be delivered.

    Args:
        temporary: trying again later can help.
    """

    def __init__(self, code: str, message: Text, next_step: Text, temporary: bool = True) -> None:
        super().__init__(code, message, next_step)
        self.temporary = temporary


class QuotaError(DeliveryError):
    """A channel's quota is used up; nothing was sent, nothing is lost.

    Args:
        until: when to try again; aware.
    """

    def __init__(self, code: str, message: Text, next_step: Text, until: datetime) -> None:
        super().__init__(code, message, next_step, temporary=True)
        self.until = until


class NotSignedIn(InterviewEngineError):  # noqa: N818 the words people use for it
    """Nobody is signed in, or the proof of it does not hold (session over, token revoked, wrong password)."""


class SignInRefused(NotSignedIn):
    """Wrong name, password or code. The failure is counted although the work that found it raises."""

    keeps_work = True


class PermissionDenied(InterviewEngineError):  # noqa: N818
    """Signed in, and not allowed to."""


class NotFoundError(InterviewEngineError):
    """There is no such thing, or none that this person may know of."""


class ConflictError(InterviewEngineError):
    """The state of a thing does not allow what was asked (a closed requisition, a name that is taken)."""


class GoneError(InterviewEngineError):
    """A link or an invitation has expired or was taken back."""


class InvalidInput(InterviewEngineError):  # noqa: N818
    """A field of what was sent is not valid.

    Args:
        field: dotted path of the field, "requirements.0.weight"; empty when it is the whole.
    """

    def __init__(self, code: str, message: Text, next_step: Text, field: str = "") -> None:
        super().__init__(code, message, next_step)
        self.field = field


class TooLarge(InterviewEngineError):  # noqa: N818
    """What was sent is larger than accepted."""


class UnsupportedMedia(InterviewEngineError):  # noqa: N818
    """What was sent is of no accepted type."""


class TooManyRequests(InterviewEngineError):  # noqa: N818
    """Too often in too short a time.

    Args:
        retry_after_s: seconds until it may be tried again.
    """

    def __init__(self, code: str, message: Text, next_step: Text, retry_after_s: int = 60) -> None:
        super().__init__(code, message, next_step)
        self.retry_after_s = retry_after_s


class Busy(InterviewEngineError):  # noqa: N818
    """No place is free for the work at the moment, whoever asks.

    Args:
        retry_after_s: seconds until it may be tried again.
    """

    def __init__(self, code: str, message: Text, next_step: Text, retry_after_s: int) -> None:
        super().__init__(code, message, next_step)
        self.retry_after_s = retry_after_s

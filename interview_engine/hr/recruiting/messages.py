"""What recruiting tells people, in words: candidates by the way that reaches them, colleagues in the inbox too."""

from collections.abc import Mapping
from types import MappingProxyType

from interview_engine.hr.area import MessageTemplate
from interview_engine.i18n import msg

MESSAGES: Mapping[str, MessageTemplate] = MappingProxyType(
    {
        "invitation.sent": MessageTemplate(
            msg("Interview invitation: {title}"),
            msg(
                "Hello,\n\nyou are invited to the video interview for “{title}”. "
                "Please finish it before {expires}:\n{link}\n\n"
                "The link works on the device that opens it first; please do not forward it. "
                "You may also answer in writing."
            ),
            "/i/{token}",
            card="invitation",
        ),
        "offer.sent": MessageTemplate(
            msg("Your offer: {title}"),
            msg("Hello,\n\nthere is an offer for you: “{title}”. Open it and answer before {expires}:\n{link}"),
            "/o/{token}",
            card="offer",
        ),
        "onboarding.sent": MessageTemplate(
            msg("Welcome: {title}"),
            msg(
                "Hello,\n\nyou are hired as “{title}” and begin on {start}. Please bring your identity card; "
                "everything else is explained on the first day."
            ),
            "",
            card="onboarding",
        ),
        "rerating.answered": MessageTemplate(
            msg("A person has looked again: {title}"),
            msg(
                "Hello,\n\na person has looked again at your interview for “{title}”. "
                "Open your interview link to see it."
            ),
            "",
        ),
        "assessment.ready": MessageTemplate(
            msg("A report is ready: {title}"),
            msg("There is a new report for “{title}”. Open to see:\n{link}"),
            "/console/applications/{application}",
            line=msg("A report is ready: {title}"),
            to_read=msg("A report is ready"),
            card="result",
        ),
        "interview.to_read": MessageTemplate(
            msg("An interview to read: {title}"),
            msg("A candidate has declined automated assessment; a person reads the answers:\n{link}"),
            "/console/applications/{application}",
            line=msg("A candidate refused automated assessment; please read the answers: {title}"),
            to_read=msg("An interview to read"),
        ),
        "rerating.requested": MessageTemplate(
            msg("A candidate asks for a person to look again: {title}"),
            msg("Please look at it again and answer:\n{link}"),
            "/console/applications/{application}",
            line=msg("A candidate asks that a person rates again: {title}"),
            to_read=msg("Asks for a person to look again"),
        ),
        "offer.answered": MessageTemplate(
            msg("An offer was answered: {title}"),
            msg("The candidate has answered. Open to see:\n{link}"),
            "/console/applications/{application}",
            line=msg("An offer was answered: {title}, {state}"),
            to_read=msg("An offer was answered"),
        ),
        "application.withdrawn": MessageTemplate(
            msg("A candidate has withdrawn: {title}"),
            msg("A candidate has withdrawn:\n{link}"),
            "/console/applications/{application}",
            line=msg("A candidate has withdrawn: {title}"),
        ),
    }
)

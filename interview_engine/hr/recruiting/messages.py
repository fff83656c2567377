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
            urgent=True,
        ),
        "application.received": MessageTemplate(
            msg("Your application: {title}"),
            msg(
                "Hello,\n\nsomebody sent the application form for “{title}” with your contact data. Your applications "
                "and their interviews are here:\n{link}\n\nIf it was not you, you can ignore this message or tell the "
                "recruiter."
            ),
            "/a/{token}",
        ),
        "application.message": MessageTemplate(
            msg("About your application: {title}"),
            msg("Hello,\n\n{text}\n\nYour applications are here:\n{link}"),
            "/a/{token}",
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
            msg("Human review completed: {title}"),
            msg(
                "Hello,\n\nyour interview for “{title}” has been reviewed again by a person. Open your "
                "interview link to see the result."
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
            line=msg("A candidate declined automated assessment; please read the answers: {title}"),
            to_read=msg("An interview to read"),
        ),
        "rerating.requested": MessageTemplate(
            msg("A candidate requests a human review: {title}"),
            msg("Please review it again and answer:\n{link}"),
            "/console/applications/{application}",
            line=msg("A candidate requests a human re-rating: {title}"),
            to_read=msg("Requests a human review"),
        ),
        "offer.answered": MessageTemplate(
            msg("An offer was answered: {title}"),
            msg("The candidate has answered. Open to see:\n{link}"),
            "/console/applications/{application}",
            line=msg("An offer was answered: {title}, {state}"),
            states={"accepted": msg("accepted"), "declined": msg("declined")},
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

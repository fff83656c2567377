"""The interview itself: invitation, consent, devices, uploads, answers, submission."""

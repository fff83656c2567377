"""The candidate's pages, opened by a link: job, consent, recording, upload, status; no account."""

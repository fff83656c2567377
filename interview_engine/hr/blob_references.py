"""Every column that names a blob: what garbage collection must leave alone. A test looks for forgotten ones."""

from __future__ import annotations

from interview_engine.hr.recruiting.tables import Answer, Assessment, Resume, UploadPart
from interview_engine.store.blob_garbage import References

REFERENCES = References(
    columns=(
        Resume.blob_sha256,
        UploadPart.blob_sha256,
        Answer.blob_sha256,
        Answer.measured_blob,
        Assessment.report_sha256,
    ),
    documents=(Assessment.frames,),
)

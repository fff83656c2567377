"""Where things are kept: database, blobs, audit trail, outbox. Knows nothing of interviews or employment."""

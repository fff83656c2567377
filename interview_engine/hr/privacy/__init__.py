"""Withdrawal, deletion and retention, with receipts."""

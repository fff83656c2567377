"""Contracts on paper and their signatures: templates, requests for a signature, evidence, certificate."""

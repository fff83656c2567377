"""The judge scorer: a language model proposes, code verifies."""

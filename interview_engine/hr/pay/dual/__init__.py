"""The month as another system paid it, beside the one that is worked out here (L2)."""

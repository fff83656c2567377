"""How the synthetic demo recordings are made: open parts, a drawn figure, a synthetic voice, an encoder."""

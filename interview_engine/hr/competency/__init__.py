"""Competency model, kits and their versions, role profiles, surveys, the competency record of a person."""

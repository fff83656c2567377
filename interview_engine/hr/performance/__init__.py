"""Performance: cycles, goals and what was achieved, appraisals, grades, and what others say of one's work."""

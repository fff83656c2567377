"""The headcount plan: how many people a department, or a job in it, is to have, against those who are there."""

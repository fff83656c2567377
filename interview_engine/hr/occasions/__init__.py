"""What people are told on its day: birthdays, anniversaries, ends of contracts and probations, holidays (J3)."""

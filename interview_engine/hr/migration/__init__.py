"""Data of another system taken over: sheets by the thousand, checked, written in one step, compared, taken back."""

"""What follows from a last day: tasks for everybody concerned, and the end of access at its midnight."""

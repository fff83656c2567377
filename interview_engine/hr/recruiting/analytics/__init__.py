"""What recruiting brings and how long it takes: channels, the funnel, durations."""

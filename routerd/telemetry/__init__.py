"""Traffic and guests over time, for charts and alerts."""

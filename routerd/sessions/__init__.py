"""Who is online now, for how long, how much."""

"""Too many requests from one client: counters in bounded memory, bans, and a challenge that people's browsers pass."""

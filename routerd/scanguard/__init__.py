"""Bans clients that gather many errors in a short time, as scanners do."""

"""The box itself: backup and restore, logs, time zone, restarts."""

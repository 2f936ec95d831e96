"""The box as a machine: backup and restore, logs, versions, disk and memory, time zone, checks for updates."""

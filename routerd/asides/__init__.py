"""Programs of their own beside the daemon: for libraries whose licences do not go with GPL-2.0-only, and for work that takes much memory.

Nothing imports them.
"""

"""Programs of their own beside the daemon, for libraries whose licences do not go with GPL-2.0-only. Nothing imports them."""

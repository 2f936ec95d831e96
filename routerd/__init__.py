"""routerd: a guest Wi-Fi gateway in one daemon."""

"""RADIUS: authentication, accounting, and being told to disconnect."""

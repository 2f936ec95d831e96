"""The root-only unix socket of the running daemon, and the command line that talks to it."""

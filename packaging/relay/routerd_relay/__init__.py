"""The relay's command: which boxes there are, what they are called, and what sshd and nginx are told about them."""

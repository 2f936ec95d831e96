"""Which country an address belongs to, from a file in MaxMind's format that the owner gives."""

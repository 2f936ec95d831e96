"""The actions of /api/, one module a subject."""

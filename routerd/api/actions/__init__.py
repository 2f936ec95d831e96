"""The actions, one module a subject; each offers `actions(…)`, the tuple of what it answers."""

"""Detectors that read a value as the language that it would be injected into."""

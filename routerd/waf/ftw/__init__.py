"""Runs tests in the FTW format, which the OWASP CRS and others are tested with, against a rule set in process."""

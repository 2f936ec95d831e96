"""Carries e-mail and text messages out."""

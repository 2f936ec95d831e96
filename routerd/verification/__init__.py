"""Proves that an e-mail address or a phone number is the guest's own."""

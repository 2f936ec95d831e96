"""Sign-in methods, one module each."""

"""What the doors share: decode and check a request, errors to statuses, rate limits, waitress."""

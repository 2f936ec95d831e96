"""What the owner has set on the page, laid over the file's settings."""

"""What the owner has set on the page, over the file's settings."""

"""What a guest's device sees."""

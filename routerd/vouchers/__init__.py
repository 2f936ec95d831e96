"""What was sold or given."""

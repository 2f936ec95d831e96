"""Who is shut out at the moment, and until when; the kernel is told so that floods end there."""

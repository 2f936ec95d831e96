"""The composition root: builds the application from settings and the outside, and runs its parts."""

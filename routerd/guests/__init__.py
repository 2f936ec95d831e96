"""Who the guests are, and the log of logins."""

"""Who may drive this router: the action API's switches and its key."""

"""One module a verb of the command line. Its functions take the parsed arguments, print, and return the exit status."""

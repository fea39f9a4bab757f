"""Where the cleaning runs."""

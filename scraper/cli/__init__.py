"""The command `scraper`: one file a command."""

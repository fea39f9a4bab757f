"""Run the command `scraper` as `python -m scraper`."""

from scraper.cli.main import main

if __name__ == "__main__":
    main()

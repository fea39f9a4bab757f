"""How good and how fast the scraper is, measured on annotated pages that are not part of this project."""

"""Turn news pages into clean JSON articles."""

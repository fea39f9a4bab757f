"""Write articles: JSON lines, indented JSON, Markdown, plain text."""

"""What the bot says: Jinja2 templates, a file of named blocks for each feature."""

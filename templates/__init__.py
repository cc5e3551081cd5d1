"""What the bot says: Jinja2 templates, a folder for each feature."""

"""The windows of the news."""

"""What the tests share: the house, servers, databases, and the people and stages of each feature."""

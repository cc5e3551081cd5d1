"""Stories told in a real browser, on the sandbox’s page and, unchanged, on the real web client."""

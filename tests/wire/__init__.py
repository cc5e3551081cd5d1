"""The wire contract: what real servers sent and answered, replayed against the sandbox."""

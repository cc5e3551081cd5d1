"""News: what was collected, the digests that are made of it, where it comes from, and who gets some of it apart."""

"""The hotline: tickets, how they move, where they stand, and what is said about them."""

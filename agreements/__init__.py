"""WHAT binds the partners: agreements, events, standing, and every question asked of them."""

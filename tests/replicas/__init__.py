"""Growing past one machine, tried on real clusters that are killed one server after another."""

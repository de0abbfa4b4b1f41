"""The registry killed at work, again and again, and out of room: nothing half, nothing lost."""

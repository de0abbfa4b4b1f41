"""Measurements that anyone can run again: `make bench`. Nothing here is a test."""

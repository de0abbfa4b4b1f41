"""Tests of the API: every address, every refusal, every example."""

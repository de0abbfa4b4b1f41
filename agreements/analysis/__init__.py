"""Every question asked of the registry: one module each, from two clocks to plain dataclasses.

No request, no HTML, no clock of its own: page, API and export all call these functions.
"""

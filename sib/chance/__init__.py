"""What could be: named uniform draws, the quantiles that turn them into values, and what ties them together.

Nothing on this floor knows a deal; rooms above hand in numbers and get arrays back.
"""

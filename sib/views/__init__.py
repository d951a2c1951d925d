"""Readers of results: text tables and charts.

In comes a run or a table of it, out goes something to look at. Nothing here changes a number; what a chart needs
beyond the summary is counted from the trials in its own preparing function, before anything is drawn.
"""

"""Figures for the secretariat and its yearly report."""

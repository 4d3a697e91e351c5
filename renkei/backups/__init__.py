"""Backup and restore of everything that the portal keeps: database and uploads, in one file."""

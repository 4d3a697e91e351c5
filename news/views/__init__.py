"""Pages of news, publications and events. What is published is public."""

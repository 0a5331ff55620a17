"""What storage promises; the use cases know nothing else of it."""

"""What a run looked like afterwards: pictures and tables."""

"""What is known of English: periods, relative dates, numbers, names, reported speech."""

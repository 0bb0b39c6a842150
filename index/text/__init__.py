"""Text: words, sentences, passages, dates, addresses, languages."""

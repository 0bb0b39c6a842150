"""Knowledge of English: periods, relative dates, numbers, names, countries."""

"""The web application: chat page, API, article pages and admin page."""

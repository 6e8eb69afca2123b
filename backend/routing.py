"""The websocket routes."""

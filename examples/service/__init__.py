"""A web service with users, sign-in by e-mail, sessions and uploads, on FastAPI and the library's asyncio side."""

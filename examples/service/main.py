"""The service: its storage, its routes, its errors.

Against the sandbox, after `make up`:

    source .venv/bin/activate
    eval "$(python -m sandbox env)"
    uvicorn examples.service.main:app --reload

and then http://127.0.0.1:8000/docs. On AWS, set `TIERSTORE_ENVIRONMENT` to the environment's name.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from examples.service import errors, sign_in, uploads, users
from tierstore import AsyncStorage


@asynccontextmanager
async def open_storage(service: FastAPI) -> AsyncIterator[None]:
    """One storage for the life of the process; every request shares its connections."""
    async with await AsyncStorage.connect(os.environ.get("TIERSTORE_ENVIRONMENT", "local")) as storage:
        service.state.storage = storage
        yield


app = FastAPI(title="A service on Tierstore", lifespan=open_storage)
app.include_router(users.router)
app.include_router(sign_in.router)
app.include_router(uploads.router)
errors.register(app)

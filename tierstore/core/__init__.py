"""How an operation is written once, and run in three ways: synchronously, in asyncio, or only explained."""

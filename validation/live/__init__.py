"""Questions to AWS about live resources: each a function of the clients and a name, asked once by `Context.ask`."""

"""How the library behaves when what it depends on is slow, throttled or gone."""
